/** Reads SentencePiece's `ModelProto` (sentencepiece_model.proto, version 0.2.3), of which nothing is believed before it is checked. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { ComputeError } from '#compute/errors.ts'

export type PieceType = 'normal' | 'unknown' | 'control' | 'user-defined' | 'unused' | 'byte'

export interface Piece {
  readonly text: string
  /** Log-probability, exact in float32. */
  readonly score: number
  readonly type: PieceType
}

export type ModelType = 'unigram' | 'bpe' | 'word' | 'char'

export interface TrainerSpec {
  readonly modelType: ModelType
  readonly byteFallback: boolean
  readonly treatWhitespaceAsSuffix: boolean
  /** What the model was trained to call its special pieces; an id of -1 says that there is none. */
  readonly special: { readonly bos: SpecialPiece; readonly eos: SpecialPiece; readonly unk: SpecialPiece }
}

export interface SpecialPiece {
  readonly id: number
  readonly text: string
}

/** The name of the rules and their source text are not read: what takes effect is `precompiledCharsmap` alone. */
export interface NormalizerSpec {
  readonly precompiledCharsmap: Uint8Array
  readonly addDummyPrefix: boolean
  readonly removeExtraWhitespaces: boolean
  readonly escapeWhitespaces: boolean
}

export interface ModelProto {
  readonly pieces: readonly Piece[]
  readonly trainer: TrainerSpec
  readonly normalizer: NormalizerSpec
  /** Rules for decoded text; null where there are none, as in every model we know. */
  readonly denormalizer: NormalizerSpec | null
}

/** Limits far beyond every real model (the largest known vocabularies have about 260,000 pieces). */
const mostPieces = 2 ** 20
const longestPiece = 8000
const mostCharacters = 2 ** 22

const pieceTypes: readonly (PieceType | undefined)[] = [
  undefined,
  'normal',
  'unknown',
  'control',
  'user-defined',
  'unused',
  'byte',
]
const modelTypes: readonly (ModelType | undefined)[] = [undefined, 'unigram', 'bpe', 'word', 'char']

/** Parses the bytes of a `.model` or `.spm` file; `file` names it in errors. */
export function parseModelProto(bytes: Uint8Array, file: string): ModelProto {
  try {
    const model = readModel(new BinaryReader(bytes))
    checkPieces(model.pieces)
    return model
  } catch (cause) {
    const fault = cause instanceof Error ? cause.message : String(cause)
    throw new ComputeError('bad-checkpoint', `${file} is no SentencePiece model: ${fault}. Fetch the file again`, {
      cause,
    })
  }
}

function readModel(reader: BinaryReader): ModelProto {
  const pieces: Piece[] = []
  let trainer = trainerDefaults
  let normalizer = normalizerDefaults
  let denormalizer: NormalizerSpec | null = null
  for (const field of fieldsOf(reader)) {
    if (field.number === 1) {
      if (pieces.length === mostPieces) throw new Error(`it has more than ${mostPieces} pieces`)
      pieces.push(readPiece(readMessage(field)))
    } else if (field.number === 2) trainer = readTrainer(readMessage(field), trainer)
    else if (field.number === 3) normalizer = readNormalizer(readMessage(field), normalizer)
    else if (field.number === 5) denormalizer = readNormalizer(readMessage(field), denormalizer ?? normalizerDefaults)
    else skip(field)
  }
  return { pieces, trainer, normalizer, denormalizer }
}

function readPiece(reader: BinaryReader): Piece {
  let text = ''
  let score = 0
  let type: PieceType = 'normal'
  for (const field of fieldsOf(reader)) {
    if (field.number === 1) text = readText(field)
    else if (field.number === 2) score = readFloat(field)
    else if (field.number === 3) type = chosen(pieceTypes, readWhole(field), 'type of piece')
    else skip(field)
  }
  return { text, score, type }
}

const trainerDefaults: TrainerSpec = {
  modelType: 'unigram',
  byteFallback: false,
  treatWhitespaceAsSuffix: false,
  special: { unk: { id: 0, text: '<unk>' }, bos: { id: 1, text: '<s>' }, eos: { id: 2, text: '</s>' } },
}

/** Fields of the trainer that name special pieces: ids 40 to 42, texts 45 to 47. */
const specialRoles = ['unk', 'bos', 'eos'] as const
const firstIdField = 40
const firstTextField = 45

