import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool } from '#compute/index.ts'
import type { AnsweredText, GenerationOptions, ModelOutput, Task } from '#compute/types.ts'
import { example } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-many-'))
const checkpoint = example('checkpoints/phrasebook')
const corpus = readFileSync(example('data/phrasebook.test.jsonl'), 'utf8')
  .split('\n')
  .slice(0, 60)
  .map((line) => (JSON.parse(line) as { source: string }).source)

const ask = (texts: readonly string[], generation: GenerationOptions | null = null) =>
  ({ kind: 'respond-many', checkpoint, texts, generation, alternatives: 3, states: true }) as const satisfies Task

const scoresOf = ({ steps }: ModelOutput): readonly number[] =>
  steps.flatMap(({ logProb, entropy, alternatives }) => [logProb, entropy, ...alternatives.map((one) => one.logProb)])

const statesOf = ({ states }: ModelOutput): readonly number[] => [...states!.source, ...states!.steps]

/** Against the size of the number where that is above `least`. */
const largestDifference = (a: readonly number[], b: readonly number[], least: number): number =>
  a.length === b.length
    ? Math.max(...a.map((number, i) => Math.abs(number - b[i]!) / Math.max(least, Math.abs(b[i]!))))
    : Infinity

const idsOf = ({ text, source, output, steps }: ModelOutput) => ({
  text,
  source,
  output,
  steps: steps.map(({ id, token, alternatives }) => ({
    id,
    token,
    alternatives: alternatives.map((one) => one.token),
  })),
})

describe('many texts in one task', () => {
  let pool: Awaited<ReturnType<typeof openPool>>
  beforeAll(async () => {
    pool = await openPool({ device: 'cpu', threads: 1, cache, processes: 1, log: () => {} })
  })
  afterAll(async () => {
    await pool.close()
    rmSync(cache, { recursive: true })
  })

  /** Starts the task and tells what comes, and when the first comes. */
  const start = (task: ReturnType<typeof ask>) => {
    const answers: AnsweredText[] = []
    let told = (): void => {}
    const first = new Promise<void>((resolve) => (told = resolve))
    const running = pool.run(task, 'background', {
      partial(part) {
        answers.push(...part.answers)
        if (part.answers.length > 0) told()
      },
    })
    return { ...running, answers, first }
  }

  async function expectAsAlone(texts: readonly string[], generation: GenerationOptions | null): Promise<void> {
    const { result, answers } = start(ask(texts, generation))
    await result
    expect(answers.map(({ index }) => index).sort((a, b) => a - b)).toEqual([...texts.keys()])
    for (const answer of answers) {
      const task = { ...ask([]), kind: 'respond', text: texts[answer.index]!, generation } as const
      const alone = await pool.run(task, 'background').result
      const found = 'output' in answer ? answer.output : null
      expect(idsOf(found!)).toEqual(idsOf(alone))
      // An alternative at -10 nats is the difference of two numbers that single precision keeps to 1e-6 each.
      expect(largestDifference(scoresOf(found!), scoresOf(alone), 1)).toBeLessThan(1e-5)
      const scale = Math.max(...statesOf(alone).map(Math.abs))
      expect(largestDifference(statesOf(found!), statesOf(alone), scale)).toBeLessThan(1e-5)
    }
  }

  it('[RM1] what is written together and its numbers are those of each text alone', async () => {
    await expectAsAlone(corpus.slice(0, 20), null)
  }, 60_000)

  it('[RM2] what cannot be written together is written alone', async () => {
    const usual = { minNewTokens: 0, lengthPenalty: 1, earlyStopping: false, sampling: null } as const
    const settings = { ...usual, beams: 2, maxNewTokens: 8, noRepeatNgram: 2 }
    await expectAsAlone(corpus.slice(0, 3), settings)
  }, 60_000)

  it('[RM3] a text that cannot be read is answered with the reason, among others that can', async () => {
    const { result, answers } = start(ask([corpus[0]!, 'word '.repeat(2_000), corpus[1]!]))
    await result
    const problems = answers.flatMap((answer) => ('problem' in answer ? [[answer.index, answer.problem]] : []))
    expect(problems).toEqual([[1, expect.stringMatching(/Shorten the text/)]])
    expect(answers).toHaveLength(3)
  })

  it('[RM4] a cancel in the middle takes effect within a run, and nothing is told after it', async () => {
    const [pid] = pool.pids()
    const { result, answers, first, cancel } = start(ask(corpus))
    await first
    const told = answers.length
    cancel()
    await expect(result).rejects.toMatchObject({ kind: 'cancelled' })
    // The process has taken up something else, so that it has let go of the task; it was not ended over it.
    await pool.run({ kind: 'tokenize', checkpoint, text: 'next' }, 'background').result
    expect([answers.length, pool.pids()]).toEqual([told, [pid]])
    expect(told).toBeLessThan(corpus.length)
  }, 60_000)

  it('[RM5] when the process is killed, what was told stays, and the rest asked again completes it', async () => {
    const { result, answers, first } = start(ask(corpus))
    await first
    process.kill(pool.pids()[0]!, 'SIGKILL')
    await expect(result).rejects.toMatchObject({ kind: 'crashed' })
    const finished = new Set(answers.map(({ index }) => index))
    const left = [...corpus.keys()].filter((index) => !finished.has(index))
    expect([finished.size, left.length > 0]).toEqual([answers.length, true])
    const again = start(ask(left.map((index) => corpus[index]!)))
    await again.result
    expect(again.answers.map(({ index }) => left[index]!).sort((a, b) => a - b)).toEqual(left)
  }, 60_000)
})
