import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { decodeSafetensors } from '#compute/index.ts'
import { openCommandLine } from '#tests/support/command-line.ts'
import { example } from '#tests/support/golden.ts'

const { folder, env, run } = openCommandLine('corpus')
const quiz = example('checkpoints/quiz')
const corpus = join(folder, 'corpus.jsonl')

interface Row {
  readonly index: number
  readonly id: string
  readonly text?: string
  readonly steps?: readonly { readonly logProb: number }[]
  readonly tensors?: string
  readonly error?: { readonly kind: string; readonly message: string }
}

beforeAll(() => {
  const lines = readFileSync(example('data/quiz.test.jsonl'), 'utf8').split('\n').slice(0, 24)
  writeFileSync(corpus, `${lines.join('\n')}\n`)
})

const rowsOf = (directory: string): readonly Row[] =>
  readFileSync(join(directory, 'rows.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)

/** Every file of a directory with its bytes. */
const contentsOf = (directory: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(directory.length), readFileSync(path, 'latin1')]),
  )

/** The command line in a process of its own, ended by a signal once so many rows stand there. */
async function runUntil(rows: number, signal: NodeJS.Signals, ...words: readonly string[]): Promise<number | null> {
  const cli = JSON.stringify(new URL('../../server/cli.ts', import.meta.url).href)
  const program = `const { main } = await import(${cli}); process.exitCode = await main(process.argv.slice(1), process.env)`
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program, '--', ...words],
    { cwd: fileURLToPath(new URL('../..', import.meta.url)), env: { ...process.env, ...env }, stdio: 'ignore' },
  )
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  const file = join(words[words.indexOf('--output') + 1]!, 'rows.jsonl')
  while (child.exitCode === null && (!existsSync(file) || rowsOfWhole(file) < rows)) await sleep(2)
  child.kill(signal)
  return ended
}

const rowsOfWhole = (file: string): number => readFileSync(file, 'utf8').split('\n').length - 1

