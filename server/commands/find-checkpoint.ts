import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { readHub } from '../settings.ts'
import type { CommandContext, Local, Streams } from './command.ts'
import { UsageError } from './usage-error.ts'

export interface FoundCheckpoint {
  readonly folder: string
  /** `org/name` where it came from a hub. */
  readonly id: string | null
}

/** The folder that a CHECKPOINT argument means: a folder on this machine, else a repository of the hub, fetched where needed. */
export async function findCheckpoint(
  named: string,
  local: Local,
  { env, streams }: Pick<CommandContext, 'env' | 'streams'>,
): Promise<FoundCheckpoint> {
  const folder = resolve(named)
  const repository = existsSync(folder) ? null : local.parseRepository(named)
  if (repository === null) return { folder, id: null } // where there is none, opening it says so
  const settings = { ...readHub(env), patience: local.usualPatience }
  try {
    return { folder: await local.fetchCheckpoint(repository, settings, makeListener(streams)), id: repository.id }
  } catch (error) {
    const isRefusal = error instanceof Error && 'kind' in error && ['hub', 'network'].includes(String(error.kind))
    if (!isRefusal) throw error
    throw new UsageError(`There is no folder ${named}, and as a name at the hub: ${error.message}`, { cause: error })
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)

/** Lines on standard error: one for every file, and one a second while it lasts. */
function makeListener({ err }: Streams): NonNullable<Parameters<Local['fetchCheckpoint']>[2]> {
  let [stage, told] = ['', -Infinity]
  return {
    notice: (line) => err(`${line}\n`),
    progress: (progress) => {
      const now = performance.now()
      if (progress.stage === stage && now - told < 1000 && progress.done < progress.total) return
      stage = progress.stage
      told = now
      err(`fetching ${stage}: ${megabytes(progress.done)} of ${megabytes(progress.total)} MB in all\n`)
    },
  }
}
