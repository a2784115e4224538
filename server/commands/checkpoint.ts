/** Opening the checkpoint of a command in this process. */
import { loadLocal } from '#compute/index.ts'
import { readCache } from '../settings.ts'
import type { Arguments } from './arguments.ts'
import { deviceOf, onlyPositional, readsText, threads } from './command.ts'
import type { CommandContext, Local } from './command.ts'
import { findCheckpoint } from './find-checkpoint.ts'

type Opened = Awaited<ReturnType<Local['openFolder']>>

export interface OpenCheckpoint {
  readonly local: Local
  readonly opened: Opened
}

/** Opens it on the device that was asked for, does the work, and closes it. */
export async function withCheckpoint<T>(
  context: CommandContext,
  work: (open: OpenCheckpoint) => Promise<T>,
): Promise<T> {
  const { args, env } = context
  const argument = onlyPositional(args, 'CHECKPOINT')
  const local = await loadLocal()
  const named = deviceOf(args)
  // The processor is at hand at once; other devices are tried only where they are asked for by name.
  const device = named === null ? ({ name: 'cpu' } as const) : await local.chooseDevice(named, threads())
  const { folder } = await findCheckpoint(argument, local, context)
  const opened = await local.openFolder(folder, {
    device: device.name,
    threads: threads(),
    cache: readCache(env),
    isSteady: true,
  })
  try {
    return await work({ local, opened: await speak(local, opened, args) })
  } finally {
    await opened.close()
  }
}

/** A text is read in its language; ids are ids, unless a language is named. */
async function speak(local: Local, opened: Opened, args: Arguments): Promise<Opened> {
  const [source, target] = [args.text('source-language') ?? null, args.text('target-language') ?? null]
  const isText = readsText.some((name) => args.has(name))
  return isText || source !== null || target !== null ? local.withLanguages(opened, { source, target }) : opened
}
