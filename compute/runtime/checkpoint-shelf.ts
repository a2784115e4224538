import { openFolder } from '#compute/tasks/opened.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import type { EngineOptions } from './engine.ts'

/** Checkpoints kept open, the least recently used one closed when another is needed. */
export interface CheckpointShelf {
  readonly take: (folder: string) => Promise<Opened>
  /** Closes all that are open. What fails to close went with its device. */
  readonly close: () => Promise<void>
}

/** Each holds its compiled programs and perhaps repacked weights. */
const mostOpen = 4

export function makeCheckpointShelf(options: EngineOptions): CheckpointShelf {
  const open = new Map<string, Promise<Opened>>()
  return {
    take: async (folder) => {
      const opened = open.get(folder) ?? openFolder(folder, options)
      open.delete(folder) // the newest is last
      open.set(folder, opened)
      opened.catch(() => open.delete(folder))
      const [oldest] = open
      if (oldest !== undefined && open.size > mostOpen) {
        open.delete(oldest[0])
        await (await oldest[1]).close()
      }
      return opened
    },
    close: async () => {
      const all = [...open.values()]
      open.clear()
      await Promise.allSettled(all.map(async (opened) => (await opened).close()))
    },
  }
}
