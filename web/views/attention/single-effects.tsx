/** Every marked head by itself: its importance beside its measured effect, and both beside all of them together. */
import type { JSX } from 'solid-js'
import { createMemo } from 'solid-js'
import type { Head } from '#compute/types.ts'
import { plain, signed } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { useBoard } from './board.ts'
import type { MapValues } from './cells.ts'
import { ColumnsState } from './columns-state.tsx'
import { headsOf, indexOf } from './heads.ts'
import { createMetricValues } from './metric-values.ts'
import { metricOf } from './metrics.ts'
import type { Changes } from './without.ts'

const most = 8

export function SingleEffects(props: { readonly together: Changes }): JSX.Element {
  const board = useBoard()
  const none = () => null
  const importance = createMetricValues(board, () => metricOf('attribution'), none)
  const effect = createMetricValues(board, () => metricOf('effect'), none)
  const heads = createMemo(() => headsOf([...board.pruned()], board.maps()))
  const about = (): string => board.quote() ?? 'a token, on average'
  const joint = (): number => {
    const { tokens } = props.together
    const [first, last] = board.span() ?? [0, tokens.length - 1]
    const sum = tokens.slice(first, last + 1).reduce((all, value) => all + value, 0)
    return board.span() === null ? sum / tokens.length : sum
  }
  const columns = [
    { metric: metricOf('attribution'), values: importance },
    { metric: metricOf('effect'), values: effect },
  ]
  return (
    <>
      <table class="single-effects">
        <caption>
          Importance beside effect, for {about()} <span class="dim">nats</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Head</th>
            <th scope="col">Importance</th>
            <th scope="col">Left out alone</th>
          </tr>
        </thead>
        <tbody>
          <For each={heads().slice(0, most)}>
            {(head) => (
              <tr>
                <th scope="row">{board.titleOf(head)}</th>
                <td>{text(importance.values(), head, (value) => plain(value, 3))}</td>
                <td>{text(effect.values(), head, (value) => signed(value, 3))}</td>
              </tr>
            )}
          </For>
          <tr>
            <th scope="row">{heads().length === 1 ? 'Left out' : `All ${heads().length} together`}</th>
            <td>–</td>
            <td>{signed(joint(), 3)}</td>
          </tr>
        </tbody>
      </table>
      <ColumnsState columns={columns} />
    </>
  )
}

function text(values: readonly MapValues[], head: Head, write: (value: number) => string): string {
  const own = values.find(({ map }) => map.kind === head.kind)
  const value = own?.instance?.[indexOf(head, own.map)]
  return value === undefined || Number.isNaN(value) ? '–' : write(value)
}
