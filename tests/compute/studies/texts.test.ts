import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { thresholdCurve } from '#compute/evaluation/threshold-curve.ts'
import { runTextStudy } from '#compute/studies/run-study.ts'
import { segmentPrompt } from '#server/corpus/prompt-segments.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import type { AnnotatedEntity, NamedRow, PromptRow } from '#compute/types.ts'
import { openCommandLine } from '#tests/support/command-line.ts'
import { example } from '#tests/support/golden.ts'
import { finish, firstRows, openExample, runCorpus, study } from '#tests/support/studies.ts'

const line = openCommandLine('studies')

interface Judged {
  readonly text: string
  readonly steps: readonly { readonly logProb: number; readonly entropy: number }[]
  readonly ids: readonly number[]
  readonly metrics: Readonly<Record<string, unknown>>
  readonly entities: readonly { readonly supported: boolean; readonly entropy: number; readonly start: number }[]
}

interface Ran {
  readonly summary: Evaluation
  readonly rows: readonly Judged[]
}

interface Evaluation {
  readonly metrics: Readonly<Record<string, object>>
  readonly groups: Readonly<Record<string, Readonly<Record<string, object>>>>
  readonly unsupportedBy: object
}

describe('what thresholds find', () => {
  it('[SU1] precision and recall at every distinct score, ties flagged together', () => {
    const curve = thresholdCurve([
      { score: 2, isPositive: true },
      { score: 1, isPositive: true },
      { score: 1, isPositive: false },
      { score: 0, isPositive: false },
    ])
    expect(curve.thresholds).toEqual([2, 1, 0])
    expect(curve.flagged).toEqual([1, 3, 4])
    expect(curve.precision).toEqual([1, 2 / 3, 1 / 2])
    expect(curve.recall).toEqual([1 / 2, 1, 1])
  })
})

describe('names of outputs', () => {
  it('[SU2] support, entropy and their ranking are those of the command line, and every output has its columns', async () => {
    const { path, rows } = firstRows('newsroom', 16, line.folder)
    const words = [
      'evaluate',
      example('checkpoints/newsroom'),
      '--corpus',
      path,
      '--beams',
      '1',
      '--metrics',
      'entities',
    ]
    const { summary, rows: judged } = (await runCorpus(line, words, 'entities')) as Ran
    const opened = await openExample('newsroom', line.folder)
    const tokenizer = await opened.tokenizer()
    const named = rows.map((row, i): NamedRow => ({
      row: i,
      source: row['source'] as string,
      sourceEntities: row['sourceEntities'] as readonly AnnotatedEntity[],
      referenceEntities: row['referenceEntities'] as readonly AnnotatedEntity[],
      output: { ...judged[i]!, offsets: tokenizer.describe(judged[i]!.ids).tokens.offsets },
    }))
    await opened.close()
    const unwritten = { ...named[0]!, row: 16, output: null }
    const task = { kind: 'study', checkpoint: null, study: 'entity-support', rows: [...named, unwritten] } as const
    const { tensors, report } = await finish(runTextStudy(task))
    expect(report).toMatchObject({ ranking: summary.unsupportedBy, measures: namesOf(summary.metrics) })
    const entities = judged.flatMap((row, i) => row.entities.map((entity) => ({ ...entity, row: i })))
    expect([...tensors['names.row']!.data]).toEqual(entities.map(({ row }) => row))
    expect([...tensors['names.supported']!.data]).toEqual(entities.map(({ supported }) => Number(supported)))
    expect([...tensors['ordinals']!.data]).toEqual(judged.map((_, i) => i))
    expect([...tensors['column.unsupportedNames']!.data]).toEqual(
      judged.map((row) => row.entities.filter(({ supported }) => !supported).length),
    )
    const doubts = judged.map((row) => Math.max(...row.entities.map(({ entropy }) => entropy)))
    expect([...tensors['column.nameEntropy']!.data]).toEqual([
      ...Float32Array.from(doubts, (one) => (Number.isFinite(one) ? one : NaN)),
    ])
  }, 30_000)
})

