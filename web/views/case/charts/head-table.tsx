/** A number for every head of a kind: layers from bottom to top, heads from left to right; a click chooses the head. */
import type { JSX } from 'solid-js'
import { createSignal } from 'solid-js'
import { rampStep } from '#web/marks/ramp.ts'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { classNames } from '#web/widgets/class-names.ts'
import { nextCell } from './cell-moves.ts'

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
  /** Heads that are hatched at the edge; `label` says why. */
  readonly marked: (name: string) => boolean
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
  // One stop for Tab, and the arrow keys within, as in the head maps.
  const [stop, setStop] = createSignal<readonly [row: number, head: number]>([0, 0])
  let table!: HTMLTableElement
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextCell(event.key, stop(), [props.map.layers, props.map.heads])
    if (next === null) return
    event.preventDefault()
    setStop(next)
    table.querySelector<HTMLElement>('[tabindex="0"]')?.focus()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-to-interactive-role -- a table whose cells are walked is a grid
    <table class="case-heads" role="grid" ref={(element) => (table = element)} onKeyDown={onKeyDown}>
      <caption>{`${props.map.kind} heads`}</caption>
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
          {(layer, row) => (
            <tr>
              <th scope="row">{`L${layer + from()}`}</th>
              <For each={heads()}>
                {(head) => (
                  <HeadCell
                    {...props}
                    layer={layer}
                    head={head}
                    stop={stop()[0] === row() && stop()[1] === head}
                    onFocus={() => setStop([row(), head])}
                  />
                )}
              </For>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  )
}

function HeadCell(
  props: Parameters<typeof HeadTable>[0] & {
    readonly layer: number
    readonly head: number
    /** Whether Tab stops here. */
    readonly stop: boolean
    readonly onFocus: () => void
  },
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
        class={classNames('head-value', props.marked(name()) && 'marked')}
        tabindex={props.stop ? 0 : -1}
        aria-pressed={room.selection.view().heads.includes(name())}
        aria-label={props.label(name(), text())}
        title={props.label(name(), text())}
        style={{ background: fill()?.background, color: fill()?.text }}
        onFocus={() => props.onFocus()}
        onClick={(event) => (event.shiftKey ? room.selection.toggleHead(name()) : room.selection.chooseHead(name()))}
      >
        {text()}
      </button>
    </td>
  )
}
