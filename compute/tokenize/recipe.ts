/** How a class of transformers builds its tokenizer: parts around a vocabulary, and special tokens. */
import { ComputeError } from '#compute/errors.ts'
import { plainToken } from './added-token.ts'
import type { AddedToken } from './added-token.ts'
import type { LanguageRules } from './languages.ts'
import type { Material, RawVocabulary } from './material.ts'
import { makeNativeTokenizer } from './native-tokenizer.ts'
import type { Frame } from './native-tokenizer.ts'
import { tokenRoles } from './settings.ts'
import type { NamedTokens, TokenizerSettings, TokenRole } from './settings.ts'
import { parseDefinition } from './tokenizer-definition.ts'
import type { Tokenizer } from './tokenizer.ts'

/** A part of a `tokenizer.json`, as the native library writes it. */
type Part = { readonly type: string } & Readonly<Record<string, unknown>>

export interface Recipe {
  readonly name: string
  readonly model: Part
  readonly normalizer: Part | null
  readonly preTokenizer: Part | null
  readonly decoder: Part
  /** `of the file`: what a `tokenizer.json` puts around a text; where there is none, start and end as the settings say. */
  readonly frame: 'of the file' | 'start and end' | 'roberta' | Frame
  /** Special tokens with the defaults of the class. */
  readonly named: NamedTokens
  /** Special tokens beyond those with a role. */
  readonly extra: readonly AddedToken[]
  readonly languages: LanguageRules | null
}

/** Brings the parts together in the native library. */
export function makeRecipeTokenizer(recipe: Recipe, material: Material, settings: TokenizerSettings): Tokenizer {
  const roles = tokenRoles.map((role) => recipe.named[role] ?? null).filter((token) => token !== null)
  const codes = recipe.languages?.codes.map((code) => recipe.languages!.piece(code)) ?? []
  return makeNativeTokenizer({
    name: recipe.name,
    file: material.file,
    definition: parseDefinition({
      normalizer: recipe.normalizer,
      pre_tokenizer: recipe.preTokenizer,
      post_processor: postProcessorOf(recipe, material, settings),
      decoder: recipe.decoder,
      model: recipe.model,
    }),
    added: addedTokens(recipe, material, settings),
    named: recipe.named,
    unknown: recipe.named.unk?.content ?? null,
    marks: new Set([
      ...roles.filter(({ content }) => content !== recipe.named.unk?.content).map(({ content }) => content),
      ...marksOf(recipe.named),
      ...codes,
    ]),
    cleanUpSpaces: settings.cleanUpSpaces,
    frame: frameOf(recipe, material, settings),
    languages: recipe.languages,
  })
}

/** Roles that mark something even where the unknown token is the same piece. */
function marksOf({ bos, eos, pad }: NamedTokens): readonly string[] {
  return [bos, eos, pad].flatMap((token) => (token ? [token.content] : []))
}

/**
 * The tokens in transformers' order: those with ids of their own, then those with a role, then all others. Of the flags those count that
 * stand beside an id.
 */
function addedTokens({ named, extra }: Recipe, material: Material, settings: TokenizerSettings): readonly AddedToken[] {
  const fromFile = settings.addedIsWhole ? [] : material.fileTokens
  const placed = [...settings.added, ...fromFile].sort((a, b) => a.id - b.id)
  const flags = new Map(placed.map((token) => [token.content, token]))
  const roles = tokenRoles.map((role) => named[role] ?? null).filter((token) => token !== null)
  const special = new Set(roles.map(({ content }) => content))
  const own = settings.ownNames.map((name) => plainToken(name))
  return [...placed, ...roles.map((token) => flags.get(token.content) ?? token), ...own, ...extra]
    .filter(({ content }) => content !== '')
    .map((token) => (special.has(token.content) ? { ...token, special: true } : token))
}

/** The special tokens of the settings, with those of the class where nothing is said. */
export function withDefaults(
  { named }: TokenizerSettings,
  defaults: Readonly<Partial<Record<TokenRole, string>>>,
): NamedTokens {
  const usual = Object.entries(defaults).map(([role, name]) => [role, plainToken(name)] as const)
  return { ...Object.fromEntries(usual), ...named }
}

/** A token that takes the space before it, as masks do. */
export const maskToken = (content: string): AddedToken => ({ ...plainToken(content), lstrip: true, normalized: true })

function postProcessorOf(recipe: Recipe, { postProcessor }: Material, settings: TokenizerSettings): unknown {
  if (recipe.frame === 'of the file') return postProcessor ?? null
  // The tokens are put around by us; what is left of the part is that it trims spaces.
  if (recipe.frame === 'roberta') return { type: 'ByteLevel', trim_offsets: settings.trimOffsets }
  return null
}

function frameOf(recipe: Recipe, { postProcessor }: Material, settings: TokenizerSettings): Frame | null {
  const { named, frame } = recipe
  const name = (role: TokenRole): readonly string[] => (named[role] ? [named[role].content] : [])
  if (frame === 'roberta') return { before: name('cls'), after: name('sep') }
  if (typeof frame === 'object') return frame
  if (frame === 'of the file' && postProcessor) return null
  // Beside a tokenizer.json the two switches are not read.
  const isAsked = (switched: boolean | null): boolean => postProcessor === undefined && switched === true
  return { before: isAsked(settings.addBos) ? name('bos') : [], after: isAsked(settings.addEos) ? name('eos') : [] }
}

/** The byte-pair model of a recipe. */
export function bpeModel({ vocabulary, file }: Material, options: Readonly<Record<string, unknown>>): Part {
  if (vocabulary.type !== 'BPE') throw wrongType(file, vocabulary)
  return { type: 'BPE', ...options, vocab: Object.fromEntries(vocabulary.ids), merges: vocabulary.merges }
}

/** The pieces of a unigram vocabulary. */
export function unigramPieces({ vocabulary, file }: Material): readonly (readonly [string, number])[] {
  if (vocabulary.type !== 'Unigram') throw wrongType(file, vocabulary)
  return vocabulary.pieces
}

function wrongType(file: string, { type }: RawVocabulary): ComputeError {
  return new ComputeError(
    'bad-checkpoint',
    `${file} has a ${type} vocabulary, which the tokenizer class of this checkpoint does not read. Use the files of its own repository`,
  )
}

export const byteLevelDecoder: Part = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true }

export const metaspace = (scheme: 'first' | 'always' | 'never', split: boolean): Part => ({
  type: 'Metaspace',
  replacement: '▁',
  prepend_scheme: scheme,
  split,
})

export const sequence = (kind: 'normalizers' | 'pretokenizers' | 'decoders', steps: readonly Part[]): Part => ({
  type: 'Sequence',
  [kind]: steps,
})

/** The rules of a SentencePiece model as the library applies them, with further steps after them. */
export function precompiled({ charsmap }: Material, after: readonly Part[]): Part | null {
  const steps = charsmap === null ? after : [{ type: 'Precompiled', precompiled_charsmap: charsmap }, ...after]
  return steps.length === 0 ? null : sequence('normalizers', steps)
}

export const joinSpaces: Part = { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }
