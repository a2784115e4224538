/** A number for every head of a kind: layers from bottom to top, heads from left to right; a click chooses the head. */
import type { JSX } from 'solid-js'
import { rampStep } from '#web/marks/ramp.ts'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'

export interface HeadValues {
  readonly kind: string
  readonly layers: number
  readonly heads: number
  readonly values: ArrayLike<number>
}

export function HeadTables(props: {
  readonly maps: readonly HeadValues[]
  /** Of the largest value that a fill stands for. */
  readonly reach: number
  readonly format: (value: number) => string
  readonly label: (name: string, value: string) => string
}): JSX.Element {
  return <For each={props.maps}>{(map) => <HeadTable {...props} map={map} />}</For>
}

function HeadTable(props: Parameters<typeof HeadTables>[0] & { readonly map: HeadValues }): JSX.Element {
  const app = useApp()
  const from = (): number => app.preferences.values().countFrom
  const layers = (): readonly number[] => {
    const rising = [...Array(props.map.layers).keys()]
    return app.preferences.values().layersFrom === 'bottom' ? rising.toReversed() : rising
  }
  const heads = (): readonly number[] => [...Array(props.map.heads).keys()]
  return (
    <table class="head-table">
      <caption>{props.map.kind}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="sr-only">Layer</span>
          </th>
          <For each={heads()}>{(head) => <th scope="col">{`H${head + from()}`}</th>}</For>
        </tr>
      </thead>
      <tbody>
        <For each={layers()}>
          {(layer) => (
            <tr>
              <th scope="row">{`L${layer + from()}`}</th>
              <For each={heads()}>{(head) => <HeadCell {...props} layer={layer} head={head} />}</For>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  )
}

function HeadCell(
  props: Parameters<typeof HeadTable>[0] & { readonly layer: number; readonly head: number },
): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const name = (): string => `${props.map.kind}.${props.layer}.${props.head}`
  const value = (): number => props.map.values[props.layer * props.map.heads + props.head] ?? NaN
  const fill = () => app.ramps().amount[rampStep(Math.max(0, value()), props.reach)]
  const text = (): string => props.format(value())
  return (
    <td>
      <button
        type="button"
        class="head-value"
        aria-pressed={room.selection.view().heads.includes(name())}
        aria-label={props.label(name(), text())}
        title={props.label(name(), text())}
        style={{ background: fill()?.background, color: fill()?.text }}
        onClick={(event) => (event.shiftKey ? room.selection.toggleHead(name()) : room.selection.chooseHead(name()))}
      >
        {text()}
      </button>
    </td>
  )
}
