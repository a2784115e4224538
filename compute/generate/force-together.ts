/** Scoring given outputs of several sources at once: the numbers are those of scoring each alone. */
import { checkProblem, outputProblem } from '#compute/attribution/problem.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { forceTogetherGraph } from '#compute/programs/force-together.ts'
import type { TeacherForceTaps } from '#compute/programs/teacher-force.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { integers } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import type { OutputStates } from '#compute/types.ts'
import type { RowPace } from './row-pace.ts'
import { readSteps } from './teacher-force.ts'
import type { Forced } from './teacher-force.ts'
import { fillUp, liveTokens } from './together.ts'

export interface ForcedRow {
  readonly source: readonly number[]
  /** End token included, start token and prompt not. */
  readonly output: readonly number[]
}

type Tensors = Readonly<Record<string, Tensor>>

/**
 * Scores the output of every row, as `teacherForce` does for one. Yields some rows after every run, in their order; rows of about
 * one length should be neighbours.
 */
export async function* forceTogether(
  engine: Engine,
  rows: readonly ForcedRow[],
  taps: TeacherForceTaps,
  pace: RowPace,
): AsyncGenerator<readonly Forced[], void> {
  const { model } = engine
  const asked = rows.map(({ source, output }) => ({ source, output, problem: outputProblem(model, source, output) }))
  for (const { problem } of asked) checkProblem(model, problem)
  const key = `force-together-${taps.alternatives}-${taps.states}`
  const session = await engine.program(key, () => forceTogetherGraph(model, taps), 'warm')
  yield [] // a program takes its time to be compiled
  for (let at = 0; at < asked.length;) {
    const longest = (some: readonly Asked[]): number => Math.max(...some.map(({ problem }) => tokensOf(problem)))
    const most = pace.rowsPerPass('score', longest(asked.slice(at)))
    const part = asked.slice(at, at + most)
    const outputs = await pace.timePass('score', part.length * longest(part), () => session.run(feedsOf(part)))
    at += part.length
    yield readForced(outputs, part, taps)
  }
}

interface Asked extends ForcedRow {
  readonly problem: Problem
}

const tokensOf = ({ source, prefix }: Problem): number => source.length + (prefix?.length ?? 0)

function feedsOf(rows: readonly Asked[]): Tensors {
  const read = rows.map(({ problem }) => problem.source)
  const prefixes = rows.flatMap(({ problem }) => (problem.prefix === null ? [] : [problem.prefix]))
  const tokens = longestOf(read)
  const width = prefixes.length === 0 ? tokens : longestOf(prefixes)
  const position = rows.flatMap(({ problem }, row) => problem.targets.map((target) => row * width + target.position))
  return {
    input_ids: fillUp(read, tokens),
    ...(prefixes.length === 0 ? {} : { decoder_input_ids: fillUp(prefixes, width) }),
    live: liveTokens(
      rows.map(({ source }) => source),
      tokens,
    ),
    position: integers([position.length], position),
    target: integers(
      [position.length],
      rows.flatMap(({ output }) => output),
    ),
  }
}

const longestOf = (rows: readonly (readonly number[])[]): number => Math.max(...rows.map((row) => row.length))

/** Takes what belongs to each row out of the outputs of all. */
function readForced(outputs: Tensors, rows: readonly Asked[], taps: TeacherForceTaps): readonly Forced[] {
  const steps = readSteps(
    outputs,
    rows.flatMap(({ output }) => output),
  )
  let from = 0
  return rows.map(({ output }, row) => {
    const to = from + output.length
    const forced = {
      steps: steps.slice(from, to),
      states: taps.states ? readStates(outputs, row, from, to) : null,
    }
    from = to
    return forced
  })
}

/** The states of a row, whose steps are those from `from` to `to` of all. */
function readStates(outputs: Tensors, row: number, from: number, to: number): OutputStates {
  const [source, steps] = [outputs['states.source']!, outputs['states.steps']!] // the taps ask for them
  return { source: sliceRows(source, row, row + 1), steps: sliceRows(steps, from, to) }
}

/** The rows from `start` to `end` of every layer of [layers, rows, width]. */
function sliceRows({ shape, data }: Tensor, start: number, end: number): Float32Array {
  const [layers, rows, width] = shape as [number, number, number]
  const taken = new Float32Array(layers * (end - start) * width)
  for (let layer = 0; layer < layers; layer++) {
    const at = layer * rows
    const part = (data as Float32Array).subarray((at + start) * width, (at + end) * width) // states are float32
    taken.set(part, layer * (end - start) * width)
  }
  return taken
}
