import { loadLocal } from '#compute/index.ts'
import { openRegistry } from '../checkpoints/registry.ts'
import { foldersOf, readCache, readSettings } from '../settings.ts'
import { commonOptions, onlyPositional, threads } from './command.ts'
import type { Command } from './command.ts'
import { findCheckpoint } from './find-checkpoint.ts'

/** `import`: fetches a checkpoint where needed and makes it known to the server, running or not, so that workspaces can be made over it. */
export const importCheckpoint: Command = {
  name: 'import',
  positionals: ['CHECKPOINT|HUB-ID'],
  summary: 'make a checkpoint known for new workspaces, fetched from the hub where it is no folder',
  options: {
    data: { value: 'DIRECTORY', help: 'the data directory of the server' },
    json: commonOptions['json']!,
  },
  run: async ({ args, env, streams }) => {
    const argument = onlyPositional(args, 'CHECKPOINT')
    const directory = args.text('data')
    const { data } = readSettings(directory === undefined ? [] : ['--data', directory], env)
    const local = await loadLocal()
    const { folder, id } = await findCheckpoint(argument, local, { env, streams })
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
    const entry = await registry.register(folder, id === null ? {} : { name: id })
    if (args.has('json')) return streams.out(JSON.stringify(entry))
    streams.out(`${entry.id}: known to the server of ${data}; make a workspace over it in the browser`)
  },
}
