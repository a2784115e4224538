import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadLocal, openPool } from '#compute/index.ts'
import type { Opened } from '#compute/local.ts'
import { lastOf } from '#compute/steps.ts'
import type { ComputePool } from '#compute/types.ts'
import { insertDerived } from '#server/db/derived.ts'
import { MOST_DERIVED } from '#server/derived.ts'
import type { AnalysisReply } from '#server/wire/analyses.ts'
import type { AttributionReply } from '#server/wire/attributions.ts'
import type { DerivedReply, DerivedRequest } from '#server/wire/derived.ts'
import type { FieldsReply, InstanceReply, InstancesReply } from '#server/wire/instances.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import { makeWorkspace, read, writeAll } from '#tests/support/corpora.ts'
import { example } from '#tests/support/golden.ts'
import { options } from '#tests/support/options.ts'
import { type TestServer, type Visitor, openTestServer, until } from '#tests/support/server.ts'

const folders = {
  newsroom: example('checkpoints/newsroom'),
  quiz: example('checkpoints/quiz'),
  early: example('checkpoints/quiz-early'),
} as const
type Name = keyof typeof folders

const article = 'A fire in Llanfarrog damaged 12 homes.'
const question = 'question: bucket | options: toy, container, shed | answer:'

describe('texts of people’s own', () => {
  const cache = mkdtempSync(join(tmpdir(), 'derived-'))
  let pool: ComputePool
  let server: TestServer
  let ana: Visitor
  let ben: Visitor
  let local: Awaited<ReturnType<typeof loadLocal>>
  const opened = {} as Record<Name, Opened>
  const places = {} as Record<'newsroom' | 'quiz', string>

  beforeAll(async () => {
    pool = await openPool({ device: 'cpu', threads: 1, cache, processes: 1, log: () => {} })
    server = await openTestServer({ pool, checkpoints: folders })
    ana = await server.signIn('Ana')
    ben = await server.signIn('Ben')
    local = await loadLocal()
    for (const [name, folder] of Object.entries(folders)) {
      opened[name as Name] = await local.openFolder(folder, { device: 'cpu', threads: 1, cache })
    }
    for (const [name, source] of [
      ['newsroom', article],
      ['quiz', question],
    ] as const) {
      places[name] = await makeWorkspace(server, ana, [{ id: 'a', source, reference: 'known', topic: 'x' }], name)
      await writeAll(server, ana, places[name])
    }
  })
  afterAll(async () => {
    for (const { close } of Object.values(opened)) await close()
    await server.close()
    await pool.close()
    rmSync(cache, { recursive: true })
  })

  const post = (name: keyof typeof places, request: unknown, visitor = ana): Promise<Response> =>
    server.ask(visitor, 'POST', `/api/workspaces/${places[name]}/instances`, request)
  const get = async <T>(name: keyof typeof places, path: string): Promise<T> =>
    read(await server.ask(ana, 'GET', `/api/workspaces/${places[name]}/${path}`))
  const ended = async (name: keyof typeof places, run: RunReply | null): Promise<RunReply | null> => {
    if (run === null) return null
    let now = run
    await until('the run has ended', async () => {
      now = await get(name, `runs/${run.key}`)
      return !['queued', 'running'].includes(now.state)
    })
    return now
  }
  const plain = { from: 'a', source: null, target: { kind: 'write' }, checkpoint: null } as const
  const make = async (name: keyof typeof places, change: Partial<DerivedRequest>, visitor = ana) => {
    const reply = await read<DerivedReply>(await post(name, { ...plain, ...change }, visitor))
    const run = await ended(name, reply.run)
    return { ...reply, run, shown: await get<InstanceReply>(name, `instances/${reply.instance}`) }
  }
  const outputOf = (instance: InstanceReply) => instance.output! // it was waited for

  it('[OT1] another text gets the output that the model writes for it, and equal requests are one instance', async () => {
    const source = 'question: needle | options: tool, steel, wool | answer:'
    const { instance, how, shown } = await make('quiz', { source })
    expect([how, shown.source.text, shown.reference, shown.attributes]).toEqual(['started', source, null, {}])
    expect(shown.origin).toEqual({
      from: 'a',
      by: { id: ana.id, name: 'Ana' },
      target: plain.target,
      checkpoint: null,
      languages: null,
    })
    const ids = await lastOf(
      local.generate(opened.quiz.engine, shown.source.ids, { beams: 1, sampling: null }, 'all settings'),
    )
    expect(outputOf(shown).ids).toEqual(ids)
    const again = await make('quiz', { source }, ben)
    expect([again.instance, again.how, again.run, again.shown.origin?.by?.name]).toEqual([
      instance,
      'computed',
      null,
      'Ana',
    ])
    expect((await make('quiz', { source: `${source} ` })).instance).not.toBe(instance)
  })

  it.each(['newsroom', 'quiz'] as const)('[OT2] a given output is scored as it stands (%s)', async (name) => {
    const { shown } = await make(name, { target: { kind: 'force', text: 'Twelve homes were lost' } })
    const tokenizer = await opened[name].tokenizer()
    const { ids } = await local.encodeOutput(opened[name], tokenizer, 'Twelve homes were lost')
    const { steps } = await local.teacherForce(opened[name].engine, shown.source.ids, ids, {
      alternatives: 5,
      states: false,
    })
    expect([outputOf(shown).ids, outputOf(shown).decoding, shown.reference]).toEqual([ids, 'given', 'known'])
    outputOf(shown).steps.forEach(({ logProb }, k) => expect(logProb).toBeCloseTo(steps[k]!.logProb, 5))
  })

  it.each(['newsroom', 'quiz'] as const)(
    '[OT3] an output goes on from a step with another token (%s)',
    async (name) => {
      const before = outputOf(await get<InstanceReply>(name, 'instances/a'))
      const same = await make(name, { target: { kind: 'continue', step: 1, token: before.ids[1]! } })
      expect(outputOf(same.shown).ids).toEqual(before.ids)
      const token = before.steps[1]!.alternatives[1]!.id
      const { shown } = await make(name, { target: { kind: 'continue', step: 1, token } })
      const { ids, steps } = outputOf(shown)
      expect(ids.slice(0, 2)).toEqual([before.ids[0], token])
      expect(steps[1]?.logProb).toBeCloseTo(before.steps[1]!.alternatives[1]!.logProb, 5)
      expect(ids.slice(2)).toEqual(steps.slice(2).map(({ alternatives }) => alternatives[0]?.id))
      const further = await make(name, { from: shown.id, target: { kind: 'continue', step: 0, token } })
      expect(outputOf(further.shown).ids[0]).toBe(token)
    },
  )

  it('[OT4] with another checkpoint the output, its attributions and analyses are that checkpoint’s', async () => {
    const { instance, shown } = await make('quiz', { checkpoint: 'early' })
    expect(shown.origin?.checkpoint).toBe('early')
    const ids = await lastOf(
      local.generate(opened.early.engine, shown.source.ids, { beams: 1, sampling: null }, 'all settings'),
    )
    expect(outputOf(shown).ids).toEqual(ids)
    const other = await makeWorkspace(server, ana, [{ id: 'a', source: question }], 'early')
    await writeAll(server, ana, other)
    const ask = async <T>(workspace: string, path: string, body: object): Promise<T> =>
      read(await server.ask(ana, 'POST', `/api/workspaces/${workspace}/${path}`, body))
    const asked = { options: { ...options, method: 'gradient-norm' }, focus: null }
    const mine = await ask<AttributionReply>(places.quiz, 'attributions', { instance, ...asked })
    const theirs = await ask<AttributionReply>(other, 'attributions', { instance: 'a', ...asked })
    expect(mine.run.key).toBe(theirs.run.key)
    const flow = { question: { kind: 'flow' } }
    const answer = await ask<AnalysisReply>(places.quiz, 'analyses', { instance, ...flow })
    expect(answer.run.key).toBe((await ask<AnalysisReply>(other, 'analyses', { instance: 'a', ...flow })).run.key)
    expect((await ended('quiz', answer.run))?.state).toBe('done')
  })

  it('[OT5] they are no rows of the corpus: counts, fields, points and the corpus run leave them out', async () => {
    await make('newsroom', { source: 'Nobody was hurt.' })
    const list = await get<InstancesReply>('newsroom', 'instances')
    expect([list.all, list.total, list.rows.map(({ id, origin }) => [id, origin])]).toEqual([1, 1, [['a', null]]])
    const { corpus } = await read<WorkspaceReply>(await server.ask(ana, 'GET', `/api/workspaces/${places.newsroom}`))
    expect([corpus.instances, corpus.outputs]).toEqual([1, 1])
    const { fields } = await get<FieldsReply>('newsroom', 'fields')
    expect(fields.find(({ name }) => name === 'topic')).toMatchObject({ values: [{ value: 'x', count: 1 }] })
    const points = await get<{ ids: readonly string[] }>('newsroom', 'points')
    expect(points.ids).toEqual(['a'])
    const outputs = await server.ask(ana, 'POST', `/api/workspaces/${places.newsroom}/outputs`, {})
    expect(await read(outputs)).toEqual({ run: null, how: 'computed' })
  })

  it('[OT6] they have a list of their own, searched and sorted like the corpus', async () => {
    const { instance } = await make('newsroom', { source: 'A quiet day at the harbour.' })
    await make('newsroom', { target: { kind: 'force', text: 'long '.repeat(200).trim() } })
    const own = await get<InstancesReply>('newsroom', 'instances?own=true')
    expect(own.rows.every(({ origin }) => origin !== null)).toBe(true)
    expect(own.all).toBe(own.rows.length)
    const given = own.rows.map(({ origin }) => (origin?.target.kind === 'force' ? origin.target.text.length : 0))
    expect(Math.max(...given)).toBe(240)
    const filters = encodeURIComponent(JSON.stringify([{ kind: 'is', field: 'topic', values: ['x'], not: false }]))
    expect((await get<InstancesReply>('newsroom', `instances?own=true&filters=${filters}`)).total).toBe(own.all)
    const found = await get<InstancesReply>('newsroom', 'instances?own=true&search=harbour')
    expect([found.rows.map(({ id }) => id), found.total]).toEqual([[instance], 1])
    expect(found.rows[0]?.output?.tokens).toBeGreaterThan(0)
  })

  it('[OT7] who made a text may delete it, and so may an editor; rows of the corpus stay', async () => {
    const workspace = places.quiz
    const as = (visitor: Visitor, role: string): Promise<Response> =>
      server.ask(ana, 'PUT', `/api/workspaces/${workspace}/members/${visitor.id}`, { role })
    const remove = (visitor: Visitor, id: string): Promise<Response> =>
      server.ask(visitor, 'DELETE', `/api/workspaces/${workspace}/instances/${id}`)
    await as(ben, 'commenter')
    const mine = await make('quiz', { source: 'question: of Ana | options: a, b | answer:' })
    const his = await make('quiz', { source: 'question: of Ben | options: a, b | answer:' }, ben)
    expect((await remove(ben, mine.instance)).status).toBe(403)
    const { rows } = await server.deps.database.query('select chunk from output where instance = $1', [his.instance])
    const hash = String(rows[0]!['chunk'])
    expect(server.deps.states.has(hash)).toBe(true)
    expect((await remove(ben, his.instance)).status).toBe(204)
    expect(server.deps.states.has(hash)).toBe(false)
    await as(ben, 'editor')
    expect((await remove(ben, mine.instance)).status).toBe(204)
    expect((await remove(ana, mine.instance)).status).toBe(404)
    expect((await remove(ana, 'a')).status).toBe(400)
    expect((await get<InstancesReply>('quiz', 'instances')).all).toBe(1)
  })

  const refused: readonly [string, object, number, string][] = [
    ['a text of nothing', { source: '' }, 400, 'source'],
    ['neither a text nor an instance', { from: null }, 400, 'give a text'],
    ['an instance that is not there', { from: 'nobody' }, 404, 'Choose one'],
    ['a checkpoint that is not there', { checkpoint: 'unheard-of' }, 409, 'Import it'],
    [
      'a continuation of nothing',
      { from: null, source: 'x', target: { kind: 'continue', step: 0, token: 1 } },
      400,
      'name the instance',
    ],
    ['a step behind the end', { target: { kind: 'continue', step: 9_999, token: 1 } }, 400, 'counted from 0'],
    ['a token that is not there', { target: { kind: 'continue', step: 0, token: 99_999_999 } }, 400, 'vocabulary'],
    [
      'a continuation by another checkpoint',
      { target: { kind: 'continue', step: 0, token: 1 }, checkpoint: 'early' },
      400,
      'Continue it with its own',
    ],
    ['a text over the limit', { source: 'x'.repeat(100_001) }, 400, '100000'],
    ['an unknown field', { origin: null }, 400, 'origin'],
  ]
  it.each(refused)('[OT8] %s is refused with what to do next', async (_, change, status, words) => {
    const response = await post('quiz', { ...plain, ...change })
    const { error } = (await response.json()) as { error: { message: string } }
    expect([response.status, error.message]).toEqual([status, expect.stringContaining(words)])
    expect(error.message).not.toContain('\n')
  })

  it('[OT9] a text that the model cannot read says so, and stays deletable', async () => {
    const { run, shown } = await make('quiz', { source: 'toy, container, shed, '.repeat(200) })
    expect(run).toMatchObject({ state: 'failed', error: expect.stringContaining('tokens') })
    expect([shown.output, shown.problem]).toEqual([null, run?.error])
    expect((await server.ask(ana, 'DELETE', `/api/workspaces/${places.quiz}/instances/${shown.id}`)).status).toBe(204)
  })

  it('[OT10] nobody has more of them than the limit in a workspace', async () => {
    const eve = await server.signIn('Eve')
    const { database } = server.deps
    const origin = { from: null, by: eve.id, target: plain.target, begun: null, checkpoint: null, languages: null }
    await database.transaction(async (tx) => {
      for (let i = 0; i < MOST_DERIVED; i++) {
        await insertDerived(tx, places.newsroom, { id: `own-test-${i}`, source: 'x', reference: null, origin })
      }
    })
    const response = await post('newsroom', { ...plain, source: 'One more.' }, eve)
    expect(response.status).toBe(429)
    expect((await post('newsroom', { ...plain, source: 'One more.' })).status).toBe(200)
    await database.query(`delete from instance where id like 'own-test-%'`)
  })

  it('[OT11] an export carries them, and a restored workspace has them with their outputs', async () => {
    const { instance, shown } = await make('newsroom', { target: { kind: 'force', text: 'Carried along' } })
    const zip = new Uint8Array(
      await (await server.ask(ana, 'GET', `/api/workspaces/${places.newsroom}/export`)).arrayBuffer(),
    )
    const restored = await read<WorkspaceReply>(
      await server.ask(ana, 'POST', '/api/workspaces/restore', zip, { 'content-type': 'application/zip' }),
    )
    expect(restored.corpus).toMatchObject({ instances: 1, outputs: 1 })
    const path = `/api/workspaces/${restored.id}/instances`
    const after = await read<InstanceReply>(await server.ask(ana, 'GET', `${path}/${instance}`))
    expect(after).toEqual({ ...shown, ordinal: after.ordinal, origin: { ...shown.origin, by: null } })
    const own = await read<InstancesReply>(await server.ask(ana, 'GET', `${path}?own=true`))
    expect(own.all).toBe((await get<InstancesReply>('newsroom', 'instances?own=true')).all)
    await writeAll(server, ana, restored.id)
  })
})
