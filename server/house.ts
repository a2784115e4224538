import { randomBytes } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { ComputePool } from '#compute/types.ts'
import { createApp } from './app.ts'
import { readAssets } from './assets.ts'
import { type ArrivalsDeps, openArrivals } from './checkpoints/arrivals.ts'
import { makePreparing } from './checkpoints/preparing.ts'
import { openRegistry } from './checkpoints/registry.ts'
import { openUploads } from './checkpoints/uploads.ts'
import type { Closing } from './closing.ts'
import type { Database } from './db/database.ts'
import { openDatabase } from './db/open.ts'
import type { Storage } from './db/storage.ts'
import type { AppDeps } from './deps.ts'
import { registerExamples } from './examples.ts'
import { isLoopback, makeLocalFiles } from './files/allowed.ts'
import { makeSpace, measureFree } from './files/space.ts'
import { openStore } from './files/store.ts'
import { type IntakesDeps, openIntakes } from './intake/intakes.ts'
import type { Listener } from './listen.ts'
import { makeRate } from './middleware/rate.ts'
import { type Origins, defaultOrigins, makeOrigins } from './origins.ts'
import type { ServerDoors } from './server.ts'
import { type Settings, foldersOf } from './settings.ts'
import { openWork, prepareWorkspaces } from './work.ts'

/** The folder the program was installed to. */
const installation = fileURLToPath(new URL('..', import.meta.url))

/** What was begun while this part of the program was being loaded. */
export interface Begun {
  readonly listener: Listener
  readonly storage: Promise<Storage>
  readonly pool: Promise<ComputePool>
}

/** Opens all rooms of a server and serves. `failed` resolves when it cannot go on. */
export async function openHouse(
  settings: Settings,
  doors: ServerDoors,
  begun: Begun,
  closing: Closing,
): Promise<{ readonly failed: Promise<Error> }> {
  const { listener } = begun
  const [database, { pool, registry }] = await Promise.all([
    closing.open(openDatabaseOf(settings, doors, begun.storage), (opened) => opened.close()),
    openCheckpoints(settings, doors, begun.pool),
  ])
  const space = makeSpace({ directory: settings.data, now: doors.now, measure: measureFree })
  const prepare = makePreparing({ pool, registry, log: doors.log })
  const core = { ...doors, database, pool, registry, prepare, space, ...openStores(settings.data), random: randomBytes }
  const reach = { origins: chooseOrigins(settings, listener.port), cookie: `coattend_${listener.port}` }
  const work = await openWork({ ...core, ...reach }, closing)
  const deps: AppDeps = { ...core, ...reach, ...work, ...(await openSurroundings(settings, core)) }
  await prepareWorkspaces(deps, `${installation}examples`)
  listener.serve(createApp(deps))
  deps.collab.attach(listener.server)
  return { failed: database.died }
}

function openDatabaseOf(
  settings: Settings,
  { version, log }: ServerDoors,
  storage: Promise<Storage>,
): Promise<Database> {
  const { data: directory, databaseUrl: url } = settings
  return openDatabase({ directory, url, migrations: `${installation}migrations`, version, log }, storage)
}

async function openCheckpoints(settings: Settings, doors: ServerDoors, opening: Promise<ComputePool>) {
  const pool = await opening
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

type SurroundingDeps = Omit<IntakesDeps, 'directory'> & Omit<ArrivalsDeps, 'hub'>

async function openSurroundings(settings: Settings, deps: SurroundingDeps) {
  const { data, database, checkpoints, intakes, uploads, uploaded } = foldersOf(settings.data)
  const { host, origins, folders: named, home, hub } = settings
  const reach = { isPrivate: isLoopback(host), hasProxy: origins !== null }
  return {
    assets: readAssets(`${installation}web/dist`),
    // A class of a hundred behind one address signs in within a minute.
    signIns: makeRate({ burst: 200, perSecond: 2, now: deps.now }),
    intakes: await openIntakes({ ...deps, directory: intakes }),
    localFiles: makeLocalFiles({ named, home, ...reach }),
    arrivals: openArrivals({ ...deps, hub }),
    uploads: await openUploads({ ...deps, directory: uploads, target: uploaded }),
    directories: { data, database, checkpoints, cache: settings.cache },
  }
}
