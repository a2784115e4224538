/** Greedy writing for several sources at once: the ids are those of writing for each alone, in a fraction of the time. */
import { encodeTogetherGraph, promptTogetherGraph, writeTogetherGraph } from '#compute/programs/together.ts'
import { pickPorts } from './decoder.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { floats, integers } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import { checkIds } from '#compute/attribution/problem.ts'
import { emptyPast } from './decoder.ts'
import { startOf } from './generate.ts'
import { planGeneration } from './plan.ts'
import type { GenerationPlan, GenerationRequest } from './plan.ts'
import { isFixedByLength, lengthBias } from './processors.ts'
import { fixedPace } from './row-pace.ts'
import type { RowPace } from './row-pace.ts'

/** One token that was written; log-probability and entropy in nats, of the distribution as the model gives it. */
export interface WrittenStep {
  readonly id: number
  readonly logProb: number
  readonly entropy: number
}

/** One source with its plan and its place among the sources. */
interface Row {
  readonly index: number
  readonly source: readonly number[]
  readonly plan: GenerationPlan
}

/** What was written for the source at this place among the sources. */
export interface WrittenRow {
  readonly index: number
  readonly steps: readonly WrittenStep[]
}

/**
 * Writes for all sources. Yields the number of finished sources after every run; returns the steps of each, or null for those that
 * cannot be written together with others: beams, sampling, settings that depend on what was written, or a source that is refused.
 */
export async function* writeTogether(
  engine: Engine,
  sources: readonly (readonly number[])[],
  request: GenerationRequest,
  takes: 'all settings' | 'token ids only',
): AsyncGenerator<number, readonly (readonly WrittenStep[] | null)[]> {
  const results: (readonly WrittenStep[] | null)[] = sources.map(() => null)
  let done = 0
  for await (const finished of writeInBatches(engine, sources, request, takes, fixedPace)) {
    for (const { index, steps } of finished) results[index] = steps
    done += finished.length
    yield done
  }
  return results
}

/**
 * The same batch by batch, those with the shortest sources first: yields after every run, with the rows that were finished by it.
 * Those that cannot be written together never come. How much goes into a run is for the pace to say.
 */
export async function* writeInBatches(
  engine: Engine,
  sources: readonly (readonly number[])[],
  request: GenerationRequest,
  takes: 'all settings' | 'token ids only',
  pace: RowPace,
): AsyncGenerator<readonly WrittenRow[], void> {
  const start = startOf(engine)
  const rows = sources.flatMap((source, index) => planRow(engine, source, index, start, request, takes))
  const waiting = rows.toSorted((a, b) => a.source.length - b.source.length || a.index - b.index)
  while (waiting.length > 0) {
    const batch = waiting.splice(0, countTogether(waiting, start, pace))
    const writing = writeBatch(engine, batch, start, pace)
    let step = await writing.next()
    while (!step.done) {
      yield []
      step = await writing.next()
    }
    const steps = step.value
    yield batch.map(({ index }, i) => ({ index, steps: steps[i]! }))
  }
}

/** The row, or nothing where it must be written alone, or refused by who writes it alone. */
function planRow(
  { model, checkpoint }: Engine,
  source: readonly number[],
  index: number,
  start: number | null,
  request: GenerationRequest,
  takes: 'all settings' | 'token ids only',
): readonly Row[] {
  try {
    checkIds('input_ids', source, model.vocabulary.source, model.maxTokens)
  } catch {
    return []
  }
  const promptLength = start === null ? source.length : 1
  const plan = planGeneration(model, checkpoint.generation, promptLength, request, takes)
  const isGreedy = plan.beams === 1 && plan.sampling === null && isFixedByLength(plan)
  const isSteady = model.steadyTokens === undefined || plan.maxLength <= model.steadyTokens
  return isGreedy && isSteady && promptLength < plan.maxLength ? [{ index, source, plan }] : []
}

/** Whether what is done to the scores is the same at every length, so that rows at different places may share it. */
const isSameEverywhere = ({ minLength, forcedFirst, forcedLast, suppressedFirst }: GenerationPlan, length: number) =>
  minLength <= length && forcedFirst === null && forcedLast.length === 0 && suppressedFirst.length === 0

/** How many rows, sorted by length, can be written in one batch with the first. */
function countTogether(sorted: readonly Row[], start: number | null, pace: RowPace): number {
  const first = sorted[0]!
  const fits = (row: Row, place: number): boolean =>
    place < pace.rowsFor(row.source.length + row.plan.maxLength) &&
    (start !== null ||
      first.source.length === row.source.length ||
      [first, row].every(({ plan, source }) => isSameEverywhere(plan, source.length)))
  const end = sorted.findIndex((row, place) => place > 0 && !fits(row, place))
  return end === -1 ? sorted.length : end
}

type Tensors = Readonly<Record<string, Tensor>>

/** What a batch has read before its first turn. */
interface Begun {
  readonly memory: Tensors
  readonly past: Tensors
  /** Tokens to read in the first turn, one a row, and how many stand before them. */
  readonly ids: readonly number[]
  readonly length: number
}

async function* writeBatch(
  engine: Engine,
  batch: readonly Row[],
  start: number | null,
  pace: RowPace,
): AsyncGenerator<void, readonly (readonly WrittenStep[])[]> {
  const prompts = batch.map(({ source }) => (start === null ? source : [start]))
  const ends = batch.map(({ plan }) => plan.maxLength)
  const steps: WrittenStep[][] = batch.map(() => [])
  const begun = yield* start === null ? beginPrompts(engine, prompts, pace) : beginOutputs(engine, batch, start, pace)
  const session = await engine.program('write-together', () => writeTogetherGraph(engine.model), pace.temperature)
  yield // a program takes its time to be compiled
  let { past, ids, length } = begun
  let open = batch.map(() => 1)
  while (open.includes(1)) {
    const turns = Math.min(pace.turns(batch.length), Math.max(...ends) - length - 1)
    const { written, logProb, entropy, still, ...present } = await pace.timeTurns(batch.length * turns, () =>
      session.run({
        ids: integers([ids.length, 1], ids),
        open: integers([open.length], open),
        ...turnFeeds(engine, batch[0]!, prompts, length, turns),
        ...past,
        ...begun.memory,
      }),
    )
    const taken = written!.shape[0]!
    const [tokens, logProbs, entropies] = [written!, logProb!, entropy!].map(({ data }) => Array.from(data, Number))
    for (let turn = 0; turn < taken; turn++) {
      for (let row = 0; row < batch.length; row++) {
        const at = turn * batch.length + row
        const place = length + 1 + turn
        if (place < prompts[row]!.length || place >= ends[row]! || hasEnded(steps[row]!, batch[row]!)) continue
        steps[row]!.push({ id: tokens![at]!, logProb: logProbs![at]!, entropy: Math.max(0, entropies![at]!) })
      }
    }
    length += taken
    past = pickPorts(present, 'present', 'past')
    ids = tokens!.slice((taken - 1) * batch.length)
    open = Array.from(still!.data as BigInt64Array, (flag, row) => (length + 1 < ends[row]! ? Number(flag) : 0)) // int64 comes as such
    yield
  }
  return steps
}

const hasEnded = (steps: readonly WrittenStep[], { plan }: Row): boolean =>
  steps.length > 0 && plan.end.includes(steps.at(-1)!.id)

/** What a run of turns needs beside tokens and caches. */
function turnFeeds(
  { model }: Engine,
  { plan }: Row,
  prompts: readonly (readonly number[])[],
  length: number,
  turns: number,
): Tensors {
  const vocabulary = model.vocabulary.output
  const shortest = Math.min(...prompts.map((prompt) => prompt.length))
  const bias = new Float32Array(turns * vocabulary)
  for (let turn = 0; turn < turns; turn++) {
    bias.set(lengthBias(Math.max(shortest, length + 1 + turn), vocabulary, shortest, plan), turn * vocabulary)
  }
  const forced = Array.from({ length: turns }, (_, turn) => prompts.map((prompt) => prompt[length + 1 + turn] ?? -1))
  return {
    length: integers([1], [length]),
    turns: integers([], [turns]),
    bias: floats([turns, vocabulary], bias),
    forced: integers([turns, prompts.length], forced.flat()),
    end: integers([plan.end.length], plan.end),
  }
}