function readTrainer(reader: BinaryReader, from: TrainerSpec): TrainerSpec {
  let spec = from
  for (const field of fieldsOf(reader)) {
    if (field.number === 3) spec = { ...spec, modelType: chosen(modelTypes, readWhole(field), 'type of model') }
    else if (field.number === 24) spec = { ...spec, treatWhitespaceAsSuffix: readFlag(field) }
    else if (field.number === 35) spec = { ...spec, byteFallback: readFlag(field) }
    else if (specialRoles[field.number - firstIdField] !== undefined) {
      spec = withSpecial(spec, specialRoles[field.number - firstIdField]!, { id: readWhole(field) })
    } else if (specialRoles[field.number - firstTextField] !== undefined) {
      spec = withSpecial(spec, specialRoles[field.number - firstTextField]!, { text: readText(field) })
    } else skip(field)
  }
  return spec
}

function withSpecial(spec: TrainerSpec, role: (typeof specialRoles)[number], told: Partial<SpecialPiece>): TrainerSpec {
  return { ...spec, special: { ...spec.special, [role]: { ...spec.special[role], ...told } } }
}

const normalizerDefaults: NormalizerSpec = {
  precompiledCharsmap: new Uint8Array(0),
  addDummyPrefix: true,
  removeExtraWhitespaces: true,
  escapeWhitespaces: true,
}

function readNormalizer(reader: BinaryReader, from: NormalizerSpec): NormalizerSpec {
  let spec = from
  for (const field of fieldsOf(reader)) {
    if (field.number === 2) spec = { ...spec, precompiledCharsmap: readBytes(field) }
    else if (field.number === 3) spec = { ...spec, addDummyPrefix: readFlag(field) }
    else if (field.number === 4) spec = { ...spec, removeExtraWhitespaces: readFlag(field) }
    else if (field.number === 5) spec = { ...spec, escapeWhitespaces: readFlag(field) }
    else skip(field)
  }
  return spec
}

/** The field a reader stands at: it must be read or skipped before the next one. */
interface Field {
  readonly reader: BinaryReader
  readonly number: number
  readonly wireType: WireType
}

function* fieldsOf(reader: BinaryReader): Generator<Field> {
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    yield { reader, number, wireType }
    if (reader.pos > reader.len) throw new Error('it ends too early')
  }
}

function expect({ reader, number, wireType }: Field, wanted: WireType): BinaryReader {
  if (wireType !== wanted) throw new Error(`field ${number} has wire type ${wireType}, not ${wanted}`)
  return reader
}

const readText = (field: Field): string => expect(field, WireType.LengthDelimited).string(true)
const readBytes = (field: Field): Uint8Array => expect(field, WireType.LengthDelimited).bytes()
const readMessage = (field: Field): BinaryReader => new BinaryReader(readBytes(field))
const readFloat = (field: Field): number => expect(field, WireType.Bit32).float()
const readWhole = (field: Field): number => expect(field, WireType.Varint).int32()
const readFlag = (field: Field): boolean => expect(field, WireType.Varint).bool()
const skip = ({ reader, number, wireType }: Field): void => void reader.skip(wireType, number)

function chosen<T>(choices: readonly (T | undefined)[], number: number, what: string): T {
  const choice = choices[number]
  if (choice === undefined) throw new Error(`there is no ${what} ${number}`)
  return choice
}

/** What SentencePiece itself insists on when it opens a model. */
function checkPieces(pieces: readonly Piece[]): void {
  if (pieces.length === 0) throw new Error('it has no pieces')
  const characters = pieces.reduce((sum, { text }) => sum + text.length, 0)
  if (characters > mostCharacters)
    throw new Error(`its pieces have ${characters} characters, more than ${mostCharacters}`)
  const plain = new Set<string>()
  const reserved = new Set<string>()
  for (const [id, { text, score, type }] of pieces.entries()) {
    if (text === '') throw new Error(`piece ${id} is empty`)
    if (text.length > longestPiece) throw new Error(`piece ${id} has ${text.length} characters`)
    if (text.includes('\0')) throw new Error(`piece ${id} holds a zero byte`)
    if (!Number.isFinite(score)) throw new Error(`the score of piece ${id} is ${score}`)
    const seen = type === 'normal' || type === 'user-defined' || type === 'unused' ? plain : reserved
    if (seen.has(text)) throw new Error(`piece ${JSON.stringify(text)} is there twice`)
    seen.add(text)
  }
  const unknowns = pieces.filter(({ type }) => type === 'unknown').length
  if (unknowns !== 1) throw new Error(`it has ${unknowns} unknown pieces, not one`)
}
