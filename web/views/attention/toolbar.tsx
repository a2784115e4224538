/** What the cells show, and as what: the controls of the maps. */
import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import { count } from '#web/marks/numbers.ts'
import { Segment, Switch } from '#web/widgets/controls.tsx'
import { OptionsIcon } from '#web/widgets/icons.tsx'
import { Menu } from '#web/widgets/menu.tsx'
import { Popover } from '#web/widgets/popover.tsx'
import { useBoard } from './board.ts'
import type { Mode } from './cells.ts'
import { metrics, roleOf } from './metrics.ts'

/** The metric of the cells, by name. */
export function MetricMenu(): JSX.Element {
  const board = useBoard()
  const item = ({ id, label }: (typeof metrics)[number]) => ({
    label,
    chosen: board.metric().id === id,
    onSelect: () => board.set({ metric: id }),
  })
  const items = () => [
    ...metrics.filter(({ id }) => roleOf(id) === null).map(item),
    null,
    ...metrics.filter(({ id }) => roleOf(id) !== null).map(item),
  ]
  return (
    <Menu
      label={`Metric of the cells: ${board.metric().label}`}
      triggerClass="button small metric"
      trigger={
        <>
          {board.metric().label}
          <i class="chev" aria-hidden="true" />
        </>
      }
      items={items()}
    />
  )
}

export function AsSegment(): JSX.Element {
  const board = useBoard()
  return (
    <Segment
      label="Heads as"
      value={board.settings().as}
      choices={[
        { value: 'map', label: 'Map', title: 'Layers by heads' },
        { value: 'scatter', label: 'Scatter', title: 'One metric against another' },
        { value: 'list', label: 'List', title: 'A table of all heads' },
      ]}
      onChange={(as) => board.set({ as })}
    />
  )
}

const modes: readonly { readonly value: Mode; readonly label: string; readonly title: string }[] = [
  { value: 'both', label: 'Both', title: 'Lower left: mean over the corpus. Upper right: this text' },
  { value: 'mean', label: 'Mean', title: 'Mean over texts of the corpus' },
  { value: 'instance', label: 'This text', title: 'The instance on screen' },
  { value: 'difference', label: 'Difference', title: 'This text less the mean' },
]

export function ModeSegment(): JSX.Element {
  const board = useBoard()
  return (
    <Segment
      label="Values of the cells"
      value={board.settings().mode}
      choices={modes}
      onChange={(mode) => board.set({ mode })}
    />
  )
}

export function HeadOptions(): JSX.Element {
  const board = useBoard()
  const [open, setOpen] = createSignal(false)
  const { settings } = board
  return (
    <Popover
      label="Options of the maps"
      triggerClass="icon"
      contentClass="head-options"
      trigger={<OptionsIcon />}
      open={open()}
      onOpenChange={setOpen}
    >
      <h3>Maps</h3>
      <Switch
        label="One scale for all maps"
        checked={settings().sharedScale}
        onChange={(sharedScale) => board.set({ sharedScale })}
      />
      <Switch
        label="Letters of roles in the cells"
        checked={settings().letters}
        onChange={(letters) => board.set({ letters })}
      />
      <h3>A head that is left out</h3>
      <ValueSegment />
      <p class="note-text">
        Zero removes what the head writes. Mean keeps its average over the text, so that only what varies is removed.
      </p>
      <h3>Mean over the corpus</h3>
      <RowsField />
    </Popover>
  )
}

/** What takes the place of a head's output. */
export function ValueSegment(): JSX.Element {
  const board = useBoard()
  return (
    <Segment
      label="In place of a head"
      value={board.settings().value}
      choices={[
        { value: 'zero', label: 'Zero' },
        { value: 'mean', label: 'Mean' },
      ]}
      onChange={(value) => board.set({ value })}
    />
  )
}

/** How many rows of the corpus a mean or a curve is taken of. */
export function RowsField(): JSX.Element {
  const board = useBoard()
  const all = (): number => board.room.list.all() ?? 0
  return (
    <label class="rows-field">
      <input
        type="number"
        class="input number"
        min="2"
        max={Math.min(500, Math.max(2, all()))}
        value={board.settings().rows}
        onChange={(event) => {
          const rows = Math.round(event.currentTarget.valueAsNumber)
          if (rows >= 2 && rows <= 500) board.set({ rows })
          else event.currentTarget.value = String(board.settings().rows)
        }}
      />
      <span>
        texts, spread evenly
        <Show when={all() > 0}> over {count(all())}</Show>
      </span>
    </label>
  )
}
