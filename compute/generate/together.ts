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

/** One token that was written; log-probability and entropy in nats, of the distribution as the model gives it. */
export interface WrittenStep {
  readonly id: number
  readonly logProb: number
  readonly entropy: number
}

/** Rows of one run. */
const mostRows = 16

/** Tokens written between two looks at messages. */
const tokensPerRun = 8

/** One source with its plan and its place among the sources. */
interface Row {
  readonly index: number
  readonly source: readonly number[]
  readonly plan: GenerationPlan
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
  const start = startOf(engine)
  const rows = sources.flatMap((source, index) => planRow(engine, source, index, start, request, takes))
  let done = 0
  for (const batch of batchesOf(rows, start)) {
    const writing = writeBatch(engine, batch, start)
    let step = await writing.next()
    while (!step.done) {
      yield done
      step = await writing.next()
    }
    for (const [i, row] of batch.entries()) results[row.index] = step.value[i]!
    done += batch.length
    yield done
  }
  return results
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

/** Rows of about one length beside each other. */
function batchesOf(rows: readonly Row[], start: number | null): readonly (readonly Row[])[] {
  const sorted = rows.toSorted((a, b) => a.source.length - b.source.length || a.index - b.index)
  const batches: Row[][] = []
  for (const row of sorted) {
    const batch = batches.at(-1)
    const first = batch?.[0]
    const fits =
      first !== undefined &&
      batch!.length < mostRows &&
      (start !== null ||
        first.source.length === row.source.length ||
        [first, row].every(({ plan, source }) => isSameEverywhere(plan, source.length)))
    if (fits) batch!.push(row)
    else batches.push([row])
  }
  return batches
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
): AsyncGenerator<void, readonly (readonly WrittenStep[])[]> {
  const prompts = batch.map(({ source }) => (start === null ? source : [start]))
  const ends = batch.map(({ plan }) => plan.maxLength)
  const steps: WrittenStep[][] = batch.map(() => [])
  const begun = start === null ? await beginPrompts(engine, prompts) : await beginOutputs(engine, batch, start)
  const session = await engine.program('write-together', () => writeTogetherGraph(engine.model), 'hot')
  let { past, ids, length } = begun
  let open = batch.map(() => 1)
  while (open.includes(1)) {
    const turns = Math.min(tokensPerRun, Math.max(...ends) - length - 1)
    const { written, logProb, entropy, still, ...present } = await session.run({
      ids: integers([ids.length, 1], ids),
      open: integers([open.length], open),
      ...turnFeeds(engine, batch[0]!, prompts, length, turns),
      ...past,
      ...begun.memory,
    })
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

/** Reads all prompts up to where the shortest has one token left. */
async function beginPrompts(engine: Engine, prompts: readonly (readonly number[])[]): Promise<Begun> {
  const length = Math.min(...prompts.map((prompt) => prompt.length)) - 1
  const ids = prompts.map((prompt) => prompt[length]!)
  if (length === 0) return { memory: {}, past: emptyPast(engine, prompts.length), ids, length }
  const session = await engine.program('prompt-together', () => promptTogetherGraph(engine.model), 'cold')
  const read = prompts.flatMap((prompt) => prompt.slice(0, length))
  const present = await session.run({ input_ids: integers([prompts.length, length], read) })
  return { memory: {}, past: pickPorts(present, 'present', 'past'), ids, length }
}

/** Encodes all sources, the shorter ones filled up with their last token, so that what is masked away is of the usual size. */
async function beginOutputs(engine: Engine, batch: readonly Row[], start: number): Promise<Begun> {
  const tokens = Math.max(...batch.map(({ source }) => source.length))
  const places = Array.from({ length: tokens }, (_, i) => i)
  const ids = batch.flatMap(({ source }) => places.map((i) => source[i] ?? source.at(-1)!))
  const live = batch.flatMap(({ source }) => places.map((i) => (i < source.length ? 1 : 0)))
  const mask = floats([batch.length, 1, 1, tokens], Float32Array.from(live))
  const session = await engine.program('encode-together', () => encodeTogetherGraph(engine.model), 'cold')
  const memory = await session.run({ input_ids: integers([batch.length, tokens], ids), mask })
  return { memory: { ...memory, mask }, past: emptyPast(engine, batch.length), ids: batch.map(() => start), length: 0 }
}
