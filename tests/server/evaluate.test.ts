import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openCommandLine } from '#tests/support/command-line.ts'
import { example, fixture, readJson } from '#tests/support/golden.ts'

const { folder, run } = openCommandLine('evaluate')

interface Estimate {
  readonly value: number
  readonly interval: readonly [number, number]
}

interface Summary {
  readonly metrics: Readonly<Record<string, Estimate>>
  readonly groups: Readonly<Record<string, Readonly<Record<string, Estimate>>>>
  readonly unsupportedBy: { readonly entropy: { readonly positives: number; readonly auroc: Estimate } }
}

interface Row {
  readonly text: string
  readonly metrics: Readonly<Record<string, number>>
  readonly entities: readonly {
    type: string
    start: number
    end: number
    text: string
    supported: boolean
    entropy: number
  }[]
}

const linesOf = (corpus: string): readonly string[] =>
  readFileSync(example(`data/${corpus}.test.jsonl`), 'utf8')
    .trim()
    .split('\n')

async function evaluate(name: string, lines: readonly string[], ...words: readonly string[]) {
  const [corpus, output] = [join(folder, `${name}.jsonl`), join(folder, name)]
  writeFileSync(corpus, lines.join('\n'))
  const ask = [
    'evaluate',
    example(`checkpoints/${name}`),
    '--corpus',
    corpus,
    '--output',
    output,
    '--beams',
    '1',
    '--json',
  ]
  const { code, out, err } = await run(...ask, ...words)
  expect({ code, err: err.replaceAll(/.* rows, .*\n/g, '') }).toEqual({ code: 0, err: '' })
  const rows = readFileSync(join(output, 'rows.jsonl'), 'utf8').trim().split('\n')
  return { summary: JSON.parse(out) as Summary, rows: rows.map((line) => JSON.parse(line) as Row) }
}

describe('evaluate', () => {
  it('[CU6] summaries have the scores of sacrebleu and rouge-score, and doubt finds what the article does not say', async () => {
    const golden = (
      readJson(fixture('metrics.json')) as {
        text: Record<string, { pairs: [string, string][]; bleu: number; chrf: number; rouge: { rouge2: number[] }[] }>
      }
    ).text['newsroom']!
    const ids = (readJson(fixture('trained/newsroom.json')) as { rows: { id: string }[] }).rows.map(({ id }) => id)
    const lines = linesOf('newsroom').filter((line) => ids.includes((JSON.parse(line) as { id: string }).id))
    const { summary, rows } = await evaluate('newsroom', lines)
    expect(rows.map(({ text }) => text)).toEqual(golden.pairs.map(([text]) => text))
    expect(summary.metrics['bleu']!.value).toBeCloseTo(golden.bleu, 6)
    expect(summary.metrics['chrf']!.value).toBeCloseTo(golden.chrf, 6)
    const rouge2 = golden.rouge.reduce((sum, row) => sum + row.rouge2[2]!, 0) / golden.rouge.length
    expect(summary.metrics['rouge2']!.value).toBeCloseTo(rouge2, 9)
    const [low, high] = summary.metrics['rouge2']!.interval
    expect([low < rouge2 - 0.02, high > rouge2 + 0.02]).toEqual([true, true])
    const { positives, auroc } = summary.unsupportedBy.entropy
    expect(positives).toBe(rows.flatMap(({ entities }) => entities).filter(({ supported }) => !supported).length)
    expect(auroc.value).toBeGreaterThan(0.6)
    for (const { text, entities } of rows) {
      for (const entity of entities) expect(text.slice(entity.start, entity.end)).toBe(entity.text)
    }
  }, 120_000)

  it('[CU7] answers are counted by condition', async () => {
    const { summary, rows } = await evaluate(
      'quiz',
      linesOf('quiz').slice(0, 16),
      '--by',
      'condition',
      '--metrics',
      'answer',
    )
    expect(Object.keys(summary.groups)).toEqual(['gold', 'random', 'none', 'adversarial'])
    const right = rows.filter(({ metrics }) => metrics['answerAccuracy']).length
    expect([right > 8, summary.metrics['answerAccuracy']!.value]).toEqual([true, right / 16])
    expect(summary.metrics['bleu']).toBeUndefined()
  }, 60_000)

  it('[CU8] what a corpus does not hold cannot be asked for', async () => {
    const corpus = join(folder, 'bare.jsonl')
    writeFileSync(corpus, '{"text":"question: one"}')
    const refuse = async (...words: readonly string[]) => {
      const { code, err } = await run(
        'evaluate',
        example('checkpoints/quiz'),
        ...words,
        '--output',
        join(folder, 'bare'),
      )
      expect([code, err.split('\n').length]).toEqual([2, 2])
      return err
    }
    expect(await refuse()).toMatch(/--corpus FILE/)
    expect(await refuse('--corpus', corpus, '--metrics', 'bleu')).toMatch(/no row has a reference/i)
    expect(await refuse('--corpus', corpus, '--metrics', 'entities')).toMatch(/sourceEntities/)
    expect(await refuse('--corpus', corpus, '--metrics', 'meteor')).toMatch(/--metrics takes bleu, /)
    expect(await refuse('--corpus', corpus, '--by', 'topic')).toMatch(/no row has this column/)
  })
})
