import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeSafetensors } from '#compute/index.ts'
import type { Filter } from '#collab/wire/document.ts'
import { encodePoints } from '#collab/wire/point-set.ts'
import { upsertResult } from '#server/db/results.ts'
import { endRun, lockOrInsert, upsertRequest } from '#server/db/runs.ts'
import type { StudyInput } from '#server/jobs/input.ts'
import type { InstancesReply } from '#server/wire/instances.ts'
import { type MatchingReply, type PointsReply, pointsReply } from '#server/wire/points.ts'
import { bothMasks, makePoints, maskOfFilter, type Points } from '#web/state/point-table.ts'
import { makeWorkspace, read, writeAll } from '#tests/support/corpora.ts'
import type { TestServer, Visitor } from '#tests/support/server.ts'
import { describeBoth } from './both-databases.ts'
import { openServerAt } from './open-server.ts'

const topics = ['court', 'sport', 'weather']
const rows = Array.from({ length: 30 }, (_, i) => ({
  id: `r${i}`,
  source: `word${i} and word${i % 5} then w${i % 3} end`,
  ...(i % 7 === 0 ? {} : { topic: topics[i % 4 === 0 ? 0 : i % 3] }),
  length: i === 11 ? null : i / 3,
  flags: i % 2 === 0 ? ['a', 'b'] : i % 3 === 0 ? ['b'] : [],
  checked: i % 2 === 0,
}))

