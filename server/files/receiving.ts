/** Files that arrive in pieces, one after another, and go on where a connection broke. */
import { open, stat } from 'node:fs/promises'
import { Refusal } from '../errors.ts'

/** Appends a piece that begins at byte `at`. Returns how many bytes are there now; a piece that breaks off leaves nothing of itself. */
export async function appendPiece(path: string, at: number, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  const there = await stat(path).then(
    ({ size }) => size,
    () => 0,
  )
  if (at !== there) {
    throw new Refusal('conflict', `${there} bytes are here already, and the piece begins at ${at}. Go on at ${there}`, {
      field: 'at',
    })
  }
  const file = await open(path, 'a')
  let bytes = at
  try {
    for await (const chunk of chunks) {
      await file.write(chunk)
      bytes += chunk.byteLength
    }
  } catch (error) {
    await file.truncate(at)
    throw error
  } finally {
    await file.close()
  }
  return bytes
}

/** Ends a body that is longer than was announced. */
export async function* limitBytes(chunks: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let left = most
  for await (const chunk of chunks) {
    left -= chunk.byteLength
    if (left < 0) throw new Refusal('too-large', 'the file is longer than was announced. Choose it again')
    yield chunk
  }
}