/** Measures of the command line that are about names. */
const namesOf = (metrics: Evaluation['metrics']) =>
  Object.fromEntries(Object.entries(metrics).filter(([name]) => /unsupported|entropyOf/i.test(name)))

describe('studies of the quiz', () => {
  const { path, rows } = firstRows('quiz', 8, line.folder)
  const prompts = rows.map((row, i): PromptRow => ({
    row: i,
    prompt: row['prompt'] as string,
    answer: row['answer'] as string,
    condition: row['condition'] as string,
    segments: segmentPrompt(row['prompt'] as string)!,
  }))
  let opened: Opened
  beforeAll(async () => {
    opened = await openExample('quiz', line.folder)
  })
  afterAll(() => opened.close())

  it('[SU3] outputs are written and judged as the command line does, in all and by condition', async () => {
    const metrics = ['--metrics', 'exact,answer', '--by', 'condition', '--beams', '1']
    const words = ['evaluate', example('checkpoints/quiz'), '--corpus', path, '--source-column', 'prompt', ...metrics]
    const { summary, rows: judged } = (await runCorpus(line, words, 'quiz')) as Ran
    const asked = prompts.map(({ row, prompt, answer, condition }) => ({
      row,
      source: prompt,
      reference: answer,
      // One is written already, the others are not.
      output: row === 0 ? judged[0]!.text : null,
      group: condition,
    }))
    const { report, tensors } = await study(opened, { study: 'evaluation', rows: asked, metrics: ['exact', 'answer'] })
    const { exactMatch, answerAccuracy } = summary.metrics
    expect(report['measures']).toEqual({ exactMatch, answerAccuracy })
    const groups = report['groups'] as readonly { readonly name: string; readonly measures: object }[]
    expect(groups.map(({ name }) => name)).toEqual(['gold', 'random', 'none', 'adversarial'])
    for (const { name, measures } of groups) expect(summary.groups[name]).toMatchObject(measures)
    expect([...tensors['column.answerAccuracy']!.data]).toEqual(
      judged.map((row) => Number(row.metrics['answerAccuracy'])),
    )
  }, 30_000)

  it('[SU4] an answer draws on all segments together what its log-prob is above the baseline', async () => {
    const { report, tensors } = await study(opened, {
      study: 'demonstrations',
      rows: prompts.slice(0, 4),
      quadrature: { tolerance: 0.01 },
    })
    const segments = report['segments'] as readonly string[]
    expect(tensors['contribution']!.shape).toEqual([4, segments.length])
    for (let row = 0; row < 4; row++) {
      const of = (name: string): readonly number[] =>
        [...tensors[name]!.data].slice(row * segments.length, (row + 1) * segments.length)
      const change = tensors['objective']!.data[row]! - tensors['objective.baseline']!.data[row]!
      const sum = of('contribution').reduce((all, one) => all + one, 0)
      expect(sum - change).toBeCloseTo(tensors['gap']!.data[row]!, 3)
      expect(Math.abs(sum - change)).toBeLessThan(0.011 * Math.abs(change))
      expect(of('share').reduce((all, one) => all + one, 0)).toBeCloseTo(1, 4)
      const label = of('share')[segments.indexOf('demonstration-label')]!
      if (prompts[row]!.condition === 'none') expect(label).toBe(0)
      else expect(label).toBeGreaterThan(0)
    }
  }, 30_000)

  it('[SU5] a prompt is cut where its lines say, as the corpus annotates it; another text is no prompt', () => {
    rows.forEach((row, i) => {
      const { start, end } = row['query'] as { readonly start: number; readonly end: number }
      const { prompt, segments } = prompts[i]!
      expect(segments.find(({ name }) => name === 'question')).toEqual({ name: 'question', start, end })
      const labels = (row['demonstrations'] as readonly { readonly label: { readonly text: string } }[]).map(
        ({ label }) => label.text,
      )
      const cut = segments.filter(({ name }) => name === 'demonstration-label')
      expect(cut.map((segment) => prompt.slice(segment.start, segment.end).trim())).toEqual(labels)
    })
    expect(segmentPrompt('Tell me a story')).toBeNull()
    expect(segmentPrompt('question: a | options: b, c | answer: b')).toBeNull()
  })
})
