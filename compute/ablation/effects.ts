/** The measured effect of every head, each switched off by itself. */
import { attentionKinds } from '#compute/attribution/attention-attribution.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { HeadEffects, Progress } from '#compute/types.ts'
import type { Ablation } from './ablation.ts'
import { allHeads } from './heads.ts'

/** F [K] of the whole model, and per kind F without the head less F, [K, layers, heads]: negative where the head helped. */
export async function* headEffects(
  { model }: Engine,
  ablation: Ablation,
): AsyncGenerator<Progress, { readonly objective: readonly number[]; readonly effects: readonly HeadEffects[] }> {
  const heads = allHeads(model)
  const found: (readonly number[])[] = []
  const sets = [[], ...heads.map((head) => [head])]
  while (found.length < sets.length) {
    found.push(...(await ablation.measure(sets.slice(found.length, found.length + ablation.setsPerRun()))))
    yield { stage: 'heads measured', done: found.length - 1, total: heads.length }
  }
  const [objective, ...without] = found as [readonly number[], ...(readonly number[])[]] // one per set
  const effects = attentionKinds(model).map((kind): HeadEffects => {
    const own = without.filter((_, i) => heads[i]!.kind === kind)
    const count = model.heads[kind === 'encoder' ? 'encoder' : 'decoder']
    const effect = Float32Array.from(objective.flatMap((whole, k) => own.map((values) => values[k]! - whole)))
    return { kind, effect, shape: [objective.length, own.length / count, count] }
  })
  return { objective, effects }
}
