/** The tab "Compare": the numbers of A and B, and their differences. */
import type { JSX } from 'solid-js'
import { createMemo, Match, Show, Switch } from 'solid-js'
import { plain, signed } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { useRoom } from '#web/state/room.ts'
import type { Compared, CompareRow } from './compare.ts'
import { agreementBetween, rowsBetween, sameTokens } from './compare.ts'
import type { Comparison } from './comparison.ts'
import { describeOptions, unitOf } from './explanations.ts'
import { spanOf, sumsOf } from './layout.ts'
import type { InstanceModel } from './model.ts'
import { quoteOf } from './model.ts'

export interface CompareProps {
  readonly model: InstanceModel
  readonly comparison: Comparison
}

export function ComparePanel(props: CompareProps): JSX.Element {
  const room = useRoom()
  return (
    <Switch>
      <Match when={props.comparison.pin() === null}>
        <h3>Nothing is pinned</h3>
        <p>
          Pin what is open as B. Then open another text, choose another method or baseline, or read the text with
          another model: both stand under each other.
        </p>
        <button type="button" class="button small" onClick={() => room.selection.togglePin()}>
          Pin this as B (P)
        </button>
      </Match>
      <Match when={props.comparison.same()}>
        <h3>This is B</h3>
        <p>Now open another text, choose another method or baseline (O), or try another model (T).</p>
        <button type="button" class="button small" onClick={() => room.selection.setPin(null)}>
          Let go of B
        </button>
      </Match>
      <Match when={props.comparison.b()}>{(b) => <Compared a={props.model} b={b()} />}</Match>
    </Switch>
  )
}

function comparedOf(model: InstanceModel): Compared {
  const [choice, scores, reaching] = [model.choice(), model.scores(), model.reaching()]
  const sums = scores && reaching && choice?.side === 'output' ? sumsOf(scores, ...spanOf(choice)) : null
  return { instance: model.instance(), choice, reaching, sums }
}

function Compared(props: { readonly a: InstanceModel; readonly b: InstanceModel }): JSX.Element {
  const rows = createMemo(() => rowsBetween(comparedOf(props.a), comparedOf(props.b)))
  const agreement = createMemo(() =>
    sameTokens(props.a.instance(), props.b.instance(), 'source')
      ? agreementBetween(props.a.reaching(), props.b.reaching())
      : null,
  )
  const name = (model: InstanceModel): string => {
    const choice = model.choice()
    return choice === null ? 'nothing chosen' : quoteOf(model.pieces(), choice)
  }
  return (
    <>
      <Show
        when={rows().chosen.length > 0}
        fallback={<p class="dim">Choose an output token in A and in B to compare what they came from.</p>}
      >
        <Numbers
          title={`${name(props.a)} and ${name(props.b)}`}
          unit={unitOf(props.a.options().objective) || 'number'}
          rows={rows().chosen}
        />
        <p title={agreementText}>
          Rank agreement of the source tokens: τ <b>{agreement() === null ? '–' : plain(agreement() ?? 0)}</b>
        </p>
      </Show>
      <Numbers title="Whole output" unit="nats; tokens as a count" rows={rows().whole} />
      <p class="dim">
        A: {describeOptions(props.a.options())}. B: {describeOptions(props.b.options())}.
      </p>
    </>
  )
}

const agreementText =
  'Kendall’s τ-b between the sizes of the contributions of the source tokens in A and in B: 1 the same order, 0 none, −1 the reverse. Only where both read the same tokens.'

function Numbers(props: {
  readonly title: string
  readonly unit: string
  readonly rows: readonly CompareRow[]
}): JSX.Element {
  const text = (row: CompareRow, value: number | null): string =>
    value === null ? '–' : row.signed ? signed(value, row.digits) : plain(value, row.digits)
  const between = ({ a, b, digits }: CompareRow): string => (a === null || b === null ? '–' : signed(a - b, digits))
  return (
    <table class="lens-table compare-table">
      <caption>{props.title}</caption>
      <thead>
        <tr>
          <th scope="col">{props.unit}</th>
          <th scope="col" class="n">
            A
          </th>
          <th scope="col" class="n">
            B
          </th>
          <th scope="col" class="n">
            A − B
          </th>
        </tr>
      </thead>
      <tbody>
        <For each={props.rows}>
          {(row) => (
            <tr title={row.definition}>
              <th scope="row">{row.name}</th>
              <td class="n">{text(row, row.a)}</td>
              <td class="n">{text(row, row.b)}</td>
              <td class="n strong">{between(row)}</td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  )
}
