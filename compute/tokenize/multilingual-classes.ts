/** Translators with language codes that the tokenizers library runs: mBART, mBART-50 and NLLB, as in transformers 5.23. */
import { plainToken } from './added-token.ts'
import type { AddedToken } from './added-token.ts'
import { mbart50Codes, mbartCodes, nllbCodes } from './language-codes.ts'
import type { LanguageRules } from './languages.ts'
import type { Material } from './material.ts'
import {
  bpeModel,
  joinSpaces,
  maskToken,
  metaspace,
  precompiled,
  sequence,
  unigramPieces,
  withDefaults,
} from './recipe.ts'
import type { Recipe } from './recipe.ts'
import { nameOf } from './sentencepiece-classes.ts'
import type { NamedTokens, TokenizerSettings } from './settings.ts'

const roles = { bos: '<s>', eos: '</s>', sep: '</s>', cls: '<s>', unk: '<unk>', pad: '<pad>' }

function namedTokens(settings: TokenizerSettings): NamedTokens {
  const named = withDefaults(settings, { ...roles, mask: '<mask>' })
  const isPlain = settings.named.mask === undefined || settings.named.mask?.normalized === false
  return named.mask && isPlain ? { ...named, mask: maskToken(named.mask.content) } : named
}

/** Codes where fairseq keeps them: after the pieces, before the mask. A `tokenizer.json` holds them already. */
function fairseqPieces(
  material: Material,
  named: NamedTokens,
  codes: readonly string[],
): readonly (readonly [string, number])[] {
  const pieces = unigramPieces(material)
  if (material.proto === null) return pieces
  const first = [named.bos, named.pad, named.eos, named.unk].map((token): [string, number] => [token?.content ?? '', 0])
  const last = [...codes, named.mask?.content ?? '<mask>'].map((name): [string, number] => [name, 0])
  return [...first, ...pieces.slice(3), ...last]
}

interface Family {
  readonly name: string
  readonly codes: readonly string[]
  readonly isSuffix: boolean
  readonly source: string
}

function languageRules(
  family: Family,
  settings: TokenizerSettings,
  named: NamedTokens,
  codes: readonly string[],
): LanguageRules {
  const end = named.eos?.content ?? '</s>'
  const { source, target } = settings.languages
  return {
    codes,
    source: source ?? family.source,
    target,
    piece: (code) => code,
    frame: (code) => (family.isSuffix ? { before: [], after: [end, code] } : { before: [code], after: [end] }),
    isSuffix: family.isSuffix,
    needsTarget: 'never',
  }
}

/** Codes of the class that the vocabulary has, and those that the settings add. */
function presentCodes(
  codes: readonly string[],
  has: (piece: string) => boolean,
  extra: readonly AddedToken[],
): readonly string[] {
  const more = extra.map(({ content }) => content).filter((content) => /^[a-z]{2,3}_[A-Z][A-Za-z]{1,3}$/.test(content))
  return [...new Set([...codes.filter(has), ...more])]
}

function makeMbart(material: Material, settings: TokenizerSettings, family: Family, steps: Partial<Recipe>): Recipe {
  const named = namedTokens(settings)
  const pieces = fairseqPieces(material, named, family.codes)
  const known = new Set(pieces.map(([piece]) => piece))
  const usual = [...(material.pieceTokens ?? settings.lateExtra ?? []), ...family.codes.map((code) => plainToken(code))]
  const extra = settings.extra ?? usual
  return {
    name: nameOf(material, `unigram (${family.name})`),
    model: { type: 'Unigram', unk_id: 3, byte_fallback: false, vocab: pieces },
    normalizer: null,
    preTokenizer: metaspace('always', true),
    decoder: metaspace('always', true),
    frame: 'start and end',
    named,
    extra,
    languages: languageRules(
      family,
      settings,
      named,
      presentCodes(family.codes, (piece) => known.has(piece), extra),
    ),
    ...steps,
  }
}

export function mbart(material: Material, settings: TokenizerSettings): Recipe {
  const family = { name: 'mBART', codes: mbartCodes, isSuffix: true, source: 'en_XX' }
  return makeMbart(material, settings, family, {
    preTokenizer: sequence('pretokenizers', [{ type: 'WhitespaceSplit' }, metaspace('always', true)]),
  })
}

export function mbart50(material: Material, settings: TokenizerSettings): Recipe {
  const family = { name: 'mBART-50', codes: mbart50Codes, isSuffix: false, source: 'en_XX' }
  return makeMbart(material, settings, family, { normalizer: precompiled(material, [joinSpaces]) })
}

export function nllb(material: Material, settings: TokenizerSettings): Recipe {
  const named = namedTokens(settings)
  const told = settings.extra ?? material.pieceTokens ?? settings.lateExtra ?? nllbCodes.map((code) => plainToken(code))
  const placed = [...told, ...settings.added, ...(settings.addedIsWhole ? [] : material.fileTokens)]
  const names = new Set(placed.map(({ content }) => content))
  const ids = material.proto === null ? idsOf(material) : reorder(material, named)
  // transformers 5.23 forgets the codes where a SentencePiece file comes without settings; the model has them at their usual place.
  const lacksCodes = !nllbCodes.some((code) => ids.has(code) || names.has(code))
  const whole = lacksCodes ? withCodes(ids, named) : ids
  const extra = lacksCodes ? [...told, ...nllbCodes.map((code) => plainToken(code))] : told
  const codes = presentCodes(nllbCodes, (code) => whole.has(code) || names.has(code), placed)
  const family = { name: 'NLLB', codes: nllbCodes, isSuffix: settings.legacyLanguages, source: 'eng_Latn' }
  const options = { unk_token: named.unk?.content ?? '<unk>', fuse_unk: true, byte_fallback: false }
  return {
    name: nameOf(material, 'BPE (NLLB)'),
    model: bpeModel(withIds(material, whole), options),
    normalizer: material.charsmap === null ? null : precompiled(material, [joinSpaces]),
    preTokenizer: metaspace('always', true),
    decoder: metaspace('always', true),
    frame: 'start and end',
    named,
    extra,
    languages: { ...languageRules(family, settings, named, codes), needsTarget: 'to generate' },
  }
}

function idsOf({ vocabulary }: Material): ReadonlyMap<string, number> {
  return vocabulary.type === 'BPE' ? vocabulary.ids : new Map()
}

/** Fairseq's order: four special tokens, then the pieces. */
function reorder(material: Material, named: NamedTokens): ReadonlyMap<string, number> {
  const ids = new Map<string, number>()
  const first = [named.bos, named.pad, named.eos, named.unk].map((token) => token?.content ?? '')
  const pieces = [...idsOf(material)].sort(([, a], [, b]) => a - b)
  for (const piece of [...first, ...pieces.map(([piece]) => piece)]) if (!ids.has(piece)) ids.set(piece, ids.size)
  return ids
}

function withCodes(ids: ReadonlyMap<string, number>, named: NamedTokens): ReadonlyMap<string, number> {
  const all = new Map(ids)
  for (const name of [...nllbCodes, named.mask?.content ?? '<mask>']) if (!all.has(name)) all.set(name, all.size)
  return all
}

function withIds(material: Material, ids: ReadonlyMap<string, number>): Material {
  const { vocabulary } = material
  return vocabulary.type === 'BPE' ? { ...material, vocabulary: { ...vocabulary, ids } } : material
}
