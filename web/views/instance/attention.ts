/** The attention beside the attribution: of the chosen head, or of all heads where none is chosen. */
import type { Accessor } from 'solid-js'
import { createMemo } from 'solid-js'
import type { Head } from '#compute/types.ts'
import type { TokenChoice } from '#collab/wire/document.ts'
import type { Question } from '#server/wire/analyses.ts'
import type { CountFrom } from '#web/marks/head-name.ts'
import { headLabel, parseHead } from '#web/marks/head-name.ts'
import { rankAgreement } from '#web/marks/rank-agreement.ts'
import type { Analysis } from '#web/state/analyses.ts'
import type { Looking } from './attention-rows.ts'
import { flowLooking, headLooking, whyNotLooking } from './attention-rows.ts'
import type { Layout, Reaching } from './layout.ts'

/** What the fill and the foot of a token stand for. */
export type Channel = 'attribution' | 'attention' | 'both'

/** How all heads are taken together: the mean of their weights, or rollout (Abnar and Zuidema 2020). */
export type Flow = 'mean' | 'rollout'

export interface Attention {
  /** "cross L2.H1", "mean of all heads". */
  readonly name: Accessor<string>
  /** Why the chosen head has nothing to show here; null where it has. */
  readonly whyNot: Accessor<string | null>
  /** Whether all heads are shown because none is chosen. */
  readonly ofAll: Accessor<boolean>
  readonly analysis: Accessor<Analysis | null>
  readonly looking: Accessor<Looking | null>
  /** Kendall's τ-b between the weights and the size of the contributions of the source tokens. */
  readonly agreement: Accessor<number | null>
  readonly question: Accessor<Question | null>
}

export interface AttentionDeps {
  readonly layout: Accessor<Layout>
  readonly choice: Accessor<TokenChoice | null>
  readonly reaching: Accessor<Reaching | null>
  /** The first is the primary one. */
  readonly heads: Accessor<readonly string[]>
  readonly flow: Accessor<Flow>
  readonly countFrom: Accessor<CountFrom>
  /** Whether it is time to ask: somebody wants to see it, and what matters more has been asked for. */
  readonly wanted: Accessor<boolean>
  ask(question: Question): Accessor<Analysis>
}

export const flowNames: Readonly<Record<Flow, string>> = {
  mean: 'mean of all heads',
  rollout: 'rollout over all layers',
}

export function createAttention(deps: AttentionDeps): Attention {
  const { layout, choice, flow } = deps
  const head = createMemo<Head | null>(() => {
    const name = deps.heads()[0]
    return name === undefined ? null : parseHead(name)
  })
  const whyNot = createMemo(() => {
    const [chosen, at] = [head(), choice()]
    return chosen && at ? whyNotLooking(layout().kind, chosen, at.side) : null
  })
  const question = createMemo<Question | null>(() => {
    const chosen = head()
    if (choice() === null || whyNot() !== null) return null
    return chosen ? { kind: 'attention', place: { kind: chosen.kind, layer: chosen.layer } } : { kind: 'flow' }
  })
  const asked = createMemo<Accessor<Analysis> | null>(() => {
    const now = question()
    return now !== null && deps.wanted() ? deps.ask(now) : null
  })
  const analysis = createMemo(() => asked()?.() ?? null)
  const looking = createMemo(() => {
    const at = choice()
    const tensors = analysis()?.tensors
    if (!tensors || at === null) return null
    const chosen = head()
    if (chosen !== null) {
      const weights = tensors.get('weights')
      return weights ? headLooking(weights, chosen, layout(), at) : null
    }
    const [source, prefix] = [tensors.get(`${flow()}.source`), tensors.get(`${flow()}.prefix`)]
    return source && prefix ? flowLooking(source, prefix, layout(), at) : null
  })
  const agreement = createMemo(() => {
    const [weights, given] = [looking()?.source, deps.reaching()?.source]
    return weights && given ? rankAgreement(weights, given.map(sizeOf)) : null
  })
  const name = (): string => {
    const chosen = head()
    return chosen ? headLabel(chosen, deps.countFrom()) : flowNames[flow()]
  }
  return { name, whyNot, ofAll: () => head() === null, analysis, looking, agreement, question }
}

const sizeOf = (value: number | null): number | null => (value === null ? null : Math.abs(value))
