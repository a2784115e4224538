import type { FileTensor } from '#compute/index.ts'
import type { StateFile, StoredStates } from '#compute/types.ts'
import { type LocatedStates, locateStates } from '../db/states.ts'
import { Refusal } from '../errors.ts'
import { type ProjectionStudy, mostProjected } from '../wire/projection-study.ts'
import type { ComputingDeps } from './computing.ts'
import type { StudyInput } from './input.ts'
import type { ResultTensors } from './result-file.ts'

/** Hidden states that become points, and what each point is. */
export interface PointsOfStates {
  readonly states: StoredStates
  /** `ordinals`, and of steps `instanceOf` and `stepOf`: [points]. */
  readonly places: ResultTensors
  /** Whether rows were left out because there are too many. */
  readonly sampled: boolean
}

/** One point per instance: the mean state of its source. In the order of the corpus; an even sample of a very large one. */
export async function gatherCorpus(
  input: StudyInput,
  method: ProjectionStudy['method'],
  deps: ComputingDeps,
): Promise<PointsOfStates> {
  const located = await locate(input, null, deps)
  const most = mostProjected[method]
  const sampled = located.length > most
  const chosen = sampled
    ? Array.from({ length: most }, (_, i) => located[Math.floor((i * located.length) / most)]!)
    : located
  const rows = chosen.map(({ hash, row }, point) => ({ hash, row, point }))
  return {
    states: { tensor: 'source', files: filesOf(rows, deps), count: chosen.length },
    places: { ordinals: integers(chosen.map(({ ordinal }) => ordinal)) },
    sampled,
  }
}

/** One point per output token of these instances, in the order they are named. */
export async function gatherSteps(
  input: StudyInput,
  instances: readonly string[],
  deps: ComputingDeps,
): Promise<PointsOfStates> {
  const located = await locate(input, instances, deps)
  const points = instances.flatMap((id, place) => {
    const found = located.find((one) => one.id === id)
    if (found === undefined) throw changed()
    const { hash, ordinal, step: first, steps } = found
    return Array.from({ length: steps }, (_, step) => ({ hash, ordinal, row: first + step, place, step }))
  })
  const rows = points.map(({ hash, row }, point) => ({ hash, row, point }))
  return {
    states: { tensor: 'steps', files: filesOf(rows, deps), count: points.length },
    places: {
      ordinals: integers(points.map(({ ordinal }) => ordinal)),
      instanceOf: integers(points.map(({ place }) => place)),
      stepOf: integers(points.map(({ step }) => step)),
    },
    sampled: false,
  }
}

/** The places of all states of the input, if they are still those that were asked for. */
async function locate(
  { workspace, states }: StudyInput,
  instances: readonly string[] | null,
  { database }: ComputingDeps,
): Promise<readonly LocatedStates[]> {
  const hashes = states.map(([hash]) => hash)
  const located = await locateStates(database, workspace, hashes, instances)
  const expected = states.reduce((sum, [, count]) => sum + count, 0)
  if (instances === null && located.length !== expected) throw changed()
  return located
}

const changed = (): Refusal => new Refusal('conflict', 'outputs were written anew since this was asked for. Ask again')

/** Which rows of which files become which points. */
function filesOf(
  rows: readonly { readonly hash: string; readonly row: number; readonly point: number }[],
  { states }: ComputingDeps,
): readonly StateFile[] {
  const files = new Map<string, { rows: number[]; points: number[] }>()
  for (const { hash, row, point } of rows) {
    const file = files.get(hash) ?? { rows: [], points: [] }
    files.set(hash, file)
    file.rows.push(row)
    file.points.push(point)
  }
  return [...files].map(([hash, file]) => ({
    path: states.locate(hash),
    rows: Int32Array.from(file.rows),
    points: Int32Array.from(file.points),
  }))
}

const integers = (values: readonly number[]): FileTensor => ({
  dtype: 'I32',
  shape: [values.length],
  data: Int32Array.from(values),
})
