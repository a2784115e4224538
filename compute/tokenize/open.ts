/** The tokenizer of a checkpoint folder. */
import { join } from 'node:path'
import { ComputeError } from '#compute/errors.ts'
import { gpt2, gptNeoX, qwen2, roberta } from './byte-level-classes.ts'
import { readCheckpointFile, readCheckpointJson } from './checkpoint-file.ts'
import { makeM2m100Tokenizer } from './m2m100.ts'
import { makeMarianTokenizer } from './marian.ts'
import { readJsonMaterial, readMergesMaterial, readModelMaterial } from './material.ts'
import type { Material } from './material.ts'
import { parseModelProto } from './model-proto.ts'
import type { ModelProto } from './model-proto.ts'
import { mbart, mbart50, nllb } from './multilingual-classes.ts'
import { parsePieceIds } from './piece-ids.ts'
import { makePegasusTokenizer } from './pegasus.ts'
import { makeRecipeTokenizer } from './recipe.ts'
import type { Recipe } from './recipe.ts'
import { llama, proto, t5 } from './sentencepiece-classes.ts'
import { readTokenizerSettings } from './settings.ts'
import type { TokenizerSettings } from './settings.ts'
import { classOf } from './tokenizer-class.ts'
import type { TokenizerClass } from './tokenizer-class.ts'
import { makeJsonTokenizer } from './tokenizer-json.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Opens it; what is missing, corrupt or not supported is one error that names file and fault. */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
  const settings = readTokenizerSettings(folder)
  const isByteLevel = (): boolean =>
    readCheckpointFile(folder, 'tokenizer.json')?.includes('"ByteLevel"', 0, 'utf8') ?? false
  const family = classOf(settings, isByteLevel)
  const tokenizer = openOwn(family, folder, settings) ?? openBackend(folder, settings)
  if (tokenizer !== null) return tokenizer
  throw new ComputeError(
    'bad-checkpoint',
    `${folder} has no tokenizer: ${needs[family]}. Fetch the checkpoint again, with all its files`,
  )
}

/** What each class reads, for people who lack it. */
const needs: Readonly<Record<TokenizerClass, string>> = {
  backend:
    'it needs tokenizer.json or tokenizer.model (or, for Pegasus and T5, spiece.model; for Marian, source.spm, target.spm and vocab.json)',
  gpt2: 'it needs vocab.json and merges.txt, or tokenizer.json',
  'gpt-neox': 'it needs tokenizer.json, or vocab.json and merges.txt',
  llama: 'it needs tokenizer.model or tokenizer.json',
  m2m100: 'it needs sentencepiece.bpe.model and vocab.json',
  marian: 'it needs source.spm, target.spm and vocab.json, or tokenizer.json',
  mbart: 'it needs sentencepiece.bpe.model or tokenizer.json',
  mbart50: 'it needs sentencepiece.bpe.model or tokenizer.json',
  nllb: 'it needs sentencepiece.bpe.model or tokenizer.json',
  pegasus: 'it needs spiece.model or tokenizer.json',
  qwen2: 'it needs vocab.json and merges.txt, or tokenizer.json',
  roberta: 'it needs vocab.json and merges.txt, or tokenizer.json',
  t5: 'it needs spiece.model or tokenizer.json',
}

/** A class that builds its tokenizer around a vocabulary, and the file of the vocabulary where there is no `tokenizer.json`. */
interface Builder {
  readonly recipe: (material: Material, settings: TokenizerSettings) => Recipe
  readonly read: (folder: string) => Material | null
}

const builders: Partial<Readonly<Record<TokenizerClass, Builder>>> = {
  gpt2: { recipe: gpt2, read: readMergesMaterial },
  'gpt-neox': { recipe: gptNeoX, read: readMergesMaterial },
  qwen2: { recipe: qwen2, read: readMergesMaterial },
  roberta: { recipe: roberta, read: readMergesMaterial },
  llama: { recipe: llama, read: (folder) => readModelMaterial(folder, 'tokenizer.model', 'BPE') },
  t5: { recipe: t5, read: (folder) => readModelMaterial(folder, 'spiece.model', 'Unigram') },
  mbart: { recipe: mbart, read: (folder) => readModelMaterial(folder, 'sentencepiece.bpe.model', 'Unigram') },
  mbart50: { recipe: mbart50, read: (folder) => readModelMaterial(folder, 'sentencepiece.bpe.model', 'Unigram') },
  nllb: { recipe: nllb, read: (folder) => readModelMaterial(folder, 'sentencepiece.bpe.model', 'BPE') },
}

/** The tokenizer as its class builds it, or null where that class takes `tokenizer.json` as it is, or lacks its files. */
function openOwn(family: TokenizerClass, folder: string, settings: TokenizerSettings): Tokenizer | null {
  if (family === 'pegasus') {
    const file = readModel(folder, 'spiece.model')
    return file === null ? null : makePegasusTokenizer(file.model, settings, file.file)
  }
  if (family === 'marian') {
    const source = readModel(folder, 'source.spm')
    return source === null ? null : openMarian(folder, source, settings)
  }
  if (family === 'm2m100') {
    const model = readModel(folder, 'sentencepiece.bpe.model')
    const unknown = settings.special.unk ?? '<unk>'
    return model === null
      ? null
      : makeM2m100Tokenizer({ ...model, vocabulary: readPieceIds(folder, 'vocab.json', unknown) }, settings)
  }
  const builder = builders[family]
  const material = builder && (readJsonMaterial(folder) ?? builder.read(folder))
  return material ? makeRecipeTokenizer(builder.recipe(material, settings), material, settings) : null
}

function openBackend(folder: string, settings: TokenizerSettings): Tokenizer | null {
  const json = readCheckpointJson(folder, 'tokenizer.json')
  if (json !== null) return makeJsonTokenizer(json, settings)
  const material = readModelMaterial(folder, 'tokenizer.model', 'as trained')
  return material === null ? null : makeRecipeTokenizer(proto(material, settings), material, settings)
}

interface ModelFile {
  readonly model: ModelProto
  readonly file: string
}

function readModel(folder: string, name: string): ModelFile | null {
  const file = join(folder, name)
  const bytes = readCheckpointFile(folder, name)
  return bytes === null ? null : { model: parseModelProto(bytes, file), file }
}

function openMarian(folder: string, source: ModelFile, settings: TokenizerSettings): Tokenizer {
  const target = readModel(folder, 'target.spm')
  if (target === null) throw missing(folder, 'target.spm')
  const unknown = settings.special.unk ?? '<unk>'
  const vocabulary = readPieceIds(folder, 'vocab.json', unknown)
  const targetVocabulary = settings.separateVocabularies ? readPieceIds(folder, 'target_vocab.json', unknown) : null
  return makeMarianTokenizer({ source, target, vocabulary, targetVocabulary }, settings)
}

function readPieceIds(folder: string, name: string, unknown: string): ReadonlyMap<string, number> {
  const json = readCheckpointJson(folder, name)
  if (json === null) throw missing(folder, name)
  return parsePieceIds(json, join(folder, name), unknown)
}

function missing(folder: string, name: string): ComputeError {
  return new ComputeError(
    'bad-checkpoint',
    `${folder} lacks ${name}, which its tokenizer needs. Fetch the checkpoint again, with all its files`,
  )
}
