import { checkProblem, outputProblem } from '#compute/attribution/problem.ts'
import { idFeeds } from '#compute/attribution/target-feeds.ts'
import { teacherForceGraph } from '#compute/programs/teacher-force.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { integers } from '#compute/runtime/tensor.ts'
import type { Tensor } from '#compute/runtime/tensor.ts'
import type { OutputStates } from '#compute/types.ts'

/** What the model thought of each token of an output; log-probabilities and entropies in nats. */
export interface ForcedStep {
  readonly id: number
  readonly logProb: number
  readonly entropy: number
  readonly alternatives: readonly { readonly id: number; readonly logProb: number }[]
}

export interface Forced {
  readonly steps: readonly ForcedStep[]
  readonly states: OutputStates | null
}

/** Scores a given output (end token included, start token and prompt not), by the unprocessed distribution of every step. */
export async function teacherForce(
  engine: Engine,
  source: readonly number[],
  output: readonly number[],
  taps: { readonly alternatives: number; readonly states: boolean },
): Promise<Forced> {
  const { model } = engine
  const problem = outputProblem(model, source, output)
  checkProblem(model, problem)
  const key = `teacher-force-${taps.alternatives}-${taps.states}`
  const session = await engine.program(key, () => teacherForceGraph(model, taps), 'warm')
  const list = (ids: readonly number[]) => integers([ids.length], ids)
  const outputs = await session.run({
    ...idFeeds(problem),
    position: list(problem.targets.map(({ position }) => position)),
    target: list(output),
    prompt: list([source.length]),
  })
  const steps = readSteps(outputs, output)
  if (!taps.states) return { steps, states: null }
  const states = {
    source: outputs['states.source']!.data as Float32Array, // the program's outputs are float32
    steps: outputs['states.steps']!.data as Float32Array,
  }
  return { steps, states }
}

/** The scores of the tokens of one output, or of several behind each other, out of what the program gives. */
export function readSteps(outputs: Readonly<Record<string, Tensor>>, ids: readonly number[]): readonly ForcedStep[] {
  const numbers = (name: string): readonly number[] => Array.from(outputs[name]!.data, Number)
  const [logProb, entropy] = [numbers('logProb'), numbers('entropy')]
  const [bestId, bestLogProb] = [numbers('alternatives.id'), numbers('alternatives.logProb')]
  const count = bestId.length / ids.length
  return ids.map((id, k) => ({
    id,
    logProb: logProb[k]!,
    entropy: Math.max(0, entropy[k]!), // a certain step may round below 0
    alternatives: Array.from({ length: count }, (_, i) => ({
      id: bestId[k * count + i]!,
      logProb: bestLogProb[k * count + i]!,
    })),
  }))
}
