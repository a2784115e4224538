/** "How is this computed?": every metric with its formula, its source and its unit, and what none of them can say. */
import type { JSX } from 'solid-js'
import { For } from '#web/solid.ts'
import { useBoard } from './board.ts'
import type { Metric } from './metrics.ts'
import { metrics, roleLetters, roleOf } from './metrics.ts'

export function HeadExplanationText(): JSX.Element {
  const board = useBoard()
  const others = (): readonly Metric[] => metrics.filter(({ id }) => id !== board.metric().id)
  return (
    <>
      <h3>{board.metric().label}</h3>
      <Definition metric={board.metric()} />
      <p>
        A is the attention of a head, F the log-probability of an output token (or what the options say), α a scale of
        all weights of a layer from 0 to 1. All attributions of a layer must add up to what its attention gives to F;
        how many layers do within the tolerance stands under the maps. Means over the corpus are plain means over its
        texts, ± is the spread of the texts.
      </p>
      <p>
        <b>Patterns.</b> A row is a query, named by the token it writes; a column is a key. Weights of a row add up to
        1; the dots beside the rows show what is left of that without the sink, the bars below what each key receives.
        The sink is the first key or a special token, whichever receives most (Xiao et al. 2024).
      </p>
      <p>
        <b>Leaving heads out.</b> The output of a head is replaced by zero, or by its mean over the text, at every
        position; then the model is run again. What changes is measured, not inferred (Michel et al. 2019).
      </p>
      <p>
        <b>Limits.</b> Attention is not explanation: it says where a head looks, not what follows from it. Importance is
        the largest single contribution, so a head that gives a little everywhere ranks low. Heads back each other up:
        the effect of several is not the sum of their effects.
      </p>
      <h3>The other metrics</h3>
      <dl class="metric-texts">
        <For each={others()}>
          {(metric) => (
            <div>
              <dt>
                {metric.label}
                {letterOf(metric)}
              </dt>
              <dd>
                <Definition metric={metric} />
              </dd>
            </div>
          )}
        </For>
      </dl>
    </>
  )
}

function letterOf({ id }: Metric): string {
  const role = roleOf(id)
  return role === null ? '' : `, letter ${roleLetters[role]}`
}

const Definition = (props: { readonly metric: Metric }): JSX.Element => (
  <>
    <p class="formula">{props.metric.formula}</p>
    <p>
      {props.metric.text} {props.metric.unit === '' ? 'No unit.' : `In ${props.metric.unit}.`} ({props.metric.source}.)
    </p>
  </>
)
