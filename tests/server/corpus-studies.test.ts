import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseMetadata, prefixBytes, readHeaderLength } from '#compute/checkpoint/safetensors.ts'
import { decodeSafetensors, openPool } from '#compute/index.ts'
import type { ComputePool } from '#compute/types.ts'
import { sampleEvenly } from '#server/jobs/study-rows.ts'
import { demonstrationsReport, entitySupportReport, evaluationReport } from '#server/wire/case-studies.ts'
import {
  ablationCurveReport,
  headSummaryReport,
  pruningReport,
  reconstructionReport,
} from '#server/wire/head-studies.ts'
import type { FieldsReply, InstancesReply } from '#server/wire/instances.ts'
import type { RunReply } from '#server/wire/runs.ts'
import { type StudyQuestion, type StudyReply, studyColumn } from '#server/wire/studies.ts'
import { makeWorkspace, read, writeAll } from '#tests/support/corpora.ts'
import { example } from '#tests/support/golden.ts'
import { type TestServer, type Visitor, openTestServer, until } from '#tests/support/server.ts'

const names = ['newsroom', 'phrasebook', 'quiz'] as const
type Name = (typeof names)[number]

/** Rows with source and reference under their usual names. */
const rowsOf = (name: Name, count: number): readonly object[] =>
  readFileSync(example(`data/${name}.test.jsonl`), 'utf8')
    .split('\n', count)
    .map((line) => {
      const row = JSON.parse(line) as Readonly<Record<string, unknown>>
      return {
        ...row,
        source: row['source'] ?? row['prompt'],
        reference: row['reference'] ?? row['target'] ?? row['answer'],
      }
    })

const readHeader = (bytes: Uint8Array): Uint8Array =>
  bytes.subarray(prefixBytes, prefixBytes + readHeaderLength(bytes, bytes.length, 'the result'))

