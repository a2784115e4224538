/** What `tokenizer_config.json`, `special_tokens_map.json`, `added_tokens.json` and `config.json` say of a tokenizer. */
import { z } from 'zod'
import { ComputeError } from '#compute/errors.ts'
import { readCheckpointJson } from './checkpoint-file.ts'
import { addedToken, addedTokensFile, specialName, specialToken } from './added-token.ts'
import type { AddedToken, PlacedToken } from './added-token.ts'

const language = z.string().max(100).nullish()

const names = z.object({
  bos_token: specialToken,
  eos_token: specialToken,
  unk_token: specialToken,
  sep_token: specialToken,
  pad_token: specialToken,
  cls_token: specialToken,
  mask_token: specialToken,
  additional_special_tokens: z.array(specialName).nullish(),
  extra_special_tokens: z.union([z.array(specialName), z.record(z.string(), specialName)]).nullish(),
})

/** Special tokens with a name of their own, in the order in which transformers adds them. */
export const tokenRoles = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'] as const
export type TokenRole = (typeof tokenRoles)[number]

/** Tokens by their role. A role that is missing was not spoken of; null says that there is none. */
export type NamedTokens = Partial<Readonly<Record<TokenRole, AddedToken | null>>>

const tokenizerConfig = names.extend({
  tokenizer_class: z.string().nullish(),
  clean_up_tokenization_spaces: z.boolean().nullish(),
  clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output: z.boolean().nullish(),
  add_prefix_space: z.boolean().nullish(),
  add_bos_token: z.boolean().nullish(),
  add_eos_token: z.boolean().nullish(),
  trim_offsets: z.boolean().nullish(),
  legacy: z.boolean().nullish(),
  legacy_behaviour: z.boolean().nullish(),
  extra_ids: z.int().min(0).max(10_000).nullish(),
  src_lang: language,
  tgt_lang: language,
  language_codes: z.string().nullish(),
  separate_vocabs: z.boolean().nullish(),
  split_special_tokens: z.literal(false, { error: 'only false is supported' }).nullish(),
  added_tokens_decoder: z.record(z.string().regex(/^\d{1,9}$/), addedToken).nullish(),
})
type TokenizerConfig = z.infer<typeof tokenizerConfig>

export interface TokenizerSettings {
  readonly folder: string
  /** The class of transformers that the files name, without `Tokenizer` and `Fast` (`Llama`, `MBart50`); null where none is named. */
  readonly namedClass: string | null
  readonly modelType: string | null
  /** Whether decoded text gets English spacing: `even byte-pair text` where the settings insist. */
  readonly cleanUpSpaces: boolean | 'even byte-pair text'
  readonly addPrefixSpace: boolean | null
  readonly addBos: boolean | null
  readonly addEos: boolean | null
  readonly trimOffsets: boolean
  /** null where nothing is said, or null itself. */
  readonly legacy: boolean | null
  readonly legacyLanguages: boolean
  /** T5's sentinels; null where nothing is said. */
  readonly extraIds: number | null
  readonly languages: { readonly source: string | null; readonly target: string | null; readonly codes: string | null }
  readonly separateVocabularies: boolean
  readonly special: SpecialNames
  readonly named: NamedTokens
  /** Special tokens that have a name the class does not know (`image_token`). */
  readonly ownNames: readonly string[]
  /** `extra_special_tokens`, or their older name; null where nothing is said. */
  readonly extra: readonly AddedToken[] | null
  /** Their older name in `special_tokens_map.json`, which transformers reads after all else: it counts where nobody else says anything. */
  readonly lateExtra: readonly AddedToken[] | null
  /** Tokens with ids of their own, by rising id. */
  readonly added: readonly PlacedToken[]
  /** Whether `added` is all there is: the settings have a list, so the one in `tokenizer.json` is not asked. */
  readonly addedIsWhole: boolean
}

/** Special tokens by what they are for. */
export interface SpecialNames {
  readonly bos: string | null
  readonly eos: string | null
  readonly unk: string | null
  readonly pad: string | null
  /** All others. */
  readonly more: readonly string[]
}

/** Reads the settings; what is not said keeps the default of transformers 5. */
export function readTokenizerSettings(folder: string): TokenizerSettings {
  const raw = readCheckpointJson(folder, 'tokenizer_config.json') ?? {}
  const written = parseAs('tokenizer_config.json', tokenizerConfig, raw)
  // Folders written before `added_tokens_decoder` keep their special tokens in files of their own, which then count more.
  const map = written.added_tokens_decoder ? {} : parseIn(folder, 'special_tokens_map.json', names)
  const { additional_special_tokens: late, ...early } = withoutUndefined(map)
  const config = { ...written, ...early }
  const named = namedTokens(config)
  const extra = extraTokens(config)
  const lateExtra = late ?? null
  const own = ownNames(raw, config)
  const model = parseIn(
    folder,
    'config.json',
    z.object({ model_type: z.string().nullish(), tokenizer_class: z.string().nullish() }),
  )
  return {
    folder,
    ...switchesOf(config),
    namedClass: (config.tokenizer_class ?? model.tokenizer_class)?.replace(/(Tokenizer)?(Fast)?$/, '') ?? null,
    modelType: model.model_type ?? null,
    special: specialNames(named, [...(extra ?? lateExtra ?? []).map(({ content }) => content), ...own]),
    named,
    ownNames: own,
    extra,
    lateExtra,
    added: addedTokens(folder, config, named, extra ?? []),
    addedIsWhole: (written.added_tokens_decoder ?? null) !== null,
  }
}

