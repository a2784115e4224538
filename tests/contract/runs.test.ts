import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { decodeSafetensors } from '#compute/index.ts'
import type { AttributionReply } from '#server/wire/attributions.ts'
import type { InstanceReply, InstancesReply } from '#server/wire/instances.ts'
import type { OutputReply } from '#server/wire/outputs.ts'
import type { RunReply, RunsReply } from '#server/wire/runs.ts'
import { attributionOf, makeComputeDouble } from '#tests/support/compute-double.ts'
import { makeWorkspace, read, writeAll } from '#tests/support/corpora.ts'
import { options } from '#tests/support/options.ts'
import { type TestServer, type Visitor, until } from '#tests/support/server.ts'
import { describeBoth } from './both-databases.ts'
import { openServerAt } from './open-server.ts'

describeBoth('runs', (place) => {
  let server: TestServer
  let ana: Visitor
  let workspace: string
  let count = 0

  beforeAll(async () => {
    server = await openServerAt(place)
    ana = await server.signIn('Ana')
  })
  afterAll(() => server.close())
  // Texts of its own for each test, so that no result is there already.
  beforeEach(async () => {
    count++
    workspace = await makeWorkspace(server, ana, [
      { id: 'a', source: `alpha beta gamma delta test${count}` },
      { id: 'b', source: `other words here test${count}` },
    ])
    await writeAll(server, ana, workspace)
  })

  const attribute = async (visitor: Visitor, change: object = {}, instance = 'a'): Promise<AttributionReply> =>
    read(
      await server.ask(visitor, 'POST', `/api/workspaces/${workspace}/attributions`, {
        instance,
        options: { ...options, ...change },
        focus: null,
      }),
    )
  const readRun = async (key: string): Promise<RunReply> =>
    read(await server.ask(ana, 'GET', `/api/workspaces/${workspace}/runs/${key}`))
  const ended = async (key: string): Promise<RunReply> => {
    await until('the run has ended', async () => !['queued', 'running'].includes((await readRun(key)).state))
    return readRun(key)
  }
  const eventsOf = (key: string): readonly string[] =>
    server.announced
      .filter(({ kind, content }) => kind === 'durable' && (content as { key?: string }).key === key)
      .map(({ content }) => (content as { type: string }).type)

  it('[SV20] an attribution is computed, stored as a file and the same as computed alone', async () => {
    const { run, how } = await attribute(ana)
    expect(how).toBe('started')
    const done = await ended(run.key)
    expect(done).toMatchObject({
      state: 'done',
      kind: 'attribution',
      instance: 'a',
      error: null,
      startedBy: { name: 'Ana' },
    })
    const file = await server.ask(ana, 'GET', `/api/workspaces/${workspace}/results/${done.result}`)
    const tensors = decodeSafetensors(new Uint8Array(await file.arrayBuffer()), 'the result')
    const instance = await read<InstanceReply>(await server.ask(ana, 'GET', `/api/workspaces/${workspace}/instances/a`))
    const expected = attributionOf(instance.source.ids, instance.output?.ids ?? [])
    for (const name of ['source', 'prefix', 'objective', 'gap', 'nodes', 'converged'] as const) {
      expect([...(tensors.get(name)?.data ?? [])], name).toEqual([...expected[name]])
    }
    expect(tensors.get('source')?.shape).toEqual([instance.output?.ids.length, instance.source.ids.length])
    expect(eventsOf(run.key)).toEqual(['run-queued', 'run-done'])
  })

  it('[SV21] thirty people who ask for the same thing at once cost one computation', async () => {
    const people = await Promise.all(Array.from({ length: 30 }, (_, index) => server.signIn(`Student ${index}`)))
    const before = server.compute.started.attribute
    const open = server.compute.hold()
    const replies = await Promise.all(people.map((person) => attribute(person)))
    open()
    expect(new Set(replies.map(({ run }) => run.key)).size).toBe(1)
    expect(replies.filter(({ how }) => how === 'started')).toHaveLength(1)
    expect(replies.filter(({ how }) => how === 'joined')).toHaveLength(29)
    const done = await ended(replies[0]!.run.key)
    expect(done.state).toBe('done')
    expect(server.compute.started.attribute - before).toBe(1)
    const again = await Promise.all(people.map((person) => attribute(person)))
    expect(again.every(({ how, run }) => how === 'computed' && run.result === done.result)).toBe(true)
    expect(server.compute.started.attribute - before).toBe(1)
  })

  it('[SV59] who joins a run under way is told at once what is known by then', async () => {
    const partsOf = (key: string): readonly Uint8Array[] =>
      server.announced
        .filter(({ kind, content }) => kind === 'partial' && (content as { key: string }).key === key)
        .map(({ content }) => (content as { bytes: Uint8Array }).bytes)
    const before = server.compute.started.attribute
    const first = server.compute.hold()
    const { run } = await attribute(ana)
    await until('its first step has begun', () => server.compute.started.attribute > before)
    // That step, and no other.
    const others = server.compute.hold()
    first()
    await until('a part was told', () => partsOf(run.key).length > 0)
    const told = partsOf(run.key).length
    expect((await attribute(await server.signIn('Ben'))).how).toBe('joined')
    await until('it was told again', () => partsOf(run.key).length > told)
    expect(partsOf(run.key).at(-1)).toEqual(partsOf(run.key)[0])
    others()
    expect((await ended(run.key)).state).toBe('done')
  })

  it('[SV22] the same text in another workspace is the same run, and other options are another', async () => {
    const { run } = await attribute(ana)
    await ended(run.key)
    const first = workspace
    workspace = await makeWorkspace(server, ana, [{ id: 'elsewhere', source: `alpha beta gamma delta test${count}` }])
    await writeAll(server, ana, workspace)
    const elsewhere = await attribute(ana, {}, 'elsewhere')
    expect(elsewhere).toMatchObject({ how: 'computed', run: { key: run.key, instance: 'elsewhere', state: 'done' } })
    expect((await attribute(ana, { baseline: 'mean' }, 'elsewhere')).run.key).not.toBe(run.key)
    workspace = first
    expect((await readRun(run.key)).instance).toBe('a')
  })

  it('[SV23] a result is readable only in a workspace that asked for it', async () => {
    const { run } = await attribute(ana)
    const { result } = await ended(run.key)
    const another = await makeWorkspace(server, ana)
    expect((await server.ask(ana, 'GET', `/api/workspaces/${another}/results/${result}`)).status).toBe(404)
    const response = await server.ask(ana, 'GET', `/api/workspaces/${workspace}/results/${result}`)
    expect(response.headers.get('cache-control')).toContain('immutable')
    const etag = response.headers.get('etag') ?? ''
    const known = await server.ask(ana, 'GET', `/api/workspaces/${workspace}/results/${result}`, undefined, {
      'if-none-match': etag,
    })
    expect(known.status).toBe(304)
  })

  it('[SV24] a cancelled run is shown as cancelled at once, and nothing of it appears later', async () => {
    const open = server.compute.hold()
    const { run } = await attribute(ana)
    await until('it runs', async () => (await readRun(run.key)).state === 'running')
    const start = performance.now()
    const reply = await read<RunReply>(await server.ask(ana, 'DELETE', `/api/workspaces/${workspace}/runs/${run.key}`))
    const took = performance.now() - start
    expect(reply).toMatchObject({ state: 'cancelled', result: null })
    // The goal of 200 ms is measured by bench/clicks.ts; here the machine may be busy.
    expect(took).toBeLessThan(2_000)
    open()
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(eventsOf(run.key)).toEqual(['run-queued', 'run-cancelled'])
    const place = server.announced.findIndex(({ content }) => (content as { type?: string }).type === 'run-cancelled')
    const after = server.announced
      .slice(place + 1)
      .filter(({ content }) => (content as { key?: string }).key === run.key)
    expect(after).toEqual([])
    expect((await readRun(run.key)).state).toBe('cancelled')
  })

  it('[SV25] a cancelled run that is asked for again is computed', async () => {
    const open = server.compute.hold()
    const { run } = await attribute(ana)
    await server.ask(ana, 'DELETE', `/api/workspaces/${workspace}/runs/${run.key}`)
    const again = await attribute(ana)
    expect(again).toMatchObject({ how: 'started', run: { key: run.key } })
    open()
    expect((await ended(run.key)).state).toBe('done')
    expect(eventsOf(run.key)).toEqual(['run-queued', 'run-cancelled', 'run-queued', 'run-done'])
  })

  it('[SV26] cancelling takes the wish of one workspace back; another that waits gets its result', async () => {
    const first = workspace
    const open = server.compute.hold()
    const { run } = await attribute(ana)
    workspace = await makeWorkspace(server, ana, [{ id: 'a', source: `alpha beta gamma delta test${count}` }])
    open()
    await writeAll(server, ana, workspace)
    const close = server.compute.hold()
    const joined = await attribute(ana, { objective: 'logit' })
    const second = workspace
    workspace = first
    expect(await attribute(ana, { objective: 'logit' })).toMatchObject({ how: 'joined', run: { key: joined.run.key } })
    await server.ask(ana, 'DELETE', `/api/workspaces/${first}/runs/${joined.run.key}`)
    close()
    workspace = second
    expect((await ended(joined.run.key)).state).toBe('done')
    workspace = first
    expect((await readRun(joined.run.key)).state).toBe('cancelled')
    await ended(run.key)
  })

  it('[SV27] only the person who started a run, or an owner, can cancel it', async () => {
    const open = server.compute.hold()
    const guest = await server.signIn('Guest')
    const { run } = await attribute(ana)
    const refused = await server.ask(guest, 'DELETE', `/api/workspaces/${workspace}/runs/${run.key}`)
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('Ana started this run')
    const own = await attribute(guest, { baseline: 'mean' })
    const reply = await server.ask(guest, 'DELETE', `/api/workspaces/${workspace}/runs/${own.run.key}`)
    expect(reply.status).toBe(200)
    open()
    expect((await ended(run.key)).state).toBe('done')
  })

  it('[SV28] after a crash the run goes on with the targets that were not finished', async () => {
    const seen = server.compute.targets.length
    server.compute.crash(2)
    const { run } = await attribute(ana)
    expect((await ended(run.key)).state).toBe('done')
    const targets = server.compute.targets.slice(seen)
    expect(targets).toEqual([...new Set(targets)])
    const notices = server.announced.filter(({ kind, workspace: id }) => kind === 'notice' && id === workspace)
    expect(notices.map(({ content }) => (content as { text: string }).text)).toEqual([
      expect.stringContaining('attempt 2 of 3'),
      expect.stringContaining('attempt 3 of 3'),
    ])
  })

  it('[SV29] the third crash ends the run with its cause, and asking again starts anew', async () => {
    server.compute.crash(3)
    const { run } = await attribute(ana)
    const failed = await ended(run.key)
    expect(failed).toMatchObject({ state: 'failed', error: expect.stringContaining('3 compute processes ended') })
    expect(eventsOf(run.key)).toEqual(['run-queued', 'run-failed'])
    expect((await attribute(ana)).how).toBe('started')
    expect((await ended(run.key)).state).toBe('done')
  })

  it('[SV30] the token somebody waits for is refined first, also when they join later', async () => {
    const open = server.compute.hold()
    const seen = server.compute.targets.length
    const body = { instance: 'a', options, focus: 3 }
    const { run } = await read<AttributionReply>(
      await server.ask(ana, 'POST', `/api/workspaces/${workspace}/attributions`, body),
    )
    await until('it runs', async () => (await readRun(run.key)).state === 'running')
    await server.ask(ana, 'POST', `/api/workspaces/${workspace}/attributions`, { ...body, focus: 4 })
    open()
    await ended(run.key)
    expect(server.compute.targets[seen]).toBe(4)
  })

  it('[SV31] parts arrive before the end, as files that hold the scores of their targets', async () => {
    const { run } = await attribute(ana)
    await ended(run.key)
    const parts = server.announced.filter(
      ({ kind, content }) => kind === 'partial' && (content as { key: string }).key === run.key,
    )
    expect(parts.length).toBeGreaterThan(0)
    const { bytes, total } = parts[0]!.content as { bytes: Uint8Array; total: number }
    const tensors = decodeSafetensors(bytes, 'a part')
    expect([...tensors.keys()].sort()).toEqual(
      ['baselineObjective', 'converged', 'gap', 'nodes', 'objective', 'prefix', 'source', 'targets'].sort(),
    )
    // five words and the end
    expect(total).toBe(6)
  })

  it('[SV32] durable events are announced in the order of their numbers, without a gap', async () => {
    await Promise.all([attribute(ana), attribute(ana, {}, 'b'), attribute(ana, { baseline: 'mean' })])
    await until('all have ended', async () => {
      const { runs } = await read<{ runs: unknown[] }>(
        await server.ask(ana, 'GET', `/api/workspaces/${workspace}/runs`),
      )
      return runs.length === 0
    })
    const numbers = server.announced
      .filter(({ kind, workspace: id }) => kind === 'durable' && id === workspace)
      .map(({ content }) => (content as { seq: number }).seq)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    const stored = await server.deps.database.query('select seq from job_event where workspace = $1 order by seq', [
      workspace,
    ])
    expect(stored.rows.map(({ seq }) => Number(seq))).toEqual(numbers)
  })

  it('[SV33] a run that waits says how many come before it', async () => {
    const open = server.compute.hold()
    const keys: string[] = []
    for (let nodes = 1; nodes <= 15; nodes++) keys.push((await attribute(ana, { quadrature: { nodes } })).run.key)
    await until('twelve run', async () => (await readRun(keys[11]!)).state === 'running')
    expect((await readRun(keys[14]!)).position).toBe(2)
    open()
    for (const key of keys) await ended(key)
  })

  it('[SV34] one person cannot fill the queue for all', async () => {
    const open = server.compute.hold()
    const busy = await server.signIn('Busy')
    for (let nodes = 1; nodes <= 50; nodes++) await attribute(busy, { quadrature: { nodes } })
    const body = { instance: 'a', options: { ...options, quadrature: { nodes: 99 } }, focus: null }
    const refused = await server.ask(busy, 'POST', `/api/workspaces/${workspace}/attributions`, body)
    expect(refused.status).toBe(429)
    expect((await attribute(ana, { quadrature: { nodes: 98 } })).how).toBe('started')
    open()
    await until(
      'the queue is empty',
      async () => {
        const { runs } = await read<{ runs: unknown[] }>(
          await server.ask(ana, 'GET', `/api/workspaces/${workspace}/runs`),
        )
        return runs.length === 0
      },
      30_000,
    )
  })

  it('[SV58] no output is lost when finished ones are stored while others are being written', async () => {
    const slow = await openServerAt(place, { compute: makeComputeDouble({ step: 30 }) })
    // Every look at the clock finds that it is time to store.
    const hurry = setInterval(() => slow.pass(2_000), 1)
    try {
      const visitor = await slow.signIn('Ana')
      const rows = Array.from({ length: 24 }, (_, index) => ({ id: `row${index}`, source: `text number ${index}` }))
      const workspace = await makeWorkspace(slow, visitor, rows)
      await writeAll(slow, visitor, workspace)
      const { rows: listed } = await read<InstancesReply>(
        await slow.ask(visitor, 'GET', `/api/workspaces/${workspace}/instances`),
      )
      expect(listed.filter(({ output }) => output === null).map(({ id }) => id)).toEqual([])
    } finally {
      clearInterval(hurry)
      await slow.close()
    }
  })

  it('[SV35] a result file that was removed by hand is computed again', async () => {
    const { run } = await attribute(ana)
    const { result } = await ended(run.key)
    await server.deps.results.remove(result ?? '')
    expect((await attribute(ana)).how).toBe('started')
    expect((await ended(run.key)).result).toBe(result)
    expect(server.deps.results.has(result ?? '')).toBe(true)
  })

  it('[SV38] instances with the same text are one run, and each gets its output', async () => {
    const twins = ['one', 'two', 'three'].map((id) => ({ id, source: `the same words ${count}` }))
    // Keeps the run over the whole corpus, which begins by itself, from writing them first.
    const open = server.compute.hold()
    workspace = await makeWorkspace(server, ana, twins)
    const path = (id: string): string => `/api/workspaces/${workspace}/instances/${id}`
    const { runs } = await read<RunsReply>(await server.ask(ana, 'GET', `/api/workspaces/${workspace}/runs`))
    for (const { key } of runs) await server.ask(ana, 'DELETE', `/api/workspaces/${workspace}/runs/${key}`)
    open()
    const before = server.compute.started.respond
    const { run } = await read<OutputReply>(await server.ask(ana, 'POST', `${path('one')}/output`, {}))
    await ended(run!.key)
    for (const { id } of twins) {
      const found = await read<InstanceReply>(await server.ask(ana, 'GET', path(id)))
      expect(found.output, id).not.toBeNull()
      const again = await read<OutputReply>(await server.ask(ana, 'POST', `${path(id)}/output`, {}))
      expect(again.how).toBe('computed')
    }
    expect(server.compute.started.respond - before).toBe(1)
  })

  it('[SV37] an instance without an output cannot be attributed, and is told what to do', async () => {
    const open = server.compute.hold()
    workspace = await makeWorkspace(server, ana, [{ id: 'new', source: `nothing yet ${count}` }])
    const body = { instance: 'new', options, focus: null }
    const refused = await server.ask(ana, 'POST', `/api/workspaces/${workspace}/attributions`, body)
    expect(refused.status).toBe(409)
    expect(await refused.text()).toContain('Ask for it first')
    open()
    await writeAll(server, ana, workspace)
  })
})