describe('studies of texts, computed by the example models', () => {
  const cache = mkdtempSync(join(tmpdir(), 'corpus-studies-'))
  const workspaces = {} as Record<Name, string>
  let pool: ComputePool
  let server: TestServer
  let ana: Visitor

  beforeAll(async () => {
    pool = await openPool({ device: 'cpu', threads: 1, cache, processes: 1, log: () => {} })
    const checkpoints = Object.fromEntries(
      [...names, 'quiz-early'].map((name) => [name, example(`checkpoints/${name}`)]),
    )
    server = await openTestServer({ pool, checkpoints })
    ana = await server.signIn('Ana')
    for (const name of names) {
      workspaces[name] = await makeWorkspace(server, ana, rowsOf(name, 4), name)
      await writeAll(server, ana, workspaces[name])
    }
  })
  afterAll(async () => {
    await server.close()
    await pool.close()
    rmSync(cache, { recursive: true })
  })

  const post = (name: Name, study: unknown): Promise<Response> =>
    server.ask(ana, 'POST', `/api/workspaces/${workspaces[name]}/studies`, { study })

  /** A study to its end: its tensors, and its report. */
  async function ask(name: Name, study: StudyQuestion) {
    const { run } = await read<StudyReply>(await post(name, study))
    let now: RunReply = run
    await until('the study has ended', async () => {
      now = await read(await server.ask(ana, 'GET', `/api/workspaces/${workspaces[name]}/runs/${run.key}`))
      return !['queued', 'running'].includes(now.state)
    })
    if (now.result === null) throw new Error(`the run ended with ${now.error}`)
    const file = await server.ask(ana, 'GET', `/api/workspaces/${workspaces[name]}/results/${now.result}`)
    const bytes = new Uint8Array(await file.arrayBuffer())
    const report = JSON.parse(parseMetadata(readHeader(bytes), 'the result')['report']!) as Readonly<
      Record<string, unknown>
    >
    return { key: run.key, tensors: decodeSafetensors(bytes, 'the result'), report }
  }

  it('[SU12] heads are summed up, switched off in order, pruned by kind and rebuilt, each report as the wire says', async () => {
    const summary = await ask('phrasebook', { kind: 'head-summary', rows: 2, tolerance: 0.5 })
    expect(headSummaryReport.parse(summary.report)).toMatchObject({ shown: 2, of: 4 })
    for (const name of ['attribution', 'gradient', 'entropy', 'effect', 'effect.sd', 'role.copying']) {
      expect(summary.tensors.get(`${name}.cross`)!.shape, name).toEqual([3, 4])
    }
    const curve = await ask('phrasebook', {
      kind: 'ablation-curve',
      rankings: ['gradient'],
      steps: 2,
      controls: 1,
      rows: 2,
      metric: 'bleu',
    })
    const { orders, removed } = ablationCurveReport.parse(curve.report)
    expect(removed).toEqual([0, 18, 36])
    expect(orders.map(({ points }) => points.every(({ bleu }) => bleu !== undefined))).toEqual([true, true, true])
    const pruned = await ask('phrasebook', {
      kind: 'pruning',
      ranking: 'gradient',
      steps: 1,
      rows: 2,
      rankedOn: 1,
      controls: 1,
    })
    expect(pruningReport.parse(pruned.report).kinds.map(({ kind }) => kind)).toEqual(['encoder', 'decoder', 'cross'])
    const rebuilt = await ask('phrasebook', { kind: 'reconstruction', rows: 4 })
    expect(reconstructionReport.parse(rebuilt.report)).toMatchObject({ shown: 4, of: 4 })
    expect(rebuilt.tensors.get('r2.encoder')!.shape).toEqual([3, 4])
  }, 60_000)

  it('[SU13] names and scores become columns of the points; those of another checkpoint do not', async () => {
    const { report, tensors } = await ask('newsroom', { kind: 'entity-support' })
    expect(entitySupportReport.parse(report)).toMatchObject({ shown: 4, of: 4, outputs: { cases: 4 } })
    const columns = studyColumn.array().parse(report['columns'])
    expect(columns.map(({ name }) => name)).toEqual(['names', 'unsupportedNames', 'nameEntropy'])
    for (const { name } of columns) expect(tensors.get(`column.${name}`)!.shape).toEqual(tensors.get('ordinals')!.shape)
    const own = await ask('quiz', { kind: 'evaluation', metrics: ['answer'], by: 'condition' })
    expect(
      studyColumn
        .array()
        .parse(own.report['columns'])
        .map(({ title }) => title),
    ).toEqual(['Correct'])
    const early = await ask('quiz', {
      kind: 'evaluation',
      metrics: ['answer'],
      by: 'condition',
      checkpoint: 'quiz-early',
    })
    expect(early.report['columns']).toEqual([])
    for (const found of [own, early]) {
      const { groups, measures } = evaluationReport.parse(found.report)
      expect(groups.map(({ name, rows }) => [name, rows])).toEqual([
        ['gold', 1],
        ['random', 1],
        ['none', 1],
        ['adversarial', 1],
      ])
      expect(Object.keys(measures)).toEqual(['answerAccuracy'])
    }
    expect(early.key).not.toBe(own.key)
  }, 60_000)

  it('[SU19] what a study has found of every row is a field, stands in the list, and sorts it', async () => {
    await ask('newsroom', { kind: 'entity-support' })
    const field = 'study.entity-support.nameEntropy'
    const { fields } = await read<FieldsReply>(
      await server.ask(ana, 'GET', `/api/workspaces/${workspaces.newsroom}/fields`),
    )
    const known = fields.find(({ name }) => name === field)
    if (known?.type !== 'number') throw new Error('the study is no number to filter by')
    expect(known.study?.title).toBe('Highest name entropy')
    expect(known.histogram.reduce((sum, size) => sum + size, 0)).toBe(4)
    const listed = async (descending: boolean): Promise<readonly number[]> => {
      const query = `sort=${field}&descending=${descending}`
      const reply = await server.ask(ana, 'GET', `/api/workspaces/${workspaces.newsroom}/instances?${query}`)
      return (await read<InstancesReply>(reply)).rows.map(({ studied }) => studied[field] ?? NaN)
    }
    const rising = await listed(false)
    expect(rising).toEqual(rising.toSorted((a, b) => a - b))
    expect(rising[0]).toBeCloseTo(known.min, 5)
    expect(await listed(true)).toEqual(rising.toReversed())
    expect(new Set(rising).size).toBeGreaterThan(1)
  }, 60_000)

  it('[SU14] answers draw on segments under each condition, on either checkpoint', async () => {
    for (const checkpoint of [null, 'quiz-early']) {
      const { report } = await ask('quiz', { kind: 'demonstrations', by: 'condition', checkpoint, tolerance: 0.2 })
      const { conditions, segments } = demonstrationsReport.parse(report)
      expect(conditions).toHaveLength(4)
      for (const { name, segments: own } of conditions) {
        expect(own.map(({ segment }) => segment)).toEqual(segments)
        expect(own.reduce((sum, { share }) => sum + share.value!, 0)).toBeCloseTo(1, 4)
        const label = own.find(({ segment }) => segment === 'demonstration-label')!
        expect(label.share.value! > 0).toBe(name !== 'none')
      }
    }
  }, 60_000)

  it('[SU15] equal studies are one run; with another output it is another one', async () => {
    const study = { kind: 'reconstruction', rows: 3 } as const
    const { key } = await ask('phrasebook', study)
    const again = await read<StudyReply>(await post('phrasebook', { ...study, tokens: 32 }))
    expect([again.how, again.run.key]).toEqual(['computed', key])
    await server.deps.database.query(`update output set text = text || '!' where workspace = $1`, [
      workspaces.phrasebook,
    ])
    expect((await ask('phrasebook', study)).key).not.toBe(key)
  }, 60_000)

  it('[SU18] an export holds attributions, answers and studies with their results; a restored workspace asks anew', async () => {
    const { key } = await ask('phrasebook', { kind: 'evaluation', metrics: ['bleu'] })
    const question = { kind: 'attention', place: { kind: 'cross', layer: 0 } }
    const [instance] = rowsOf('phrasebook', 1) as readonly { readonly id: string }[] // the corpus names its rows
    const asked = await read<{ run: RunReply }>(
      await server.ask(ana, 'POST', `/api/workspaces/${workspaces.phrasebook}/analyses`, {
        instance: instance!.id, // four rows are there
        question,
      }),
    )
    await until('the answer is there', async () => {
      const path = `/api/workspaces/${workspaces.phrasebook}/runs/${asked.run.key}`
      return (await read<RunReply>(await server.ask(ana, 'GET', path))).state === 'done'
    })
    const file = await server.ask(ana, 'GET', `/api/workspaces/${workspaces.phrasebook}/export`)
    const zip = new Uint8Array(await file.arrayBuffer())
    const files = unzipSync(zip)
    const runs = strFromU8(files['runs.jsonl'] ?? new Uint8Array())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly key: string; readonly result: string })
    for (const wanted of [key, asked.run.key]) {
      const found = runs.find((each) => each.key === wanted)
      expect(files[`results/${found?.result}.safetensors`]?.length, wanted).toBeGreaterThan(0)
    }
    const restored = await read<{ id: string }>(
      await server.ask(ana, 'POST', '/api/workspaces/restore', zip, { 'content-type': 'application/zip' }),
    )
    const path = `/api/workspaces/${restored.id}/studies`
    const again = await read<StudyReply>(
      await server.ask(ana, 'POST', path, { study: { kind: 'evaluation', metrics: ['bleu'] } }),
    )
    // A number from a file never passes for one of this server.
    expect(again.run.key).not.toBe(key)
    await until('the study of the restored workspace is done', async () => {
      const now = await read<RunReply>(
        await server.ask(ana, 'GET', `/api/workspaces/${restored.id}/runs/${again.run.key}`),
      )
      return now.state === 'done'
    })
  })

  it('[SU16] what cannot be studied is refused with what to do', async () => {
    const refusals: readonly [Name, object, RegExp][] = [
      ['quiz', { kind: 'entity-support' }, /no column "sourceEntities"/],
      [
        'quiz',
        { kind: 'evaluation', metrics: ['answer'], by: 'nothing' },
        /no column "nothing"; known are .*condition/,
      ],
      ['quiz', { kind: 'evaluation', metrics: ['answer'], checkpoint: 'none' }, /no checkpoint "none"/],
      ['quiz', { kind: 'ablation-curve', rankings: [], controls: 0 }, /no order to switch heads off/],
      ['quiz', { kind: 'pruning', steps: 0 }, /steps/],
    ]
    for (const [name, study, message] of refusals) {
      const response = await post(name, study)
      expect(response.status).toBeGreaterThanOrEqual(400)
      const { error } = (await response.json()) as {
        readonly error: { readonly message: string; readonly field?: string }
      }
      expect(`${error.message} ${error.field ?? ''}`).toMatch(message)
    }
    const empty = await makeWorkspace(server, ana, rowsOf('newsroom', 1), 'newsroom')
    await writeAll(server, ana, empty)
    const one = await server.ask(ana, 'POST', `/api/workspaces/${empty}/studies`, { study: { kind: 'reconstruction' } })
    expect(await one.text()).toMatch(/1 outputs are written so far, and this study needs 2/)
  })

  it('[SU17] a sample is even, and whole where there is no more', () => {
    expect(sampleEvenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3)).toEqual([1, 5, 8])
    expect(sampleEvenly([1, 2], 3)).toEqual([1, 2])
  })
})
