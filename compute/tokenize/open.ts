/** The tokenizer of a checkpoint folder. */
import { join } from 'node:path'
import { ComputeError } from '#compute/errors.ts'
import { readCheckpointFile, readCheckpointJson } from './checkpoint-file.ts'
import { makeMarianTokenizer } from './marian.ts'
import { parseModelProto } from './model-proto.ts'
import type { ModelProto } from './model-proto.ts'
import { parsePieceIds } from './piece-ids.ts'
import { makePegasusTokenizer } from './pegasus.ts'
import { readTokenizerSettings } from './settings.ts'
import type { TokenizerSettings } from './settings.ts'
import { makeJsonTokenizer } from './tokenizer-json.ts'
import type { Tokenizer } from './tokenizer.ts'

/** Opens it; what is missing, corrupt or not supported is one error that names file and fault. */
export async function openTokenizer(folder: string): Promise<Tokenizer> {
  const settings = readTokenizerSettings(folder)
  const { family } = settings
  if (family === 'pegasus') {
    const file = readModel(folder, 'spiece.model')
    if (file !== null) return makePegasusTokenizer(file.model, settings, file.file)
  }
  if (family === 'marian') {
    const source = readModel(folder, 'source.spm')
    if (source !== null) return openMarian(folder, source, settings)
  }
  const json = readCheckpointJson(folder, 'tokenizer.json')
  if (json !== null) return makeJsonTokenizer(json, settings)
  throw new ComputeError(
    'bad-checkpoint',
    `${folder} has no tokenizer: ${missingOf(family)}. Fetch the checkpoint again, with all its files`,
  )
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

function missingOf(family: string | null): string {
  if (family === 'pegasus') return 'it needs spiece.model or tokenizer.json'
  if (family === 'marian') return 'it needs source.spm, target.spm and vocab.json, or tokenizer.json'
  return 'it needs tokenizer.json (or, for Pegasus, spiece.model; for Marian, source.spm, target.spm and vocab.json)'
}
