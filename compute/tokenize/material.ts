/** What the files of a checkpoint give a class of tokenizers: a vocabulary, and what else transformers takes over from them. */
import { join } from 'node:path'
import type { Json } from '#compute/checkpoint/fields.ts'
import { ComputeError } from '#compute/errors.ts'
import { plainToken } from './added-token.ts'
import type { AddedToken, PlacedToken } from './added-token.ts'
import { readCheckpointFile, readCheckpointJson } from './checkpoint-file.ts'
import { generateMerges, parseMergesText } from './merges.ts'
import type { Merge } from './merges.ts'
import { parseModelProto } from './model-proto.ts'
import type { ModelProto } from './model-proto.ts'
import { parsePieceIds } from './piece-ids.ts'
import { readCharacterMap } from './sentencepiece.ts'
import { parseDefinition } from './tokenizer-definition.ts'
import type { TokenizerDefinition } from './tokenizer-definition.ts'

export interface Material {
  /** The file the vocabulary came from, by its name. */
  readonly file: string
  readonly vocabulary: RawVocabulary
  /** Rules of a SentencePiece normalizer in base64, or null. */
  readonly charsmap: string | null
  /** The post-processor of a `tokenizer.json`; undefined where there is no such file. */
  readonly postProcessor: TokenizerDefinition['post_processor'] | undefined
  /** Tokens that a `tokenizer.json` adds to its vocabulary. */
  readonly fileTokens: readonly PlacedToken[]
  /** Control and user-defined pieces of a SentencePiece model; null without one. */
  readonly pieceTokens: readonly AddedToken[] | null
  readonly proto: ModelProto | null
}

export type RawVocabulary =
  | { readonly type: 'BPE'; readonly ids: ReadonlyMap<string, number>; readonly merges: readonly Merge[] }
  | { readonly type: 'Unigram'; readonly pieces: readonly (readonly [piece: string, score: number])[] }

/** The material of a `tokenizer.json`, or null where there is no such file. */
export function readJsonMaterial(folder: string): Material | null {
  const json = readCheckpointJson(folder, 'tokenizer.json')
  if (json === null) return null
  const definition = parseDefinition(json)
  return {
    file: 'tokenizer.json',
    vocabulary: vocabularyOf(json, definition),
    charsmap: charsmapOf(definition),
    postProcessor: definition.post_processor ?? null,
    fileTokens: definition.added_tokens,
    pieceTokens: null,
    proto: null,
  }
}

function vocabularyOf(json: Json, { model }: TokenizerDefinition): RawVocabulary {
  if (model.type === 'BPE') return { type: 'BPE', ids: new Map(model.entries), merges: model.merges }
  const { vocab } = json['model'] as { vocab: [string, number][] } // checked by parseDefinition
  return { type: 'Unigram', pieces: vocab }
}

function charsmapOf({ normalizer }: TokenizerDefinition): string | null {
  const steps = normalizer?.type === 'Sequence' ? normalizer.normalizers : [normalizer]
  return steps.find((step) => step?.type === 'Precompiled')?.precompiled_charsmap ?? null
}

/** The material of a SentencePiece model, read as one or the other kind of vocabulary; null where there is no such file. */
export function readModelMaterial(folder: string, name: string, as: 'BPE' | 'Unigram' | 'as trained'): Material | null {
  const file = join(folder, name)
  const bytes = readCheckpointFile(folder, name)
  if (bytes === null) return null
  const proto = parseModelProto(bytes, file)
  const { trainer, pieces, normalizer } = proto
  readCharacterMap(normalizer, file) // refuses rules that are corrupt
  const isUnigram = as === 'as trained' ? trainer.modelType === 'unigram' : as === 'Unigram'
  const special = pieces.filter(({ type }) => type === 'control' || type === 'user-defined')
  return {
    file: name,
    vocabulary: isUnigram ? { type: 'Unigram', pieces: pieces.map(({ text, score }) => [text, score]) } : bpeOf(proto),
    charsmap:
      normalizer.precompiledCharsmap.length === 0
        ? null
        : Buffer.from(normalizer.precompiledCharsmap).toString('base64'),
    postProcessor: undefined,
    fileTokens: [],
    pieceTokens: special.map(({ text, type }) => ({ ...plainToken(text, type === 'control'), normalized: false })),
    proto,
  }
}

function bpeOf({ pieces }: ModelProto): RawVocabulary {
  const ids = new Map(pieces.map(({ text }, id) => [text, id]))
  return { type: 'BPE', ids, merges: generateMerges(ids) }
}

/** The material of `vocab.json` and `merges.txt`, or null where the first is missing. */
export function readMergesMaterial(folder: string): Material | null {
  const json = readCheckpointJson(folder, 'vocab.json')
  const merges = readCheckpointFile(folder, 'merges.txt')
  if (json === null) return null
  if (merges === null) {
    throw new ComputeError(
      'bad-checkpoint',
      `${folder} lacks merges.txt, which its tokenizer needs. Fetch the checkpoint again, with all its files`,
    )
  }
  const ids = parsePieceIds(json, join(folder, 'vocab.json'), null)
  return {
    file: 'vocab.json',
    vocabulary: { type: 'BPE', ids, merges: parseMergesText(merges.toString('utf8'), join(folder, 'merges.txt')) },
    charsmap: null,
    postProcessor: undefined,
    fileTokens: [],
    pieceTokens: null,
    proto: null,
  }
}