describe('a command over a corpus', () => {
  it('[CU1] writes one row per line of the corpus, as for each text alone', async () => {
    const output = join(folder, 'generate')
    const { code, out } = await run('generate', quiz, '--corpus', corpus, '--limit', '5', '--output', output, '--json')
    expect([code, JSON.parse(out)]).toMatchObject([0, { rows: 5, failed: 0 }])
    const rows = rowsOf(output)
    expect(rows.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4].map((i) => `quiz-test-${i}`))
    const { prompt } = JSON.parse(readFileSync(corpus, 'utf8').split('\n')[3]!) as { prompt: string }
    const alone = JSON.parse((await run('generate', quiz, '--text', prompt, '--json')).out) as Required<Row>
    expect(rows[3]!.text).toBe(alone.text)
    const whole = contentsOf(output)
    const lines = readFileSync(join(output, 'rows.jsonl'), 'utf8').split('\n')
    writeFileSync(join(output, 'rows.jsonl'), `${lines.slice(0, 2).join('\n')}\n${lines[2]!.slice(0, 30)}`)
    await run('generate', quiz, '--corpus', corpus, '--limit', '5', '--output', output, '--resume')
    expect(contentsOf(output)).toEqual(whole)
    rows[3]!.steps!.forEach((step, i) => expect(step.logProb).toBeCloseTo(alone.steps[i]!.logProb, 5))
  })

  it('[CU2] after Ctrl-C, kill -9 and a torn line goes on to the bytes of a run that was never stopped', async () => {
    const words = ['attribute', quiz, '--corpus', corpus, '--explain', 'reference', '--positions', '0', '--nodes', '6']
    const [whole, cut] = [join(folder, 'whole'), join(folder, 'cut')]
    expect((await run(...words, '--output', whole)).code).toBe(0)
    expect(await runUntil(2, 'SIGINT', ...words, '--output', cut)).toBe(130)
    const first = rowsOf(cut).length
    expect(await runUntil(first + 3, 'SIGKILL', ...words, '--output', cut, '--resume')).toBeNull()
    expect(rowsOf(cut).length).toBeLessThan(24)
    appendFileSync(join(cut, 'rows.jsonl'), '{"index":23,"id":"quiz-te')
    writeFileSync(join(cut, 'tensors', '0000', 'x.new'), '')
    expect((await run(...words, '--output', cut, '--resume')).code).toBe(0)
    expect(contentsOf(cut)).toEqual(contentsOf(whole))
    const row = rowsOf(cut)[7]!
    const scores = decodeSafetensors(readFileSync(join(cut, row.tensors!)), 'row').get('scores.source')!
    expect(scores.data.some((score) => score !== 0)).toBe(true)
  }, 180_000)

  it('[CU3] goes on only with equal parameters, which it names, and never writes into what it did not make', async () => {
    const output = join(folder, 'same')
    const words = ['generate', quiz, '--corpus', corpus, '--limit', '2', '--output', output]
    expect((await run(...words, '--max-new-tokens', '3')).code).toBe(0)
    const refused = async (...more: readonly string[]) => {
      const { code, err } = await run(...words, ...more)
      expect([code, err.split('\n').length]).toEqual([2, 2])
      return err
    }
    expect(await refused('--max-new-tokens', '3')).toMatch(/not empty; add --resume/)
    expect(await refused('--max-new-tokens', '4', '--resume')).toMatch(/--max-new-tokens \(3; this run: 4\)/)
    expect(await refused('--resume')).toMatch(/--max-new-tokens \(3; this run: not given\)/)
    expect(await refused('--max-new-tokens', '3', '--limit', '3', '--resume')).toMatch(/another corpus/)
    const before = contentsOf(output)
    expect((await run(...words, '--max-new-tokens', '3', '--resume')).code).toBe(0)
    expect(contentsOf(output)).toEqual(before)
    expect((await run('generate', quiz, '--corpus', corpus, '--output', folder, '--resume')).err).toMatch(/no run/)
  })

  it('[CU4] a row that cannot be computed says why, and the others are computed', async () => {
    const [file, output] = [join(folder, 'odd.jsonl'), join(folder, 'odd')]
    const long = 'question: '.repeat(600)
    const rows = [{ text: 'question: one' }, { id: 7, text: long }, { input_ids: [5, 6] }, { input_ids: [1e6] }]
    writeFileSync(file, `\ufeff${rows.map((row) => JSON.stringify(row)).join('\n\n')}`)
    const { code, err } = await run('generate', quiz, '--corpus', file, '--output', output)
    expect([code, err]).toEqual([0, expect.stringMatching(/2 of 4 rows could not be computed; the first, row 7: /)])
    expect(rowsOf(output).map(({ id, error }) => [id, error?.kind ?? null])).toEqual([
      ['row-1', null],
      ['7', 'too-long'],
      ['row-3', null],
      ['row-4', 'bad-input'],
    ])
  })

  it('[CU5] a fault of the corpus is found before anything is computed', async () => {
    const file = join(folder, 'broken.jsonl')
    const output = join(folder, 'nothing')
    const attempt = async (text: string): Promise<string> => {
      writeFileSync(file, text)
      const { code, err } = await run('generate', quiz, '--corpus', file, '--output', output)
      expect([code, existsSync(output)]).toEqual([2, false])
      return err
    }
    expect(await attempt('{"text":"a"}\n{"text":')).toMatch(/^line 2 of the corpus: this is not JSON/)
    expect(await attempt('{"text":"a"}\n{"txt":"a"}')).toMatch(/^line 2 of the corpus: there is no text/)
    expect(await attempt('\n')).toMatch(/there are no rows/)
    expect((await run('generate', quiz, '--corpus', corpus)).err).toMatch(/--output DIRECTORY/)
    expect((await run('generate', quiz, '--corpus', 'none.jsonl', '--output', output)).err).toMatch(/no such file/)
    expect((await run('generate', quiz, '--corpus', corpus, '--text', 'a', '--output', output)).code).toBe(2)
    expect((await run('generate', quiz, '--text', 'a', '--resume')).err).toMatch(/--resume belongs to --corpus/)
  })

  it('[CU9] a corpus of explanations is summed up over its targets', async () => {
    const [attributed, ablated] = [join(folder, 'attributed'), join(folder, 'ablated')]
    const words = [quiz, '--corpus', corpus, '--limit', '3', '--explain', 'reference', '--json']
    const method = ['--method', 'attention-attribution', '--nodes', '2', '--positions', '0']
    const first = await run('attribute', ...words, ...method, '--output', attributed)
    const heads = ['--heads', 'decoder.1.2']
    const second = await run('ablate', ...words, ...heads, '--output', ablated)
    expect([first.code, second.code]).toEqual([0, 0])
    type Importance = { readonly importance: { readonly decoder: readonly (readonly number[])[] } }
    const parts = rowsOf(attributed).map((row) => (row as unknown as Importance).importance.decoder[3]![1]!)
    const { importance } = JSON.parse(first.out) as Importance
    expect(importance.decoder[3]![1]).toBeCloseTo(parts.reduce((sum, part) => sum + part, 0) / 3, 12)
    type Targets = { readonly targets: readonly { readonly objective: number; readonly ablated: number }[] }
    const targets = rowsOf(ablated).flatMap((row) => (row as unknown as Targets).targets)
    const change = targets.reduce((sum, target) => sum + target.ablated - target.objective, 0) / targets.length
    const { metrics } = JSON.parse(second.out) as { metrics: { change: { value: number } } }
    expect(metrics.change.value).toBeCloseTo(change, 9)
  }, 60_000)
})
