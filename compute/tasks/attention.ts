/** Tasks about attention heads. */
import { openNamedAblation } from '#compute/ablation/ablation.ts'
import { headEffects } from '#compute/ablation/effects.ts'
import { attentionAttribution } from '#compute/attribution/attention-attribution.ts'
import type { AttentionSteps } from '#compute/attribution/attention-attribution.ts'
import { outputProblem } from '#compute/attribution/problem.ts'
import type { AblatedObjective, HeadEffects, Progress, Task } from '#compute/types.ts'
import type { Opened } from './opened.ts'

type Asked<K extends Task['kind']> = Extract<Task, { kind: K }>

/** Attention attribution of every token of an output. */
export function attend(
  { engine }: Opened,
  { source, output, options, finished }: Asked<'attend'>,
  focus: () => number | null,
): AttentionSteps {
  return attentionAttribution(engine, outputProblem(engine.model, source, output), options, { focus, finished })
}

/** F of every token of an output without some heads. */
export async function ablate(
  { engine }: Opened,
  { source, output, heads, options }: Asked<'ablate'>,
): Promise<AblatedObjective> {
  const { ablation } = await openNamedAblation(engine, outputProblem(engine.model, source, output), options)
  const [objective, ablated] = (await ablation.measure([[], heads])).map((row) => Float32Array.from(row))
  return { objective: objective!, ablated: ablated! } // one row per set
}

/** The effect of each head by itself on every token of an output. */
export async function* measureHeads(
  { engine }: Opened,
  { source, output, options }: Asked<'head-effects'>,
): AsyncGenerator<{ readonly progress: Progress; readonly partial: null }, readonly HeadEffects[]> {
  const { ablation } = await openNamedAblation(engine, outputProblem(engine.model, source, output), options)
  const measuring = headEffects(engine, ablation)
  let step = await measuring.next()
  while (step.done !== true) {
    yield { progress: step.value, partial: null }
    step = await measuring.next()
  }
  return step.value.effects
}
