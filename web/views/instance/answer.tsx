/** The panel beside the lanes: why, which pairs, layer by layer, or compared with what is pinned. */
import type { Accessor, JSX } from 'solid-js'
import { Match, Show, Switch } from 'solid-js'
import type { Ramps } from '#web/marks/ramp.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import type { TabChoice } from '#web/widgets/tabs.tsx'
import { Tabs } from '#web/widgets/tabs.tsx'
import type { Comparison } from './comparison.ts'
import { ComparePanel, LensPanel, PairsPanel } from './later.ts'
import type { PairState } from './pair-state.ts'
import type { Answer as AnswerName } from './settings.ts'
import { Why } from './why.tsx'
import type { WhyProps } from './why-output.tsx'

const tabs: readonly TabChoice<AnswerName>[] = [
  { value: 'why', label: 'Why', title: 'What the chosen token came from' },
  { value: 'pairs', label: 'Pairs', title: 'Which tokens acted together (M)' },
  { value: 'lens', label: 'Lens', title: 'What each layer would write (L)' },
  { value: 'compare', label: 'Compare', title: 'With what is pinned as B (P)' },
]

export interface AnswerProps extends WhyProps {
  readonly ramps: Accessor<Ramps>
  readonly pairs: PairState
  readonly comparison: Comparison
  /** Beside the tabs: what can be done with what is chosen. */
  readonly action: JSX.Element
  /** How the numbers are computed; below them. */
  readonly explanation: JSX.Element
}

export function Answer(props: AnswerProps): JSX.Element {
  const desk = useDesk()
  return (
    <aside class="why" aria-label="Details of the chosen token">
      <Tabs
        label="Answer"
        value={desk.answer()}
        choices={tabs}
        onChange={(answer) => desk.setAnswer(answer)}
        aside={props.action}
      >
        <Switch>
          <Match when={desk.answer() === 'why'}>
            <Why {...props} />
          </Match>
          <Match when={desk.answer() === 'pairs'}>
            <PairsPanel model={props.model} state={props.pairs} ramps={props.ramps} />
          </Match>
          <Match when={desk.answer() === 'lens'}>
            <LensPanel model={props.model} ramps={props.ramps} onChoose={(choice) => props.onChoose(choice)} />
          </Match>
          <Match when={desk.answer() === 'compare'}>
            <ComparePanel model={props.model} comparison={props.comparison} />
          </Match>
        </Switch>
        <Show when={desk.answer() !== 'why' || props.model.choice()?.side !== 'output'}>
          <p class="why-explanation">{props.explanation}</p>
        </Show>
      </Tabs>
    </aside>
  )
}
