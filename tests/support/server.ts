import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ComputePool } from '#compute/types.ts'
import { type Announcer, openCollab } from '#collab/index.ts'
import { type App, createApp } from '#server/app.ts'
import { readAssets } from '#server/assets.ts'
import { type HubPlace, openArrivals } from '#server/checkpoints/arrivals.ts'
import { makePreparing } from '#server/checkpoints/preparing.ts'
import { openRegistry } from '#server/checkpoints/registry.ts'
import { openUploads } from '#server/checkpoints/uploads.ts'
import { makeClosing } from '#server/closing.ts'
import { openDatabase } from '#server/db/open.ts'
import type { AppDeps } from '#server/deps.ts'
import { makeLocalFiles } from '#server/files/allowed.ts'
import { makeSpace } from '#server/files/space.ts'
import { openStore } from '#server/files/store.ts'
import { openIntakes } from '#server/intake/intakes.ts'
import { makeRate } from '#server/middleware/rate.ts'
import { makeOrigins } from '#server/origins.ts'
import { foldersOf } from '#server/settings.ts'
import { openWork } from '#server/work.ts'
import { type ComputeDouble, makeComputeDouble } from './compute-double.ts'
import { copyDatabase, makeFolder, migrationsFolder } from './database.ts'

export const ORIGIN = 'http://coattend.test:4884'

