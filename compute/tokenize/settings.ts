/** What `tokenizer_config.json`, `special_tokens_map.json` and `config.json` say of a tokenizer. */
import { z } from 'zod'
import { ComputeError } from '#compute/errors.ts'
import { readCheckpointJson } from './checkpoint-file.ts'

const specialName = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
const optionalName = specialName.nullish().transform((name) => name ?? null)

const names = z.object({
  bos_token: optionalName,
  eos_token: optionalName,
  unk_token: optionalName,
  sep_token: optionalName,
  pad_token: optionalName,
  cls_token: optionalName,
  mask_token: optionalName,
  additional_special_tokens: z.array(specialName).nullish(),
  extra_special_tokens: z.union([z.array(specialName), z.record(z.string(), specialName)]).nullish(),
})

/** A token beside the vocabulary, as the tokenizers library knows it. */
export const addedToken = z.object({
  content: z.string(),
  single_word: z.boolean().default(false),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  normalized: z.boolean().default(false),
  special: z.boolean().default(false),
})
export type AddedToken = z.infer<typeof addedToken>

const tokenizerConfig = names.extend({
  tokenizer_class: z.string().nullish(),
  clean_up_tokenization_spaces: z.boolean().nullish(),
  add_prefix_space: z.boolean().nullish(),
  separate_vocabs: z.boolean().nullish(),
  added_tokens_decoder: z.record(z.string().regex(/^\d{1,9}$/), addedToken).nullish(),
})

export interface TokenizerSettings {
  /** Which class of transformers reads the files, in short (`pegasus`, `marian`, `gpt2`): the class that is named, else the model's. */
  readonly family: string | null
  /** Whether decoded text gets English spacing. */
  readonly cleanUpSpaces: boolean
  readonly addPrefixSpace: boolean | null
  readonly separateVocabularies: boolean
  readonly special: SpecialNames
  /** Tokens with ids of their own, by rising id. */
  readonly added: readonly (AddedToken & { readonly id: number })[]
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
  const config = parseIn(folder, 'tokenizer_config.json', tokenizerConfig)
  // Folders written before `added_tokens_decoder` keep their special tokens in a file of their own, which then counts more.
  const map = config.added_tokens_decoder ? {} : parseIn(folder, 'special_tokens_map.json', names)
  const told = Object.fromEntries(Object.entries(map).filter(([, value]) => value !== null && value !== undefined))
  const { model_type: modelType } = parseIn(folder, 'config.json', z.object({ model_type: z.string().nullish() }))
  return {
    family: config.tokenizer_class?.replace(/(Tokenizer)?(Fast)?$/, '').toLowerCase() ?? modelType ?? null,
    cleanUpSpaces: config.clean_up_tokenization_spaces ?? false,
    addPrefixSpace: config.add_prefix_space ?? null,
    separateVocabularies: config.separate_vocabs ?? false,
    special: specialNames({ ...config, ...told }),
    added: Object.entries(config.added_tokens_decoder ?? {})
      .map(([id, token]) => ({ ...token, id: Number(id) }))
      .sort((a, b) => a.id - b.id),
  }
}

function specialNames(config: z.infer<typeof names>): SpecialNames {
  const extra = config.extra_special_tokens ?? []
  const more = [config.sep_token, config.cls_token, config.mask_token].filter((name) => name !== null)
  return {
    bos: config.bos_token,
    eos: config.eos_token,
    unk: config.unk_token,
    pad: config.pad_token,
    more: [
      ...more,
      ...(config.additional_special_tokens ?? []),
      ...(Array.isArray(extra) ? extra : Object.values(extra)),
    ],
  }
}

function parseIn<Schema extends z.ZodType>(folder: string, name: string, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(readCheckpointJson(folder, name) ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ComputeError(
    'bad-checkpoint',
    `${name}: ${issue?.path.join('.') || 'the whole'} is wrong (${issue?.message}). Mend it, or fetch the file again`,
    { cause: parsed.error },
  )
}
