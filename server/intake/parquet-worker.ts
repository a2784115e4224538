/**
 * A process that reads one Parquet file: its groups are unpacked as a whole, which would hold up everybody else for seconds. Sends
 * its rows in portions, each when the last one was taken.
 */
import { Refusal } from '../errors.ts'
import type { FoundRow } from './found-row.ts'
import { readParquet } from './parquet-rows.ts'

/** What is asked of it. */
export type ParquetRequest = { readonly path: string; readonly most: number } | 'next'

export type ParquetReply =
  | { readonly kind: 'rows'; readonly rows: readonly FoundRow[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }

const PORTION = 500

const say = (reply: ParquetReply): void => void process.send?.(reply)

async function read(path: string, most: number): Promise<void> {
  let rows: FoundRow[] = []
  const hand = async (): Promise<void> => {
    const taken = new Promise<void>((resolve) => process.once('message', () => resolve()))
    say({ kind: 'rows', rows })
    rows = []
    await taken
  }
  try {
    for await (const row of readParquet(path, most)) {
      rows.push(row)
      if (rows.length === PORTION) await hand()
    }
    if (rows.length > 0) await hand()
    say({ kind: 'done' })
  } catch (error) {
    say(
      error instanceof Refusal
        ? { kind: 'refused', message: error.message }
        : { kind: 'failed', message: String(error) },
    )
  }
}

// Nobody is left to read for, and nothing here needs saving.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.on('SIGINT', () => {}) // Ctrl-C reaches the whole group; the server decides when to end
process.once('message', (request: ParquetRequest) => {
  if (request !== 'next') void read(request.path, request.most)
})
