/**
 * Writing a corpus: rows per second in tasks of many texts beside one task a text, by turns, and how long a click has to wait
 * meanwhile, for the three example models.
 *
 *   npm run bench -- corpus [--rows 64] [--turns 3] [--threads 2]
 *
 * The wait is that of the smallest question there is, asked every 50 ms at the priority of a click: what is left of the run that is
 * under way. The models have been opened and their programs compiled before; that is measured apart.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { openPool } from '#compute/index.ts'
import { example } from '#tests/support/golden.ts'
import { duration, median, report, times, type Row } from './support/report.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '64' },
    turns: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
})
const [rowCount, turns, threads] = [Number(values.rows), Number(values.turns), Number(values.threads)]
const cache = mkdtempSync(join(tmpdir(), 'coattend-bench-'))
const log = (line: string): void => console.error(line)
const pool = await openPool({ device: 'cpu', threads, cache, processes: 1, log })

function readTexts(name: string): readonly string[] {
  const lines = readFileSync(example(`data/${name}.test.jsonl`), 'utf8')
    .split('\n')
    .slice(0, rowCount)
  return lines.map((line) => {
    const { source, prompt } = JSON.parse(line) as { source?: string; prompt?: string }
    return source ?? prompt!
  })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

const options = (name: string) =>
  ({ checkpoint: example(`checkpoints/${name}`), generation: null, alternatives: 5, states: true }) as const

const together = (name: string, texts: readonly string[]): Promise<null> =>
  pool.run({ kind: 'respond-many', texts, ...options(name) }, 'background').result

async function alone(name: string, texts: readonly string[]): Promise<void> {
  for (const text of texts) await pool.run({ kind: 'respond', text, ...options(name) }, 'background').result
}

/** Seconds that small questions waited while the texts were written. */
async function measureWaits(name: string, texts: readonly string[]): Promise<readonly number[]> {
  let isWriting = true
  const writing = together(name, texts).finally(() => (isWriting = false))
  const { checkpoint } = options(name)
  const waits: number[] = []
  const question = { kind: 'tokenize', checkpoint, text: 'a' } as const
  // oxlint-disable-next-line no-unmodified-loop-condition -- the writing sets it when it ends
  while (isWriting) {
    waits.push(await timed(() => pool.run(question, 'interactive').result))
    await sleep(50)
  }
  await writing
  return waits
}

const rows: Row[] = []
const details: Record<string, unknown> = { load: loadavg() }
for (const name of ['newsroom', 'phrasebook', 'quiz']) {
  const texts = readTexts(name)
  const cold = await measureWaits(name, texts.slice(0, 8))
  await alone(name, texts.slice(0, 2))
  const pairs: { readonly together: number; readonly alone: number }[] = []
  for (let turn = 0; turn < turns; turn++) {
    const all = await timed(() => together(name, texts))
    pairs.push({ together: all, alone: await timed(() => alone(name, texts)) })
  }
  const waits = await measureWaits(name, texts)
  const rate = (of: 'together' | 'alone'): number => texts.length / median(pairs.map((pair) => pair[of]))
  const longest = (all: readonly number[]): string => duration(Math.max(...all))
  details[name] = { pairs, waits, cold }
  const added: readonly Row[] = [
    {
      what: `${name}: rows written per second, together beside one by one`,
      ours: rate('together').toPrecision(3),
      reference: rate('alone').toPrecision(3),
      ratio: times(median(pairs.map((pair) => pair.alone / pair.together))),
      goal: '',
    },
    {
      what: `${name}: wait of a click meanwhile, median and longest of ${waits.length}`,
      ours: `${duration(median(waits))}, at most ${longest(waits)}`,
      reference: '',
      ratio: '',
      goal: '≤ 200 ms',
    },
    {
      what: `${name}: the same while programs are compiled, longest of ${cold.length}`,
      ours: longest(cold),
      reference: '',
      ratio: '',
      goal: '',
    },
  ]
  rows.push(...added)
  for (const { what, ours, reference, ratio } of added) console.log(`${what}: ${ours} ${reference} ${ratio}`)
}
details['loadAfter'] = loadavg()
report('corpus', rows, details)
await pool.close()
rmSync(cache, { recursive: true, force: true })
