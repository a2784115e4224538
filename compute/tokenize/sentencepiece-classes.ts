/** Classes with a SentencePiece vocabulary that the tokenizers library runs: Llama, T5, and models without a class, as in transformers 5.23. */
import { plainToken } from './added-token.ts'
import type { AddedToken } from './added-token.ts'
import type { Material } from './material.ts'
import { bpeModel, metaspace, precompiled, sequence, unigramPieces, withDefaults } from './recipe.ts'
import type { Recipe } from './recipe.ts'
import type { TokenizerSettings } from './settings.ts'

const spaceAgain = { type: 'Replace', pattern: { String: '▁' }, content: ' ' }
const readBytes = [spaceAgain, { type: 'ByteFallback' }, { type: 'Fuse' }]

/** No normalizer; a space before the text, or before every stretch between special tokens in the legacy reading. */
export function llama(material: Material, settings: TokenizerSettings): Recipe {
  const hasSpace = settings.addPrefixSpace !== false
  const scheme = !hasSpace ? 'never' : settings.legacy === true ? 'always' : 'first'
  const strip = hasSpace ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []
  return {
    name: nameOf(material, 'BPE (Llama)'),
    model: bpeModel(material, { fuse_unk: true, byte_fallback: true }),
    normalizer: null,
    preTokenizer: metaspace(scheme, false),
    decoder: sequence('decoders', [...readBytes, ...strip]),
    frame: 'of the file',
    named: withDefaults(settings, { unk: '<unk>', bos: '<s>', eos: '</s>' }),
    extra: extraTokens(material, settings),
    languages: null,
  }
}

export function t5(material: Material, settings: TokenizerSettings): Recipe {
  const named = withDefaults(settings, { eos: '</s>', unk: '<unk>', pad: '<pad>' })
  const count = settings.extraIds ?? 100
  // A SentencePiece file has no sentinels: they follow its pieces, the last one first.
  const rising = Array.from({ length: count }, (_, index) => `<extra_id_${index}>`)
  const sentinels = material.proto === null ? [] : rising.toReversed().map((name): [string, number] => [name, 0])
  const split = sequence('pretokenizers', [{ type: 'WhitespaceSplit' }, metaspace('always', true)])
  return {
    name: nameOf(material, 'unigram (T5)'),
    model: { type: 'Unigram', unk_id: 2, byte_fallback: false, vocab: [...unigramPieces(material), ...sentinels] },
    normalizer: precompiled(material, []),
    preTokenizer: split,
    decoder: metaspace('always', true),
    frame: { before: [], after: [named.eos?.content ?? '</s>'] },
    named,
    extra: settings.extra ?? [
      ...(material.pieceTokens ?? settings.lateExtra ?? []),
      ...rising.map((name) => plainToken(name)),
    ],
    languages: null,
  }
}

/** A model file that no class claims (Mistral's `tokenizer.model`): no space is put before the text. */
export function proto(material: Material, settings: TokenizerSettings): Recipe {
  const { trainer } = material.proto!
  const { unk, bos, eos } = trainer.special
  const isThere = ({ id, text }: { id: number; text: string }): string | undefined => (id < 0 ? undefined : text)
  const usual = { unk: isThere(unk), bos: isThere(bos), eos: isThere(eos) }
  const defaults = Object.fromEntries(Object.entries(usual).filter(([, text]) => text !== undefined))
  const renamed = renamePieces(material, settings.added)
  const isBpe = material.vocabulary.type === 'BPE'
  const options = { unk_token: unk.text, fuse_unk: true, byte_fallback: trainer.byteFallback }
  const unigram = { type: 'Unigram', unk_id: unk.id, byte_fallback: trainer.byteFallback }
  return {
    name: nameOf(material, trainer.modelType),
    model: isBpe ? bpeModel(renamed, options) : { ...unigram, vocab: unigramPieces(material) },
    normalizer: precompiled(material, [{ type: 'Replace', pattern: { String: ' ' }, content: '▁' }]),
    preTokenizer: null,
    decoder: sequence('decoders', trainer.byteFallback ? readBytes : [spaceAgain]),
    frame: 'start and end',
    named: withDefaults(settings, defaults),
    extra: extraTokens(material, settings),
    languages: null,
  }
}

/** Reserved pieces take the names that the settings give to their ids. */
function renamePieces(material: Material, added: readonly (AddedToken & { readonly id: number })[]): Material {
  if (material.vocabulary.type !== 'BPE' || added.length === 0) return material
  const ids = new Map(material.vocabulary.ids)
  const pieces = new Map([...ids].map(([piece, id]) => [id, piece]))
  for (const { id, content } of added) {
    const piece = pieces.get(id)
    if (piece === undefined || piece === content || ids.has(content)) continue
    ids.delete(piece)
    ids.set(content, id)
    pieces.set(id, content)
  }
  const isLeft = (piece: string): boolean => ids.has(piece)
  const merges = material.vocabulary.merges.filter(
    ([left, right]) => isLeft(left) && isLeft(right) && isLeft(left + right),
  )
  return { ...material, vocabulary: { ...material.vocabulary, ids, merges } }
}

/** Special tokens beyond those with a role: a model file's own pieces come before what transformers reads last. */
export function extraTokens({ pieceTokens }: Material, { extra, lateExtra }: TokenizerSettings): readonly AddedToken[] {
  return extra ?? pieceTokens ?? lateExtra ?? []
}

export const nameOf = ({ file }: Material, family: string): string =>
  file === 'tokenizer.json' ? file : `SentencePiece ${family}`
