import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeSafetensors, type FileTensor } from '#compute/index.ts'
import type { ProjectionReport } from '#server/wire/projection-study.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { StudyReply } from '#server/wire/studies.ts'
import { parseFile } from '#web/api/safetensors.ts'
import { readLayout } from '#web/state/layout.ts'
import { makeWorkspace, read, writeAll } from '#tests/support/corpora.ts'
import { type TestServer, type Visitor, until } from '#tests/support/server.ts'
import { describeBoth } from './both-databases.ts'
import { openServerAt } from './open-server.ts'

const rows = Array.from({ length: 24 }, (_, i) => ({
  id: `r${i}`,
  source: `word${i} and word${i % 5} then w${i % 3} end`,
}))

describeBoth('projections', (place) => {
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

  const post = (study: object, where = workspace): Promise<Response> =>
    server.ask(ana, 'POST', `/api/workspaces/${where}/studies`, { study: { kind: 'projection', ...study } })
  const readRun = async (key: string, where = workspace): Promise<RunReply> =>
    read(await server.ask(ana, 'GET', `/api/workspaces/${where}/runs/${key}`))
  async function project(study: object, where = workspace) {
    const { run, how } = await read<StudyReply>(await post(study, where))
    await until(
      'the projection has ended',
      async () => !['queued', 'running'].includes((await readRun(run.key, where)).state),
    )
    const done = await readRun(run.key, where)
    expect(done.error).toBeNull()
    const response = await server.ask(ana, 'GET', `/api/workspaces/${where}/results/${done.result}`)
    const file = parseFile(new Uint8Array(await response.arrayBuffer()))
    const report = JSON.parse(file.metadata.get('report') ?? '') as ProjectionReport
    return {
      run: done,
      how,
      report,
      tensors: file.tensors,
      layout: readLayout(file.tensors, done.question as 'pca', report)!,
    }
  }
  const refusal = async (study: object, where = workspace): Promise<string> => {
    const response = await post(study, where)
    const { error } = (await response.json()) as { error: { kind: string; message: string; field?: string } }
    return `${response.status} ${error.field ?? '-'} ${error.message}`
  }

  it('[PS1] every instance is a point in every layer, with its neighbours and how far it can be trusted', async () => {
    const { layout, report, run } = await project({ of: 'corpus', method: 'pca' })
    expect(run).toMatchObject({ kind: 'study', question: 'projection', instance: null })
    expect([...layout.ordinals]).toEqual(rows.map((_, i) => i))
    expect(layout.layers).toHaveLength(2)
    for (const layer of layout.layers) {
      expect(layer!.xy).toHaveLength(2 * rows.length)
      expect(layer!.neighbourCount).toBe(15)
      expect(Math.min(...layer!.kept!)).toBeGreaterThan(0)
      // The states of the double have two numbers: nothing is lost in the plane.
      expect(layer!.report!.variance.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6)
      expect(layer!.report!.kept).toBeCloseTo(1, 6)
    }
    expect(report).toMatchObject({ shown: 24, of: 24, partial: null, measured: 24 })
  })

  it('[PS2] equal requests are one run, and parameters that a method does not have make no other', async () => {
    const first = await project({ of: 'corpus', method: 'pca' })
    const again = await read<StudyReply>(
      await post({ of: 'corpus', method: 'pca', neighbours: 5, perplexity: 7, seed: 3 }),
    )
    expect(again).toMatchObject({ how: 'computed', run: { key: first.run.key } })
    const other = await read<StudyReply>(await post({ of: 'corpus', method: 'pca', metric: 'cosine' }))
    expect(other.run.key).not.toBe(first.run.key)
  })

  it.each([
    { method: 'umap', neighbours: 6, epochs: 40 },
    { method: 'tsne', perplexity: 4, epochs: 40 },
  ])('[PS3] $method gives the same bytes for the same data, parameters and seed', async (parameters) => {
    const first = await project({ of: 'corpus', ...parameters })
    const twin = await makeWorkspace(server, ana, rows)
    await writeAll(server, ana, twin)
    const second = await project({ of: 'corpus', ...parameters }, twin)
    expect(second.report.hash).toBe(first.report.hash)
    expect(second.run.key).not.toBe(first.run.key)
    expect((await project({ of: 'corpus', ...parameters, seed: 5 })).report.hash).not.toBe(first.report.hash)
    expect(first.report.parameters).toMatchObject(parameters)
  })

  it('[PS4] what is known is told while it grows: all layers first, then points on their way', async () => {
    const before = server.announced.length
    const { run } = await project({ of: 'corpus', method: 'umap', neighbours: 7, epochs: 500 })
    const news = server.announced.slice(before).filter(({ content }) => (content as { key?: string }).key === run.key)
    const parts = news
      .filter(({ kind }) => kind === 'partial')
      .map(({ content }) => content as { converged: number; total: number; bytes: Uint8Array })
    expect(parts.length).toBeGreaterThan(0)
    const first = readLayout(parseFile(parts[0]!.bytes).tensors, 'umap', null)!
    expect(first.count).toBe(24)
    expect(first.layers[1]!.xy).toHaveLength(48)
    expect(first.layers[1]!.method).toBe('pca')
    const latest = readLayout(parseFile(parts.at(-1)!.bytes).tensors, 'umap', null)!
    expect(latest.layers.some((layer) => layer?.method === 'umap')).toBe(true)
    const progress = news.filter(({ kind }) => kind === 'progress').map(({ content }) => content as { total: number })
    expect(progress.every(({ total }) => total === 100)).toBe(true)
  })

  it('[PS5] the steps of outputs are points of their own, named by instance and token', async () => {
    const { layout, report } = await project({ of: { steps: ['r7', 'r2'] }, method: 'pca' })
    const steps = [...layout.steps!.stepOf]
    const [first, second] = [6 + 1, 6 + 1] // six words each, and the end
    expect(steps).toEqual([...Array(first).keys(), ...Array(second).keys()])
    expect([...layout.steps!.instanceOf]).toEqual([...Array<number>(first).fill(0), ...Array<number>(second).fill(1)])
    expect([...layout.ordinals]).toEqual([...Array<number>(first).fill(7), ...Array<number>(second).fill(2)])
    expect(report).toMatchObject({ shown: 14, of: 14, partial: null })
    const turned = await project({ of: { steps: ['r2', 'r7'] }, method: 'pca' })
    expect(turned.run.key).not.toBe((await project({ of: { steps: ['r7', 'r2'] }, method: 'pca' })).run.key)
  })

  it.each(['pca', 'umap'])(
    '[PS6] steps over the corpus by %s lie where they lie, computed before or not',
    async (method) => {
      const asked = { method, neighbours: 8, epochs: 30 }
      const fresh = await project({ of: { steps: ['r3'], over: true }, ...asked })
      const corpus = await project({ of: 'corpus', ...asked })
      // Another order of the same request: from the stored layout this time.
      const other = await project({ of: { steps: ['r3', 'r4'], over: true }, ...asked })
      const count = fresh.layout.count
      expect([...other.layout.layers[1]!.xy.subarray(0, 2 * count)]).toEqual([...fresh.layout.layers[1]!.xy])
      expect(fresh.layout.layers[1]!.kept).toBeNull()
      const reach = Math.max(...corpus.layout.layers[1]!.xy.map(Math.abs))
      if (method === 'umap') expect(Math.max(...fresh.layout.layers[1]!.xy.map(Math.abs))).toBeLessThan(2 * reach)
    },
  )

  it("[PS11] texts of people's own are no points of the corpus, and their steps lie over it all the same", async () => {
    const other = await makeWorkspace(server, ana, rows)
    await writeAll(server, ana, other)
    const { database } = server.deps
    await database.query(`update instance set origin = '{}' where workspace = $1 and id = 'r5'`, [other])
    // Its states in a file of their own, as those of such texts are.
    await database.query(
      `with own as (select workspace, hash, revision, bytes, instances, created_at from state_chunk
         where workspace = $1 and instances @> '[{"id":"r5"}]' limit 1)
       insert into state_chunk select workspace, reverse(hash), revision, bytes, instances, created_at from own`,
      [other],
    )
    const { rows: found } = await database.query(
      `update output set chunk = reverse(chunk) where workspace = $1 and instance = 'r5' returning chunk`,
      [other],
    )
    const [{ chunk }] = found as [{ chunk: string }]
    const bytes = (await server.deps.states.read(Array.from(chunk).toReversed().join('')))!
    const file = server.deps.states.locate(chunk)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes)
    const corpus = await project({ of: 'corpus', method: 'pca' }, other)
    expect([...corpus.layout.ordinals]).toEqual([...rows.keys()].filter((ordinal) => ordinal !== 5))
    const over = await project({ of: { steps: ['r5'], over: true }, method: 'umap', neighbours: 5, epochs: 20 }, other)
    expect(over.layout.count).toBe(7)
    expect((await project({ of: { steps: ['r5'] }, method: 'pca' }, other)).layout.count).toBe(7)
  })

  it('[PS7] parameters that do not fit the points are refused with what would fit', async () => {
    expect(await refusal({ of: 'corpus', method: 'umap', neighbours: 24 })).toMatch(
      /^400 study.neighbours there are 24 points.*at most 23/,
    )
    expect(await refusal({ of: 'corpus', method: 'tsne', perplexity: 8 })).toMatch(
      /^400 study.perplexity .*less than 8.0/,
    )
    expect(await refusal({ of: 'corpus', method: 'umap', minDistance: 2, spread: 1 })).toMatch(
      /^400 study.minDistance /,
    )
    expect(await refusal({ of: { steps: ['nobody'] }, method: 'pca' })).toMatch(/^409 study.of.steps .*"nobody"/)
    expect(await refusal({ of: { steps: ['r1', 'r1'] }, method: 'pca' })).toMatch(/^400 study.of/)
    expect(await refusal({ of: 'corpus', method: 'lda' })).toMatch(/^400 study.method/)
  })

  it('[PS8] a corpus that is being written is projected as far as it is, and again when there is more', async () => {
    const open = server.compute.hold()
    const half = await makeWorkspace(server, ana, rows)
    expect(await refusal({ of: 'corpus', method: 'pca' }, half)).toMatch(/^409 - the hidden states of 0 instances/)
    open()
    await writeAll(server, ana, half)
    await server.deps.database.query(
      `update output set chunk = null where workspace = $1 and instance in ('r20', 'r21', 'r22', 'r23')`,
      [half],
    )
    const part = await project({ of: 'corpus', method: 'pca' }, half)
    expect(part.report).toMatchObject({ shown: 20, of: 24, partial: 'outputs' })
    await server.ask(ana, 'POST', `/api/workspaces/${half}/outputs`, {})
    await writeAll(server, ana, half)
    const whole = await project({ of: 'corpus', method: 'pca' }, half)
    expect(whole.report).toMatchObject({ shown: 24, of: 24, partial: null })
    expect(whole.run.key).not.toBe(part.run.key)
  })

  it('[PS9] a cancelled projection leaves nothing, and computes from the beginning when it is asked for again', async () => {
    const study = { of: 'corpus', method: 'umap', neighbours: 9, epochs: 50 }
    const open = server.compute.hold()
    const { run } = await read<StudyReply>(await post(study))
    await until('it runs', async () => (await readRun(run.key)).state === 'running')
    await server.ask(ana, 'DELETE', `/api/workspaces/${workspace}/runs/${run.key}`)
    open()
    expect(await readRun(run.key)).toMatchObject({ state: 'cancelled', result: null })
    const { how, report } = await project(study)
    expect(how).toBe('started')
    expect(report.shown).toBe(24)
  })

  it('[PS10] the file says what made it, and others read it too', async () => {
    const { run } = await project({ of: 'corpus', method: 'pca' })
    const response = await server.ask(ana, 'GET', `/api/workspaces/${workspace}/results/${run.result}`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    const tensors: ReadonlyMap<string, FileTensor> = decodeSafetensors(bytes, 'the result')
    expect([...tensors.keys()].toSorted()).toEqual(
      ['kept.0', 'kept.1', 'neighbours.0', 'neighbours.1', 'ordinals', 'xy.0', 'xy.1'].toSorted(),
    )
    expect(parseFile(bytes).metadata.get('study')).toContain('"method":"pca"')
  })
})