function switchesOf(
  config: TokenizerConfig,
): Omit<
  TokenizerSettings,
  | 'folder'
  | 'namedClass'
  | 'modelType'
  | 'special'
  | 'named'
  | 'ownNames'
  | 'extra'
  | 'lateExtra'
  | 'added'
  | 'addedIsWhole'
> {
  const insists = config.clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output === true
  const cleansUp = config.clean_up_tokenization_spaces ?? false
  return {
    cleanUpSpaces: cleansUp && insists ? 'even byte-pair text' : cleansUp,
    addPrefixSpace: config.add_prefix_space ?? null,
    addBos: config.add_bos_token ?? null,
    addEos: config.add_eos_token ?? null,
    trimOffsets: config.trim_offsets ?? true,
    legacy: config.legacy ?? null,
    legacyLanguages: config.legacy_behaviour ?? false,
    extraIds: config.extra_ids ?? null,
    languages: {
      source: config.src_lang ?? null,
      target: config.tgt_lang ?? null,
      codes: config.language_codes ?? null,
    },
    separateVocabularies: config.separate_vocabs ?? false,
  }
}

function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Partial<T> // same keys
}

function namedTokens(config: z.infer<typeof names>): NamedTokens {
  return Object.fromEntries(
    tokenRoles.flatMap((role) => {
      const token = config[`${role}_token`]
      return token === undefined ? [] : [[role, token]]
    }),
  )
}

function extraTokens({ additional_special_tokens, extra_special_tokens }: z.infer<typeof names>): AddedToken[] | null {
  const list = Array.isArray(extra_special_tokens) && extra_special_tokens.length > 0 ? extra_special_tokens : null
  return list ?? additional_special_tokens ?? (Array.isArray(extra_special_tokens) ? [] : null)
}

/** Tokens of a name that no class knows: `image_token` in the settings, or `extra_special_tokens` by name. */
function ownNames(raw: object, { extra_special_tokens }: z.infer<typeof names>): readonly string[] {
  const known = new Set<string>(tokenRoles.map((role) => `${role}_token`))
  const loose = Object.entries(raw).filter(
    ([key, value]) => key.endsWith('_token') && !known.has(key) && typeof value === 'string',
  )
  const grouped = Array.isArray(extra_special_tokens) ? [] : Object.values(extra_special_tokens ?? {})
  return [...loose.map(([, value]) => value as string), ...grouped.map(({ content }) => content)] // filtered for texts
}

/** Of `added_tokens_decoder`, else of `added_tokens.json`, where tokens that are named elsewhere are the special ones. */
function addedTokens(
  folder: string,
  config: TokenizerConfig,
  named: NamedTokens,
  extra: readonly AddedToken[],
): readonly PlacedToken[] {
  const byId = (a: PlacedToken, b: PlacedToken): number => a.id - b.id
  if (config.added_tokens_decoder) {
    const entries = Object.entries(config.added_tokens_decoder)
    return entries.map(([id, token]) => ({ ...token, id: Number(id) })).sort(byId)
  }
  const file = parseIn(folder, 'added_tokens.json', addedTokensFile)
  const special = new Set([...Object.values(named), ...extra].map((token) => token?.content))
  return Object.entries(file)
    .map(([content, id]) => {
      const isSpecial = special.has(content)
      return {
        content,
        id,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: !isSpecial,
        special: isSpecial,
      }
    })
    .sort(byId)
}

function specialNames(named: NamedTokens, extra: readonly string[]): SpecialNames {
  const nameOf = (role: TokenRole): string | null => named[role]?.content ?? null
  const more = [nameOf('sep'), nameOf('cls'), nameOf('mask')].filter((name) => name !== null)
  return {
    bos: nameOf('bos'),
    eos: nameOf('eos'),
    unk: nameOf('unk'),
    pad: nameOf('pad'),
    more: [...more, ...extra],
  }
}

function parseIn<Schema extends z.ZodType>(folder: string, name: string, schema: Schema): z.infer<Schema> {
  return parseAs(name, schema, readCheckpointJson(folder, name) ?? {})
}

function parseAs<Schema extends z.ZodType>(name: string, schema: Schema, json: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ComputeError(
    'bad-checkpoint',
    `${name}: ${issue?.path.join('.') || 'the whole'} is wrong (${issue?.message}). Mend it, or fetch the file again`,
    { cause: parsed.error },
  )
}