/** The whole server but its port: requests go to the application, compute is the double, everything else is real. */
export interface TestServer {
  readonly app: App
  readonly deps: AppDeps
  readonly compute: ComputeDouble
  readonly data: string
  /** Lines of the log. */
  readonly lines: readonly string[]
  /** Durable events, notices, progress and parts in the order they were announced. */
  readonly announced: readonly Announced[]
  /** Free bytes that the disk claims to have. */
  setFree(bytes: number): void
  /** Moves the clock on. */
  pass(ms: number): void
  signIn(name: string): Promise<Visitor>
  /** Asks as a visitor, or as nobody. */
  ask(
    visitor: Visitor | null,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>
  close(): Promise<void>
}

export interface Visitor {
  readonly id: string
  readonly cookie: string
}

export interface Announced {
  readonly kind: keyof Announcer
  readonly workspace: string
  readonly content: unknown
}

export interface TestServerOptions {
  /** Address of a PostgreSQL; the embedded database where there is none. */
  readonly url?: string
  /** A data directory that outlives the server. */
  readonly data?: string
  readonly compute?: ComputeDouble
  /** Computes in place of the double, for numbers that must be those of a model. */
  readonly pool?: ComputePool
  /** Folders of checkpoints by id; one of the double's where none are named. */
  readonly checkpoints?: Readonly<Record<string, string>>
  readonly dist?: string
  /** Where checkpoints are fetched from; nowhere where none is named. */
  readonly hub?: HubPlace
  /** Address that visitors come from. */
  readonly from?: string
}

const nowhere = (data: string): HubPlace => ({
  endpoint: 'http://127.0.0.1:9',
  cache: join(data, 'hub'),
  token: null,
  offline: true,
})

export async function openTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = options.data === undefined ? makeFolder() : { path: options.data, remove: () => {} }
  const data = folder.path
  if (options.url === undefined && options.data === undefined) await copyDatabase(data)
  const lines: string[] = []
  const announced: Announced[] = []
  const closing = makeClosing((line) => lines.push(line))
  let shift = 0
  let free = 2 ** 40
  const now = (): Date => new Date(Date.now() + shift)
  const log = (line: string): void => void lines.push(line)
  const compute = options.compute ?? makeComputeDouble()
  const pool = options.pool ?? compute
  const directory = { directory: data, url: options.url ?? null, migrations: migrationsFolder, version: 'test', log }
  const database = await closing.open(openDatabase(directory), (opened) => opened.close())
  const { checkpoints, results, states, intakes, uploads, uploaded } = foldersOf(data)
  const registry = openRegistry({
    directory: checkpoints,
    inspect: (checkpoint) => pool.run({ kind: 'inspect', checkpoint }, 'interactive').result,
  })
  const folders = options.checkpoints ?? { model: makeCheckpoint(data, 'model') }
  for (const [id, folder] of Object.entries(folders)) await registry.register(folder, { id })
  const core = {
    database,
    pool,
    registry,
    prepare: makePreparing({ pool, registry, log }),
    results: openStore(results),
    states: openStore(states),
    space: makeSpace({ directory: data, now, measure: async () => free }),
    origins: makeOrigins([ORIGIN]),
    cookie: 'coattend_test',
    version: 'test',
    engine: 'double-1',
    now,
    random: (size: number) => randomBytes(size),
    log,
  }
  const work = await openWork(core, closing, (given) => {
    const collab = openCollab(given)
    return { ...collab, announcer: listenIn(collab.announcer, announced) }
  })
  const deps: AppDeps = {
    ...core,
    ...work,
    intakes: await openIntakes({ ...core, directory: intakes }),
    localFiles: makeLocalFiles({ named: [join(data, 'shared')], home: data, isPrivate: false, hasProxy: false }),
    arrivals: openArrivals({ ...core, hub: options.hub ?? nowhere(data) }),
    uploads: await openUploads({ ...core, directory: uploads, target: uploaded }),
    assets: readAssets(options.dist ?? join(data, 'no-web')),
    signIns: makeRate({ burst: 50, perSecond: 1, now }),
    directories: { data, database: join(data, 'database'), checkpoints, cache: join(data, 'cache') },
  }
  const app = createApp(deps)
  const ask: TestServer['ask'] = (visitor, method, path, body, headers = {}) =>
    Promise.resolve(
      app.request(
        `${ORIGIN}${path}`,
        {
          method,
          headers: {
            host: new URL(ORIGIN).host,
            ...(method === 'GET' ? {} : { 'x-coattend': '1', 'content-type': 'application/json' }),
            ...(visitor === null ? {} : { cookie: visitor.cookie }),
            ...headers,
          },
          // A stream or a text goes out as it is.
          ...(body === undefined ? {} : { body: isRaw(body) ? body : JSON.stringify(body), duplex: 'half' }),
        },
        { incoming: { socket: { remoteAddress: options.from ?? '127.0.0.1' } } },
      ),
    )
  return {
    app,
    deps,
    compute,
    data,
    lines,
    announced,
    setFree: (bytes) => void (free = bytes),
    pass: (ms) => void (shift += ms),
    ask,
    async signIn(name) {
      const response = await ask(null, 'POST', '/api/session', { name })
      if (!response.ok) throw new Error(`signing in failed: ${await response.text()}; log: ${lines.join(' | ')}`)
      const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
      const { person } = (await response.json()) as { person: { id: string } }
      return { id: person.id, cookie }
    },
    async close() {
      await closing.close()
      folder.remove()
    },
  }
}

const isRaw = (body: unknown): body is string | Uint8Array<ArrayBuffer> | ReadableStream =>
  typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream

/** A folder that the double takes for a checkpoint. */
export function makeCheckpoint(data: string, name: string, content = '{}'): string {
  const folder = join(data, 'models', name)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'config.json'), content)
  return folder
}

/** Notes everything that is announced on its way to the sockets. */
function listenIn(announcer: Announcer, announced: Announced[]): Announcer {
  return {
    durable(workspace, seq, event) {
      announced.push({ kind: 'durable', workspace, content: { seq, ...event } })
      announcer.durable(workspace, seq, event)
    },
    progress(workspace, key, progress) {
      announced.push({ kind: 'progress', workspace, content: { key, ...progress } })
      announcer.progress(workspace, key, progress)
    },
    partial(workspace, key, converged, total, bytes) {
      announced.push({ kind: 'partial', workspace, content: { key, converged, total, bytes } })
      announcer.partial(workspace, key, converged, total, bytes)
    },
    notice(workspace, notice) {
      announced.push({ kind: 'notice', workspace, content: notice })
      announcer.notice(workspace, notice)
    },
  }
}

/** Waits until something holds, and says what did not when it never does. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
