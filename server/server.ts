import { randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { ComputePool } from '#compute/types.ts'
import { createApp } from './app.ts'
import { readAssets } from './assets.ts'
import { type Registry, openRegistry } from './checkpoints/registry.ts'
import { type Closing, makeClosing } from './closing.ts'
import type { Database } from './db/database.ts'
import { openDatabase } from './db/open.ts'
import type { AppDeps } from './deps.ts'
import { registerExamples } from './examples.ts'
import { type Space, makeSpace, measureFree } from './files/space.ts'
import { openStore } from './files/store.ts'
import { type Listener, listen } from './listen.ts'
import { makeRate } from './middleware/rate.ts'
import { type Origins, defaultOrigins, makeOrigins } from './origins.ts'
import { type Settings, foldersOf } from './settings.ts'
import { openWork, prepareWorkspaces } from './work.ts'

/** What a server is made with beside its settings; tests give a smaller compute and another clock. */
export interface ServerDoors {
  openPool(settings: Settings, log: (line: string) => void): Promise<ComputePool>
  /** Version of what computes. */
  readonly engine: string
  /** Version of Coattend. */
  readonly version: string
  now(): Date
  log(line: string): void
}

export interface RunningServer {
  readonly url: string
  /** Resolves when the server cannot go on. */
  readonly failed: Promise<Error>
  /** Stores everything, ends the compute processes, lets go of the directory. */
  close(): Promise<void>
}

/** The folder the program was installed to. */
const installation = fileURLToPath(new URL('..', import.meta.url))

/** Opens everything and serves; throws, with nothing left open, where something is in the way. */
export async function openServer(settings: Settings, doors: ServerDoors): Promise<RunningServer> {
  const closing = makeClosing(doors.log)
  try {
    const space = makeSpace({ directory: settings.data, now: doors.now, measure: measureFree })
    const listener = await closing.open(listen(settings.host, settings.port), ({ close }) => close())
    const { database, pool, registry } = await openRooms(settings, doors, closing)
    const core = { ...doors, database, pool, registry, space, ...openStores(settings.data), random: randomBytes }
    const reach = { origins: chooseOrigins(settings, listener.port), cookie: `coattend_${listener.port}` }
    const { collab, ledger, runs } = await openWork({ ...core, ...reach }, closing)
    const deps = { ...core, ...reach, collab, ledger, runs, ...openSurroundings(settings, doors) }
    await prepareWorkspaces(deps, `${installation}examples`)
    await serve(listener, deps, closing)
    return {
      url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${listener.port}`,
      failed: database.died,
      close: closing.close,
    }
  } catch (error) {
    await closing.close()
    throw error
  }
}

/** The database and the compute processes, at the same time: neither needs the other, and both take a while. */
async function openRooms(
  settings: Settings,
  doors: ServerDoors,
  closing: Closing,
): Promise<{ database: Database; pool: ComputePool; registry: Registry }> {
  const { data: directory, databaseUrl: url } = settings
  const migrations = `${installation}migrations`
  const results = await Promise.allSettled([
    closing.open(openDatabase({ directory, url, migrations, version: doors.version, log: doors.log }), (database) =>
      database.close(),
    ),
    openCompute(settings, doors, closing),
  ])
  const [database, compute] = results
  for (const result of results) if (result.status === 'rejected') throw result.reason
  if (database.status === 'rejected' || compute.status === 'rejected') throw new Error('internal: unreachable')
  return { database: database.value, ...compute.value }
}

async function openCompute(settings: Settings, doors: ServerDoors, closing: Closing) {
  const pool = await closing.open(doors.openPool(settings, doors.log), (opened) => opened.close())
  const registry = openRegistry({
    directory: foldersOf(settings.data).checkpoints,
    inspect: (checkpoint) => pool.run({ kind: 'inspect', checkpoint }, 'interactive').result,
  })
  await registerExamples(`${installation}examples`, registry, doors.log)
  return { pool, registry }
}

function openStores(data: string) {
  const { results, states } = foldersOf(data)
  return { results: openStore(results), states: openStore(states) }
}

function chooseOrigins({ host, origins }: Settings, port: number): Origins {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const here = defaultOrigins(
    host,
    port,
    own.filter(({ scopeid }) => !scopeid).map(({ address }) => address),
  )
  // The machine itself can always be reached by its own names, whatever people outside it use.
  return makeOrigins([...(origins ?? []), ...here])
}

function openSurroundings(settings: Settings, { now }: ServerDoors) {
  const { data, database, checkpoints } = foldersOf(settings.data)
  return {
    assets: readAssets(`${installation}web/dist`),
    // A class of a hundred behind one address signs in within a minute.
    signIns: makeRate({ burst: 200, perSecond: 2, now }),
    directories: { data, database, checkpoints, cache: settings.cache },
  }
}

async function serve(listener: Listener, deps: AppDeps & { readonly space: Space }, closing: Closing): Promise<void> {
  listener.serve(createApp(deps))
  deps.collab.attach(listener.server)
  // Closed first: nobody may ask for anything while the rest is being closed.
  await closing.open(listener, (opened) => opened.refuse())
}
