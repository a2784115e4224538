import type { Json } from '#compute/checkpoint/fields.ts'
import { ComputeError } from '#compute/errors.ts'

const mostPieces = 2 ** 20
const mostId = 2 ** 24

/** The object of a `vocab.json`: pieces and their ids, each id once, the unknown piece among them where one is named. */
export function parsePieceIds(json: Json, file: string, unknown: string | null): ReadonlyMap<string, number> {
  const wrong = (fault: string): ComputeError =>
    new ComputeError('bad-checkpoint', `${file}: ${fault}. Fetch the file again`)
  const ids = new Map<string, number>()
  const pieces = new Map<number, string>()
  for (const [piece, id] of Object.entries(json)) {
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id > mostId) {
      throw wrong(
        `the id of ${JSON.stringify(piece)} is ${JSON.stringify(id)?.slice(0, 80)}, not a whole number from 0 to ${mostId}`,
      )
    }
    const other = pieces.get(id)
    if (other !== undefined) throw wrong(`${JSON.stringify(other)} and ${JSON.stringify(piece)} have the same id ${id}`)
    ids.set(piece, id)
    pieces.set(id, piece)
  }
  if (ids.size > mostPieces) throw wrong(`it has ${ids.size} pieces, more than ${mostPieces}`)
  if (unknown !== null && !ids.has(unknown)) throw wrong(`it lacks the unknown piece ${unknown}`)
  return ids
}
