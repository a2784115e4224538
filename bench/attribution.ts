/**
 * How fast and how exactly outputs are attributed, beside PyTorch, Captum and Inseq on the same machine in the same run.
 *
 *   npm run bench -- attribution [--pairs 7] [--rows 10] [--threads 2] [--python PATH] [--only node|one|all|attention|memory]
 *
 * Without the environment of bench/pytorch/setup.sh the columns of the reference stay empty.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Problem } from '#compute/attribution/problem.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { example } from '#tests/support/golden.ts'
import { attentionRows, measureAttention } from './attribution/attention.ts'
import { measureNodes, nodeRows } from './attribution/node.ts'
import { allTargetsRow, measureAll, measureOne, oneTargetRows } from './attribution/targets.ts'
import { problemOf, randomPair, randomProblem, readRows } from './attribution/workload.ts'
import { gpt2Shape, makeRandomCheckpoint, opusShape } from './support/random-checkpoint.ts'
import { startReference } from './support/reference.ts'
import { report, type Row } from './support/report.ts'

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '7' },
    rows: { type: 'string', default: '10' },
    threads: { type: 'string', default: String(availableParallelism()) },
    python: { type: 'string' },
    only: { type: 'string' },
  },
})
const [pairs, rowCount, threads] = [Number(values.pairs), Number(values.rows), Number(values.threads)]
const wants = (part: string): boolean => values.only === undefined || values.only === part

const cache = mkdtempSync(join(tmpdir(), 'coattend-bench-'))
const reference = startReference(values.python)
if (reference === null) console.log('No Python environment (bench/pytorch/setup.sh makes it): measuring ours alone.')
const rows: Row[] = []
const details: Record<string, unknown> = {}

function keep(name: string, found: unknown, ...added: readonly Row[]): void {
  details[name] = found
  rows.push(...added)
  for (const { what, ours, reference: theirs, ratio } of added) console.log(`${what}: ${ours} | ${theirs} | ${ratio}`)
}

async function withEngine(folder: string, work: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await openEngine(folder, { device: 'cpu', threads, cache })
  await reference?.ask({ task: 'load', path: folder, threads })
  await work(engine)
  await engine.close()
}

async function benchExample(name: string, engine: Engine): Promise<void> {
  const chosen = readRows(name).slice(0, rowCount)
  if (wants('one')) {
    const questions = chosen.map((row) => {
      const problem = problemOf(engine, row)
      return { problem, index: problem.targets.length >> 1 }
    })
    const found = await measureOne(engine, reference, questions, { steps: null, batch: 16 })
    keep(`one ${name}`, found, ...oneTargetRows(`example ${name}`, found, '≥ 5 ×'))
  }
  if (wants('all')) {
    const found = []
    for (const row of chosen.slice(0, 3)) {
      const request = { text: row.text, output: outputText(engine, row), run: null }
      found.push(await measureAll(engine, reference, problemOf(engine, row), request))
    }
    keep(`all ${name}`, found, allTargetsRow(`example ${name}`, found, '≥ 10 ×'))
  }
}

/** What a decoder-only model wrote follows its prompt after the space that its tokenizer joins to the next word. */
const outputText = ({ model }: Engine, row: { readonly text: string; readonly greedy_text: string }): string =>
  model.kind === 'decoder-only' && row.greedy_text.startsWith(row.text)
    ? row.greedy_text.slice(row.text.length)
    : row.greedy_text

/** A shape with random weights: its name, what is explained of it, and how the reference reads it as text. */
interface Shape {
  readonly name: string
  readonly one: Problem
  readonly all: Problem
  readonly request: { readonly text: string; readonly output: string }
}

const words = (ids: readonly number[]): string => ids.map((id) => `w${id}`).join(' ')

function decoderShape(): Shape {
  const all = randomProblem(68, 43)
  const first = all.targets[0]!.position + 1
  const output = ` ${words(all.targets.map(({ id }) => id))}`
  const request = { text: words(all.source.slice(0, first)), output }
  return { name: '124M shape', one: randomProblem(64, 1), all, request }
}

function opus({ model }: Engine): Shape {
  const one = randomPair(model, { source: 32, written: 32, targets: 1 })
  const all = randomPair(model, { source: 32, written: 32, targets: 32 })
  const request = { text: words(all.source.slice(0, -1)), output: words(all.targets.map(({ id }) => id)) }
  return { name: 'opus-mt shape', one, all, request }
}

async function benchShape(engine: Engine, { name, one, all, request }: Shape): Promise<void> {
  const size = ({ source, prefix }: Problem): string =>
    prefix === null ? `${source.length} tokens` : `${source.length} + ${prefix.length} tokens`
  if (wants('node')) {
    const found = await measureNodes(engine, reference, one, { pairs, nodes: 1, threads })
    keep(`node ${name}`, found, ...nodeRows(`${name}, ${size(one)}`, found))
  }
  if (wants('one')) {
    const question = { problem: one, index: 0 }
    const found = await measureOne(engine, reference, [question, question, question], { steps: 50, batch: 5 })
    keep(`one ${name}`, found, ...oneTargetRows(`${name}, ${size(one)}`, found, '≥ 5 ×'))
  }
  if (wants('attention')) {
    const found = await measureAttention(engine, reference, one, { turns: 2, batch: 5 })
    keep(`attention ${name}`, found, ...attentionRows(`${name}, ${size(one)}`, found))
  }
  if (wants('all')) {
    const found = [await measureAll(engine, reference, all, { ...request, run: 3 })]
    keep(`all ${name}`, found, allTargetsRow(`${name}, ${size(all)}`, found, '≥ 10 ×'))
  }
}

/** A process of its own, whose peak is that of this work alone. */
function benchMemory(folder: string): void {
  const program = fileURLToPath(new URL('attribution/memory.ts', import.meta.url))
  const args = ['--import', 'tsx', program, '--folder', folder, '--cache', cache, '--threads', String(threads)]
  const found = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as {
    readonly peak: number
    readonly weights: number
  }
  const most = 1.5 * found.weights + 600e6
  keep('memory', found, {
    what: '124M shape: peak memory of a compute process, all targets',
    ours: `${(found.peak / 1e6).toFixed(0)} MB, of which weights ${(found.weights / 1e6).toFixed(0)} MB`,
    reference: '',
    ratio: '',
    goal: `≤ ${(most / 1e6).toFixed(0)} MB`,
  })
}

try {
  const small = join(cache, 'gpt2-small')
  makeRandomCheckpoint(small, gpt2Shape())
  await withEngine(small, (engine) => benchShape(engine, decoderShape()))
  if (wants('memory')) benchMemory(small)
  const pair = join(cache, 'opus-mt')
  makeRandomCheckpoint(pair, opusShape())
  await withEngine(pair, (engine) => benchShape(engine, opus(engine)))
  for (const name of ['newsroom', 'phrasebook', 'quiz']) {
    if (wants('one') || wants('all'))
      await withEngine(example(`checkpoints/${name}`), (engine) => benchExample(name, engine))
  }
  report('attribution', rows, details)
} finally {
  reference?.close()
  rmSync(cache, { recursive: true, force: true })
}
