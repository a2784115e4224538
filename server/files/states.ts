import { encodeSafetensors } from '#compute/index.ts'
import type { OutputStates } from '#compute/types.ts'
import type { StatePlace } from '../db/results.ts'

export interface InstanceStates {
  readonly id: string
  readonly states: OutputStates
  /** Output steps. */
  readonly steps: number
}

/**
 * The hidden states of several instances as one file: `source` [instances, layers + 1, width] (means over the source tokens) and
 * `steps` [layers + 1, steps of all, width], so that the states of one layer lie together.
 */
export function encodeStates(
  instances: readonly InstanceStates[],
  width: number,
  metadata: Readonly<Record<string, string>>,
): { bytes: Uint8Array; places: readonly StatePlace[] } {
  const total = instances.reduce((sum, { steps }) => sum + steps, 0)
  const places: StatePlace[] = []
  let step = 0
  for (const [row, { id, steps }] of instances.entries()) {
    places.push({ id, row, step, steps })
    step += steps
  }
  const source = Float32Array.from(instances.flatMap(({ states }) => [...states.source]))
  const steps = joinSteps(instances, places, total, width)
  const bytes = encodeSafetensors(
    {
      source: {
        dtype: 'F32',
        shape: [instances.length, source.length / instances.length / width, width],
        data: source,
      },
      steps: { dtype: 'F32', shape: [steps.length / total / width, total, width], data: steps },
    },
    metadata,
  )
  return { bytes, places }
}

function joinSteps(
  instances: readonly InstanceStates[],
  places: readonly StatePlace[],
  total: number,
  width: number,
): Float32Array {
  const [first] = instances
  const layers = first === undefined ? 0 : first.states.steps.length / first.steps / width
  const joined = new Float32Array(layers * total * width)
  for (const [index, { states, steps }] of instances.entries()) {
    const start = places[index]!.step
    for (let layer = 0; layer < layers; layer++) {
      // [layers, steps, width] of one instance into [layers, total, width] of all
      const rows = states.steps.subarray(layer * steps * width, (layer + 1) * steps * width)
      joined.set(rows, (layer * total + start) * width)
    }
  }
  return joined
}
