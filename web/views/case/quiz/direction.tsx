/** The last step of the quiz: in which direction each segment moves the answer. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import { signed } from '#web/marks/numbers.ts'
import { Segment } from '#web/widgets/controls.tsx'
import { Banner } from '#web/widgets/messages.tsx'
import { ChartKey } from '../charts/plot.tsx'
import { AmountRows } from '../charts/rows.tsx'
import { withInterval } from '../estimates.ts'
import { Figure } from '../figure.tsx'
import { LookFor } from '../prose.tsx'
import type { ConditionRow } from './draws.ts'
import { conditionRows, createDraws, versions } from './draws.ts'
import { byCondition, conditionLabel, segmentOf, segments } from './segments.ts'

export function Direction(): JSX.Element {
  const answers = createDraws()
  const rows = createMemo(() => conditionRows(answers.map((answer) => answer.found()?.report ?? null)))
  const [segment, setSegment] = createSignal('demonstration-label')
  const bars = createMemo(() =>
    byCondition([...new Map(rows().map(({ condition }) => [condition.name, condition])).values()]).map(({ name }) => ({
      label: conditionLabel(name),
      bars: rows()
        .filter(({ condition }) => condition.name === name)
        .map(({ condition, mark }) => {
          const { contribution, tokens } = segmentOf(condition, segment())
          return tokens === 0
            ? { mark, estimate: { value: null, interval: null }, text: 'has none' }
            : { mark, estimate: contribution, text: signed(contribution.value ?? NaN) }
        }),
    })),
  )
  const domain = (): readonly [number, number] => {
    const values = bars().flatMap(({ bars: own }) => own.flatMap(({ estimate }) => [...(estimate.interval ?? [0])]))
    return [Math.min(0, ...values), Math.max(0.1, ...values)]
  }
  return (
    <>
      <p>
        Shares do not say in which direction. Summed with their signs, the scores of a segment are the nats by which it
        raises the log-prob of the right answer, or lowers it.
      </p>
      <Figure
        title="What a segment adds to the right answer"
        definition="Sum of the scores of the segment’s tokens, nats: above zero it raises the log-prob of the right answer. Lines: 95 % bootstrap interval over prompts."
        answers={answers}
        things="prompts"
        table={
          rows().length === 0
            ? null
            : {
                head: ['Condition', 'Checkpoint', ...segments.map(({ label }) => `${label}, nats`)],
                rows: rows().map(({ condition, version }) => [
                  conditionLabel(condition.name),
                  version,
                  ...segments.map(({ name }) => withInterval(segmentOf(condition, name).contribution, signed)),
                ]),
              }
        }
      >
        <div class="line wrap">
          <Segment
            label="Segment"
            value={segment()}
            choices={segments
              .filter(({ name }) => ['demonstration-label', 'question', 'options'].includes(name))
              .map(({ name, label }) => ({ value: name, label }))}
            onChange={setSegment}
          />
        </div>
        <ChartKey entries={versions.map(({ label, mark }) => ({ label: `${label} checkpoint`, mark }))} />
        <AmountRows
          label="Contribution of the segment by condition and checkpoint, nats"
          domain={domain()}
          rows={bars()}
        />
      </Figure>
      <Converged rows={rows()} />
      <LookFor>
        whether labels raise the right answer less where they are drawn by chance, and whether a lure among the options
        takes something away. Compare the early checkpoint: what has training added?
      </LookFor>
    </>
  )
}

/** How far these numbers can be trusted. */
function Converged(props: { readonly rows: readonly ConditionRow[] }): JSX.Element {
  const sums = (): readonly [within: number, all: number] => {
    let [within, all] = [0, 0]
    for (const { condition } of props.rows) {
      within += condition.converged
      all += condition.rows
    }
    return [within, all]
  }
  return (
    <Show when={sums()[1] > 0 && sums()[0] < sums()[1]}>
      <Banner kind="warn">
        {`${sums()[0]} of ${sums()[1]} prompts are within the tolerance of the completeness gap; the others may be off by more than 2 % of the change.`}
      </Banner>
    </Show>
  )
}
