import { statfs } from 'node:fs/promises'
import { Refusal } from '../errors.ts'

/** Left free for the database, which ends in an unknown state when its disk is full. */
const RESERVE = 256 * 2 ** 20

/** How long a measurement is believed. */
const FRESH_MS = 2_000

/** Watches the disk of the data directory. */
export interface Space {
  /** Free bytes. */
  free(): Promise<number>
  /** Throws a Refusal when there is too little room to store `more` bytes. */
  require(more?: number): Promise<void>
}

export interface SpaceDeps {
  readonly directory: string
  now(): Date
  /** Free bytes on the disk of a directory. */
  measure(directory: string): Promise<number>
}

export function makeSpace({ directory, now, measure }: SpaceDeps): Space {
  let known = { at: -Infinity, free: 0 }
  const free = async (): Promise<number> => {
    if (now().getTime() - known.at > FRESH_MS) known = { at: now().getTime(), free: await measure(directory) }
    return known.free
  }
  return {
    free,
    async require(more = 0) {
      const left = await free()
      if (left - more >= RESERVE) return
      throw new Refusal(
        'no-space',
        `the disk of ${directory} has ${Math.floor(left / 2 ** 20)} MB left and nothing more is stored. Free some space, then try again`,
      )
    },
  }
}

/** Free bytes for an ordinary user. */
export async function measureFree(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}
