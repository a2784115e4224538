import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { loadLocal } from '#compute/index.ts'
import { openRegistry } from '../checkpoints/registry.ts'
import { foldersOf, readCache, readSettings } from '../settings.ts'
import { commonOptions, onlyPositional, threads } from './command.ts'
import type { Command } from './command.ts'
import { UsageError } from './usage-error.ts'

/** `import`: makes a checkpoint known to the server, running or not, so that workspaces can be made over it. */
export const importCheckpoint: Command = {
  name: 'import',
  positionals: ['CHECKPOINT'],
  summary: 'make a checkpoint folder known, for new workspaces',
  options: {
    data: { value: 'DIRECTORY', help: 'the data directory of the server' },
    json: commonOptions['json']!,
  },
  run: async ({ args, env, streams }) => {
    const named = onlyPositional(args, 'CHECKPOINT')
    const folder = resolve(named)
    if (!existsSync(folder) && /^[\w.-]+\/[\w.-]+$/.test(named)) {
      throw new UsageError(
        `There is no folder ${named}, and checkpoints are not fetched from a hub yet; give a folder on this machine`,
      )
    }
    const directory = args.text('data')
    const { data } = readSettings(directory === undefined ? [] : ['--data', directory], env)
    const local = await loadLocal()
    const registry = openRegistry({
      directory: foldersOf(data).checkpoints,
      inspect: async (path) => {
        const opened = await local.openFolder(path, { device: 'cpu', threads: threads(), cache: readCache(env) })
        try {
          return await local.inspectCheckpoint(opened)
        } finally {
          await opened.close()
        }
      },
    })
    const entry = await registry.register(folder)
    if (args.has('json')) return streams.out(JSON.stringify(entry))
    streams.out(`${entry.id}: known to the server of ${data}; make a workspace over it in the browser`)
  },
}
