/**
 * The decoders of a `tokenizer.json`, step by step as the tokenizers library runs them, keeping track of which token stands where. (The
 * library itself gives the text alone.)
 */
import { joinParts, removeAround, replaceIn } from './decoded-text.ts'
import type { DecodedText } from './decoded-text.ts'
import type { Decoder, DecoderStep } from './definition-parts.ts'
import { readUtf8 } from './utf8.ts'

/** Neighbouring tokens that a step has made one string of: one offset pair for each of them. */
export type Chunk = DecodedText

/** Turns pieces into text; without a decoder they stand side by side with spaces between. */
export function makeTokenDecoder(decoder: Decoder | null): (pieces: readonly string[]) => DecodedText {
  if (decoder === null) return (pieces) => joinParts(pieces.map((piece, index) => (index === 0 ? piece : ` ${piece}`)))
  const steps = (decoder.type === 'Sequence' ? decoder.decoders : [decoder]).map(makeStep)
  return (pieces) =>
    fuse(
      steps.reduce<readonly Chunk[]>(
        (chunks, step) => step(chunks),
        pieces.map((piece) => joinParts([piece])),
      ),
    )
}

type Step = (chunks: readonly Chunk[]) => readonly Chunk[]

function makeStep(step: DecoderStep): Step {
  switch (step.type) {
    case 'ByteLevel':
      return makeByteLevelStep()
    case 'Metaspace':
      return (chunks) =>
        chunks.map((chunk, index) =>
          replaceIn(chunk, step.replacement, () => (index === 0 && step.prepend_scheme !== 'never' ? '' : ' ')),
        )
    case 'Replace':
      return (chunks) => chunks.map((chunk) => replaceIn(chunk, step.pattern.String, () => step.content))
    case 'Strip':
      return (chunks) => chunks.map((chunk) => removeAround(chunk, step.content, step.start, step.stop))
    case 'Fuse':
      return (chunks) => [fuse(chunks)]
    case 'ByteFallback':
      return readByteTokens
  }
}

/** One string of all. */
export function fuse(chunks: readonly Chunk[]): Chunk {
  let length = 0
  const offsets = chunks.flatMap((chunk) => {
    const before = length
    length += chunk.text.length
    return chunk.offsets.map(([start, end]): [number, number] => [before + start, before + end])
  })
  return { text: chunks.map(({ text }) => text).join(''), offsets }
}

/** Every character of a byte-level piece stands for one byte: GPT-2's printable alphabet. */
function makeByteLevelStep(): Step {
  const byteOf = new Map<string, number>()
  let next = 256
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad)
    byteOf.set(String.fromCharCode(printable ? byte : next++), byte)
  }
  const bytesOf = (text: string): readonly number[] => {
    const bytes = Array.from(text, (character) => byteOf.get(character))
    return bytes.every((byte) => byte !== undefined) ? bytes : [...Buffer.from(text, 'utf8')]
  }
  return (chunks) => [readChunkBytes(chunks.map(({ text }) => bytesOf(text)))]
}

/** One string of the bytes of many tokens; a token covers all characters it has a byte of. */
function readChunkBytes(tokens: readonly (readonly number[])[], wrong: 'beginning' | 'byte' = 'beginning'): Chunk {
  const { text, starts, ends } = readUtf8(tokens.flat(), wrong)
  let byte = 0
  const offsets = tokens.map((bytes): [number, number] => {
    const first = byte
    byte += bytes.length
    const start = starts[first] ?? text.length
    return [start, bytes.length === 0 ? start : ends[byte - 1]!]
  })
  return { text, offsets }
}

/** Runs of tokens such as `<0xE2>` become the text of their bytes, or one U+FFFD each where they are none. */
function readByteTokens(chunks: readonly Chunk[]): readonly Chunk[] {
  return readByteRuns(chunks, (run) => {
    const read = readChunkBytes(run)
    if (Buffer.from(read.text, 'utf8').equals(Buffer.from(run.flat()))) return [read]
    return run.map(() => joinParts(['\ufffd']))
  })
}

/** The same as SentencePiece does it: characters that are whole are read whatever is beside them. */
export const readSentencePieceBytes = (chunks: readonly Chunk[]): readonly Chunk[] =>
  readByteRuns(chunks, (run) => [readChunkBytes(run, 'byte')])

function readByteRuns(
  chunks: readonly Chunk[],
  read: (run: readonly (readonly number[])[]) => readonly Chunk[],
): readonly Chunk[] {
  const result: Chunk[] = []
  let run: number[][] = []
  const closeRun = (): void => {
    if (run.length > 0) result.push(...read(run))
    run = []
  }
  for (const chunk of chunks) {
    const byte = /^<0x([0-9a-f]{2})>$/i.exec(chunk.text)?.[1]
    if (byte !== undefined) run.push([Number.parseInt(byte, 16)])
    else {
      closeRun()
      result.push(chunk)
    }
  }
  closeRun()
  return result
}
