import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { ComputeError, engineVersion, openPool } from '#compute/index.ts'
import { ServerError } from './errors.ts'
import { type RunningServer, type ServerDoors, openServer } from './server.ts'
import type { Settings } from './settings.ts'
import { printable, printableTrace } from './text.ts'

/** A signal to a whole group of processes comes again from npm and from the shell that ends: within this time it is one request. */
const ONE_REQUEST_MS = 1_000

/** Longest time that closing may take; what is saved by then is saved. */
const CLOSING_MS = 1_500

/**
 * Serves until a signal or a failure ends it, and resolves with the exit code: 0 after a signal, 1 after a failure of ours, 2 where
 * something only the caller can mend is in the way. An error that nobody caught ends the server too, in order: a server in an
 * unknown state could lose more than one that starts anew.
 */
export async function serve(settings: Settings, doors: ServerDoors = makeDoors()): Promise<number> {
  const code = await serveToEnd(settings, doors)
  // Should anything keep the process alive that was not closed, it ends all the same.
  setTimeout(() => process.exit(code), 50).unref()
  return code
}

async function serveToEnd(settings: Settings, doors: ServerDoors): Promise<number> {
  const ending = listenForEnd(doors)
  try {
    doors.log(`Coattend ${doors.version}`)
    doors.log(
      settings.databaseUrl === null
        ? `data: ${settings.data}`
        : `data: ${settings.data}, and the database of DATABASE_URL`,
    )
    const opening = openServer(settings, doors)
    const server = await Promise.race([opening, ending.asked.then(() => null)])
    // Asked to end before there was anything to use.
    if (server === null) return await closeInTime(opening, doors.log).then(() => ending.asked)
    doors.log(`ready: open ${server.url} in a browser; Ctrl-C ends it`)
    const code = await Promise.race([ending.asked, server.failed.then((error) => report(error, doors.log))])
    await closeInTime(opening, doors.log)
    return code
  } catch (error) {
    return report(error, doors.log)
  } finally {
    ending.stop()
  }
}

/** The real compute, clock and log. */
export function makeDoors(): ServerDoors {
  return {
    openPool: ({ cache }, log) => openPool({ ...divideCores(availableParallelism()), device: null, cache, log }),
    engine: engineVersion,
    version: readVersion(),
    now: () => new Date(),
    log: (line) => void process.stderr.write(`${line}\n`),
  }
}

/**
 * Threads × processes stay within the cores. One answer comes fastest from all cores together, up to about four; questions overtake
 * work on a corpus within a process, so that more processes are for more people.
 */
function divideCores(cores: number): { processes: number; threads: number } {
  const processes = Math.max(1, Math.floor(cores / 4))
  return { processes, threads: Math.max(1, Math.floor(cores / processes)) }
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return z.object({ version: z.string() }).parse(JSON.parse(manifest)).version
}

/** Writes down why a server ends, and returns the exit code. */
function report(error: unknown, log: (line: string) => void): number {
  const mendable =
    (error instanceof ServerError && error.kind !== 'internal') ||
    (error instanceof ComputeError && error.kind === 'device')
  log(mendable ? printable(error.message) : `coattend: ${printableTrace(error)}`)
  return mendable ? 2 : 1
}

async function closeInTime(opening: Promise<RunningServer>, log: (line: string) => void): Promise<void> {
  log('closing: storing what is open')
  const closed = opening.then((server) => server.close()).then(() => true)
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), CLOSING_MS).unref())
  if (!(await Promise.race([closed, late]))) log('closing took too long; what was shown as saved is saved')
}

/** Signals and uncaught errors. A second request to end ends the process at once. */
function listenForEnd({ log, now }: ServerDoors): { readonly asked: Promise<number>; stop(): void } {
  let end: (code: number) => void = () => {}
  let first: number | null = null
  const asked = new Promise<number>((resolve) => (end = resolve))
  const onSignal = (signal: NodeJS.Signals): void => {
    first ??= now().getTime()
    if (now().getTime() - first > ONE_REQUEST_MS) process.exit(signal === 'SIGINT' ? 130 : 143)
    end(0)
  }
  const onError = (error: unknown): void => {
    log(`uncaught: ${printableTrace(error)}`)
    end(1)
  }
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, onSignal)
  process.on('uncaughtException', onError)
  process.on('unhandledRejection', onError)
  return {
    asked,
    stop() {
      for (const name of names) process.off(name, onSignal)
      process.off('uncaughtException', onError)
      process.off('unhandledRejection', onError)
    },
  }
}
