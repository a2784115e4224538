/**
 * What is not computed, and what that saves: each row does the same work with one saving and without it, by turns.
 *
 *   npm run bench -- savings [--pairs 5] [--threads 2]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openAttentionPath } from '#compute/attribution/attention-path.ts'
import { openPath } from '#compute/attribution/path.ts'
import type { Path } from '#compute/attribution/path.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { options } from '#tests/support/options.ts'
import { timed, randomPair, randomProblem } from './attribution/workload.ts'
import { slopesFromTokens } from './savings/attention.ts'
import { readMasks, readMasksWithout, singlesAndPairs } from './savings/masks.ts'
import { openWithout } from './savings/without.ts'
import { gpt2Shape, makeRandomCheckpoint, opusShape } from './support/random-checkpoint.ts'
import { duration, median, report, times, type Row } from './support/report.ts'

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
})
const [pairs, threads] = [Number(values.pairs), Number(values.threads)]
const cache = mkdtempSync(join(tmpdir(), 'coattend-bench-'))
const rows: Row[] = []
const details: Record<string, unknown> = {}

/** Both ways by turns, the first turn not counted. */
async function compare(what: string, work: () => Promise<unknown>, without: () => Promise<unknown>): Promise<void> {
  const found: { ours: number; without: number }[] = []
  for (let turn = -1; turn < pairs; turn++) {
    const [ours] = await timed(work)
    const [more] = await timed(without)
    if (turn >= 0) found.push({ ours, without: more })
  }
  details[what] = found
  const row = {
    what,
    ours: duration(median(found.map(({ ours }) => ours))),
    reference: `without: ${duration(median(found.map((pair) => pair.without)))}`,
    ratio: times(median(found.map((pair) => pair.without / pair.ours))),
    goal: '',
  }
  rows.push(row)
  console.log(`${row.what}: ${row.ours} | ${row.reference} | ${row.ratio}`)
}

const plain = { ...options, unknownId: null }

/** The last eight targets in one run, and one by one. */
async function compareTogether(shape: string, path: Path): Promise<void> {
  const eight = [...path.problem.targets.keys()].slice(-8).toReversed()
  await compare(
    `${shape}: one forward pass for 8 targets`,
    () => path.sample(eight, [0.5]),
    async () => {
      for (const target of eight) await path.sample([target], [0.5])
    },
  )
}

async function benchDecoder(engine: Engine): Promise<void> {
  const problem = randomProblem(64, 48)
  const path = await openPath(engine, problem, plain)
  const early = problem.targets.findIndex(({ position }) => position === 23)
  const late = problem.targets.length - 1
  const whole = await openWithout(engine, problem, { rows: 'asked' })
  const every = await openWithout(engine, problem, { rows: 'all' })
  await compare(
    '124M shape: positions after the target cut away (target 24 of 64 tokens)',
    () => path.sample([early], [0.5]),
    () => whole([early], [0.5]),
  )
  await compare(
    '124M shape: only the asked row in the last layer and through the vocabulary',
    () => path.sample([late], [0.5]),
    () => every([late], [0.5]),
  )
  await compareTogether('124M shape', path)
}

async function benchPair(engine: Engine): Promise<void> {
  const problem = randomPair(engine.model, { source: 32, written: 32, targets: 32 })
  const path = await openPath(engine, problem, plain)
  const every = await openWithout(engine, problem, { rows: 'all' })
  const last = problem.targets.length - 1
  await compare(
    'opus-mt shape: only the asked row in the last layer and through the vocabulary',
    () => path.sample([last], [0.5]),
    () => every([last], [0.5]),
  )
  await compareTogether('opus-mt shape', path)
}

/** A source that keeps its embeddings, as special tokens do: nothing moves but the prefix. */
async function benchFixedSource(engine: Engine): Promise<void> {
  const pair = randomPair(engine.model, { source: 32, written: 32, targets: 1 })
  const problem = { ...pair, source: pair.source.map(() => engine.model.special.end[0]!) }
  const path = await openPath(engine, problem, plain)
  const whole = await openWithout(engine, problem, { rows: 'asked' })
  const nodes = [0.2, 0.4, 0.6, 0.8]
  await compare(
    'opus-mt shape: one encoder run for 4 nodes between which the source stays',
    () => path.sample([0], nodes),
    () => whole([0], nodes),
  )
}

async function benchAttention(engine: Engine): Promise<void> {
  const problem = randomProblem(64, 1)
  const layers = [0, 6, 11]
  const path = await openAttentionPath(engine, problem, plain)
  const work = async (): Promise<readonly number[]> => {
    const slopes: number[] = []
    for (const layer of layers) {
      const { slope } = await path.sample({ kind: 'decoder', layer }, [0], [0.5], [1])
      slopes.push(slope[0]![0]!)
    }
    return slopes
  }
  const without = (): Promise<readonly number[]> => slopesFromTokens(engine, problem, layers)
  requireEqual(await work(), await without())
  await compare('124M shape: gradients of attention from its own layer on (layers 1, 7 and 12 of 12)', work, without)
}

async function benchMasks(engine: Engine): Promise<void> {
  const long = randomPair(engine.model, { source: 32, written: 32, targets: 1 })
  const prefixAlone = long.prefix!.slice(1).map((_, i) => [long.source.length + 1 + i])
  const short = randomPair(engine.model, { source: 12, written: 12, targets: 1 })
  const all = singlesAndPairs([...short.source, ...short.prefix!].map((_, place) => place))
  for (const [what, problem, masks] of [
    ['each of 31 earlier output tokens masked', long, prefixAlone],
    ['each of 12 + 12 tokens and each pair masked', short, all],
  ] as const) {
    const work = () => readMasks(engine, problem, plain, 0, masks)
    const without = () => readMasksWithout(engine, problem, plain, 0, masks)
    requireEqual(await work(), await without())
    await compare(`opus-mt shape: one encoder run for masks that keep the same source (${what})`, work, without)
  }
}

/** Fails where both ways differ by more than float32 does: then there is nothing to compare. */
function requireEqual(found: readonly number[], expected: readonly number[]): void {
  const furthest = Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)))
  if (!(furthest < 1e-5)) throw new Error(`both ways differ by ${furthest} nats`)
}

async function withShape(name: string, shape: ReturnType<typeof gpt2Shape>, work: (engine: Engine) => Promise<void>) {
  const folder = join(cache, name)
  makeRandomCheckpoint(folder, shape)
  const engine = await openEngine(folder, { device: 'cpu', threads, cache })
  await work(engine)
  await engine.close()
}

try {
  await withShape('gpt2-small', gpt2Shape(), async (engine) => {
    await benchDecoder(engine)
    await benchAttention(engine)
  })
  await withShape('opus-mt', opusShape(), async (engine) => {
    await benchPair(engine)
    await benchFixedSource(engine)
    await benchMasks(engine)
  })
  report('savings', rows, details)
} finally {
  rmSync(cache, { recursive: true, force: true })
}