type Begin = AsyncGenerator<void, Begun>

/** Reads all prompts up to where the shortest has one token left. */
async function* beginPrompts(engine: Engine, prompts: readonly (readonly number[])[], pace: RowPace): Begin {
  const length = Math.min(...prompts.map((prompt) => prompt.length)) - 1
  const ids = prompts.map((prompt) => prompt[length]!)
  if (length === 0) return { memory: {}, past: emptyPast(engine, prompts.length), ids, length }
  const session = await engine.program('prompt-together', () => promptTogetherGraph(engine.model), 'cold')
  const read = (some: readonly (readonly number[])[]): Promise<Tensors> =>
    session.run({
      input_ids: integers(
        [some.length, length],
        some.flatMap((prompt) => prompt.slice(0, length)),
      ),
    })
  const present = yield* readInParts(prompts, length, pace, read)
  return { memory: {}, past: pickPorts(present, 'present', 'past'), ids, length }
}

/** Encodes all sources, the shorter ones filled up with their last token, so that what is masked away is of the usual size. */
async function* beginOutputs(engine: Engine, batch: readonly Row[], start: number, pace: RowPace): Begin {
  const tokens = Math.max(...batch.map(({ source }) => source.length))
  const session = await engine.program('encode-together', () => encodeTogetherGraph(engine.model), 'cold')
  const encode = (some: readonly Row[]): Promise<Tensors> => {
    const sources = some.map(({ source }) => source)
    return session.run({ input_ids: fillUp(sources, tokens), mask: liveTokens(sources, tokens) })
  }
  const memory = yield* readInParts(batch, tokens, pace, encode)
  const mask = liveTokens(
    batch.map(({ source }) => source),
    tokens,
  )
  return { memory: { ...memory, mask }, past: emptyPast(engine, batch.length), ids: batch.map(() => start), length: 0 }
}

/** Sequences one below the other [rows, tokens], the shorter ones filled up with their last token. */
export function fillUp(rows: readonly (readonly number[])[], tokens: number): Tensor {
  const places = Array.from({ length: tokens }, (_, i) => i)
  return integers(
    [rows.length, tokens],
    rows.flatMap((row) => places.map((i) => row[i] ?? row.at(-1)!)),
  )
}

/** 1 at the tokens of every row and 0 behind them, [rows, 1, 1, tokens]. */
export function liveTokens(rows: readonly (readonly number[])[], tokens: number): Tensor {
  const live = rows.flatMap((row) => Array.from({ length: tokens }, (_, i) => (i < row.length ? 1 : 0)))
  return floats([rows.length, 1, 1, tokens], Float32Array.from(live))
}

/** Runs some rows at a time, as many as the pace allows, and joins what comes out along the rows. */
async function* readInParts<T>(
  rows: readonly T[],
  tokens: number,
  pace: RowPace,
  read: (some: readonly T[]) => Promise<Tensors>,
): AsyncGenerator<void, Tensors> {
  yield // a program takes its time to be compiled
  const parts: Tensors[] = []
  for (let at = 0; at < rows.length;) {
    const some = rows.slice(at, at + pace.rowsPerPass('read', tokens))
    parts.push(await pace.timePass('read', some.length * tokens, () => read(some)))
    at += some.length
    yield
  }
  return parts.length === 1 ? parts[0]! : joinRows(parts)
}

/** Tensors of equal names joined along their first axis. */
function joinRows(parts: readonly Tensors[]): Tensors {
  return Object.fromEntries(
    Object.keys(parts[0]!).map((name) => {
      const pieces = parts.map((part) => part[name]!)
      const data = new Float32Array(pieces.reduce((total, piece) => total + piece.data.length, 0))
      let at = 0
      for (const piece of pieces) {
        data.set(piece.data as Float32Array, at) // keys and values are float32
        at += piece.data.length
      }
      const rows = pieces.reduce((total, { shape }) => total + shape[0]!, 0)
      return [name, floats([rows, ...pieces[0]!.shape.slice(1)], data)]
    }),
  )
}
