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