describeBoth('points', (place) => {
  let server: TestServer
  let ana: Visitor
  let workspace: string

  beforeAll(async () => {
    server = await openServerAt(place)
    ana = await server.signIn('Ana')
    workspace = await makeWorkspace(server, ana, rows)
    await writeAll(server, ana, workspace)
  })
  afterAll(() => server.close())

  const readPoints = async (where = workspace): Promise<PointsReply> =>
    pointsReply.parse(await read(await server.ask(ana, 'GET', `/api/workspaces/${where}/points`)))
  const columnOf = (points: Points, name: string) => {
    const found = points.columns.find((column) => column.name === name)
    if (found === undefined) throw new Error(`there is no column ${name}`)
    return found
  }
  const query = (filters: readonly Filter[], search = ''): string =>
    String(new URLSearchParams({ ...(search === '' ? {} : { search }), filters: JSON.stringify(filters) }))
  const matching = async (filters: readonly Filter[], search = ''): Promise<readonly number[]> =>
    (
      await read<MatchingReply>(
        await server.ask(ana, 'GET', `/api/workspaces/${workspace}/points/matching?${query(filters, search)}`),
      )
    ).ordinals
  const listed = async (filters: readonly Filter[], search = ''): Promise<readonly number[]> =>
    (
      await read<InstancesReply>(
        await server.ask(ana, 'GET', `/api/workspaces/${workspace}/instances?${query(filters, search)}&limit=500`),
      )
    ).rows.map(({ ordinal }) => ordinal)

  it('[PC1] every instance is a point, in order, with the columns of its corpus and the numbers of its output', async () => {
    const points = makePoints(await readPoints())
    expect(points.ids).toEqual(rows.map(({ id }) => id))
    expect([...points.ordinals]).toEqual(rows.map((_, i) => i))
    expect([points.indexOf('r17'), points.indexOf('none'), points.indexOfOrdinal(29)]).toEqual([17, -1, 29])
    const topic = columnOf(points, 'topic')
    if (topic.type !== 'category') throw new Error('topics are categories')
    expect(rows.map((_, i) => topic.levels[topic.codes[i]!] ?? null)).toEqual(rows.map((row) => row.topic ?? null))
    expect([...topic.counts]).toEqual([...topic.counts].toSorted((a, b) => b - a))
    const length = columnOf(points, 'length')
    if (length.type !== 'number') throw new Error('lengths are numbers')
    expect([...length.values]).toEqual(rows.map((row) => row.length ?? Number.NaN))
    expect([length.min, length.max]).toEqual([0, 29 / 3])
    const { rows: stored } = await read<InstancesReply>(
      await server.ask(ana, 'GET', `/api/workspaces/${workspace}/instances?limit=500`),
    )
    const logProb = columnOf(points, 'output.logProb')
    expect(logProb).toMatchObject({ unit: 'nats', origin: 'output', filterable: true })
    expect(logProb.type === 'number' && [...logProb.values]).toEqual(stored.map(({ output }) => output!.logProb))
  })

  it('[PC2] lists are named by their values together, which no filter can name', async () => {
    const flags = columnOf(makePoints(await readPoints()), 'flags')
    expect(flags).toMatchObject({ type: 'category', filterable: false })
    expect(flags.type === 'category' && flags.levels.toSorted()).toEqual(['', 'a, b', 'b'])
  })

  it('[PC3] many different lists are counted instead', async () => {
    const many = Array.from({ length: 260 }, (_, i) => ({
      id: `r${i}`,
      source: `text ${i}`,
      tags: [`t${i % 20}`, `u${Math.floor(i / 20)}`],
    }))
    const other = await makeWorkspace(server, ana, many)
    expect(columnOf(makePoints(await readPoints(other)), 'tags')).toMatchObject({
      type: 'number',
      filterable: false,
      max: 2,
    })
  })

  it("[PC8] texts of people's own are no points", async () => {
    const other = await makeWorkspace(server, ana, rows)
    await server.deps.database.query(`update instance set origin = '{}' where workspace = $1 and id = 'r12'`, [other])
    const { ids } = await readPoints(other)
    expect(ids).toHaveLength(rows.length - 1)
    expect(ids).not.toContain('r12')
  })

  it('[PC4] every column says what it is', async () => {
    for (const { title, definition } of (await readPoints()).columns) {
      expect(title.length).toBeGreaterThan(0)
      expect(definition).toMatch(/^[A-Z].{15,}\.$/)
    }
  })

  const filters: readonly (readonly Filter[])[] = [
    [{ kind: 'is', field: 'topic', values: ['court', 'sport'], not: false }],
    [{ kind: 'is', field: 'topic', values: ['court', '(none)'], not: true }],
    [{ kind: 'is', field: 'checked', values: ['true'], not: false }],
    [{ kind: 'range', field: 'length', min: 1 / 3, max: 5 }],
    [{ kind: 'range', field: 'output.maxEntropy', min: 1.2, max: null }],
    [
      { kind: 'slice', name: 'chosen', points: encodePoints([3, 4, 5, 17])! },
      { kind: 'range', field: 'length', min: null, max: 4 },
    ],
    [{ kind: 'text', query: 'WORD3' }],
    [{ kind: 'is', field: 'flags', values: ['a'], not: false }],
    [],
  ]

  it.each(filters.map((list) => ({ list, name: JSON.stringify(list) })))(
    '[PC5] the points that match are the rows of the list: $name',
    async ({ list }) => {
      const points = makePoints(await readPoints())
      const found = await matching(list)
      expect(found).toEqual(await listed(list))
      const masks = list.map((filter) => maskOfFilter(points, filter))
      const known = masks.filter((mask) => mask !== null)
      if (known.length < list.length) return expect(['text', 'is']).toContain(list[0]!.kind)
      const mask = bothMasks(known) ?? new Uint8Array(points.count).fill(1)
      expect([...points.ordinals].filter((_, i) => mask[i] === 1)).toEqual(found)
    },
  )

  it('[PC6] a search and filters together let through what the list shows', async () => {
    const found = await matching([{ kind: 'range', field: 'length', min: 2, max: null }], 'w1')
    expect(found.length).toBeGreaterThan(0)
    expect(found).toEqual(await listed([{ kind: 'range', field: 'length', min: 2, max: null }], 'w1'))
  })

  it('[PC7] what a study has found of every instance is a column to filter by, the newest of each kind', async () => {
    const ordinals = Int32Array.from({ length: 20 }, (_, i) => i + 5)
    await endStudy(
      Float32Array.from(ordinals, () => 9),
      ordinals,
    )
    await endStudy(
      Float32Array.from(ordinals, (ordinal) => (ordinal === 6 ? Number.NaN : ordinal / 8)),
      ordinals,
    )
    const points = makePoints(await readPoints())
    const metric = columnOf(points, 'study.evaluation.bleu')
    expect(metric).toMatchObject({ title: 'BLEU', origin: 'study', filterable: true, min: 5 / 8, max: 24 / 8 })
    expect(metric.type === 'number' && metric.values.slice(4, 8)).toEqual(
      Float64Array.of(Number.NaN, 5 / 8, Number.NaN, 7 / 8),
    )
    const filter: Filter = { kind: 'range', field: 'study.evaluation.bleu', min: 1, max: 1.5 }
    expect(await matching([filter])).toEqual([8, 9, 10, 11, 12])
    expect(await listed([filter])).toEqual([8, 9, 10, 11, 12])
    expect(await matching([{ ...filter, min: 50, max: 60 }])).toEqual([])
    const unknown: Filter = { ...filter, field: 'study.evaluation.other' }
    const refused = await server.ask(ana, 'GET', `/api/workspaces/${workspace}/points/matching?${query([unknown])}`)
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('not computed in this workspace')
  })

  /** As if a study had ended: its file, its result and its run are stored as a run stores them. */
  async function endStudy(values: Float32Array, ordinals: Int32Array): Promise<void> {
    const column = { name: 'bleu', title: 'BLEU', unit: '', definition: 'BLEU of the output against its reference.' }
    const tensors = {
      ordinals: { dtype: 'I32', shape: [ordinals.length], data: ordinals },
      'column.bleu': { dtype: 'F32', shape: [values.length], data: values },
    } as const
    const bytes = encodeSafetensors(tensors, { report: JSON.stringify({ columns: [column] }) })
    const hash = await server.deps.results.put(bytes)
    const now = new Date()
    const key = hash
    const study = { kind: 'evaluation' } as unknown as StudyInput['study'] // its other fields are not looked at
    const input: StudyInput = { kind: 'study', checkpoint: 'model', revision: 'r', workspace, study, states: [] }
    await server.deps.database.transaction(async (tx) => {
      const described = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }))
      await upsertResult(tx, { hash, tensors: described, bytes: bytes.byteLength, now })
      await lockOrInsert(tx, { key, input, job: 'none', now })
      await upsertRequest(tx, { workspace, key, instance: null, person: null, now })
      await endRun(tx, { key, job: 'none', state: 'done', result: hash, error: null, seconds: 1, now })
    })
  }
})
