/** The tools of the plot, and what colours its points. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { For } from '#web/solid.ts'
import type { Column } from '#web/state/point-table.ts'
import { IconButton } from '#web/widgets/controls.tsx'
import { BrushIcon, LassoIcon, PanIcon, RectangleIcon } from '#web/widgets/icons.tsx'
import type { ColourBy } from './colouring.ts'
import type { Tool } from './gestures.ts'
import { tools } from './gestures.ts'
import type { ProjectionSettings } from './settings.ts'

const looks: Readonly<
  Record<Tool, { readonly label: string; readonly key: string; readonly icon: () => JSX.Element }>
> = {
  pan: { label: 'Move and open points', key: 'V', icon: () => <PanIcon /> },
  lasso: { label: 'Select with a lasso. Shift adds, Alt takes away', key: 'L', icon: () => <LassoIcon /> },
  brush: { label: 'Select with a brush. Shift adds, Alt takes away', key: 'B', icon: () => <BrushIcon /> },
  rectangle: { label: 'Select a rectangle. Shift adds, Alt takes away', key: 'R', icon: () => <RectangleIcon /> },
}

export const Tools = (props: { readonly settings: ProjectionSettings }): JSX.Element => (
  <div class="tools" role="group" aria-label="Tools of the plot">
    <For each={tools}>
      {(tool) => (
        <IconButton
          label={looks[tool].label}
          key={looks[tool].key}
          pressed={props.settings.tool() === tool}
          onClick={() => props.settings.setTool(tool)}
        >
          {looks[tool].icon()}
        </IconButton>
      )}
    </For>
  </div>
)

/** So many points lie over each other that how many there are is worth a picture. */
const manyPoints = 20_000

const groups = [
  ['study', 'Computed'],
  ['corpus', 'Corpus'],
  ['output', 'Output'],
] as const

export function ColourSelect(props: {
  readonly columns: readonly Column[]
  readonly count: number
  readonly colour: ColourBy
  readonly onColour: (colour: ColourBy) => void
}): JSX.Element {
  const of = (origin: Column['origin']): readonly Column[] => props.columns.filter((column) => column.origin === origin)
  return (
    <label class="colour-by">
      <span>Colour</span>
      <select
        class="select small"
        aria-label="Colour points by"
        onChange={(event) => props.onColour(event.currentTarget.value as ColourBy)}
      >
        <Option value="none" label="none" chosen={props.colour} />
        <Option value="reliability" label="reliability" chosen={props.colour} />
        <Show when={props.count > manyPoints}>
          <Option value="density" label="density" chosen={props.colour} />
        </Show>
        <For each={groups}>
          {([origin, label]) => (
            <Show when={of(origin).length > 0}>
              <optgroup label={label}>
                <For each={of(origin)}>
                  {(column) => <Option value={`column:${column.name}`} label={column.title} chosen={props.colour} />}
                </For>
              </optgroup>
            </Show>
          )}
        </For>
      </select>
    </label>
  )
}

/** The columns come anew with every outputs that were written; the choice is said by the option, which comes with them. */
const Option = (props: {
  readonly value: ColourBy
  readonly label: string
  readonly chosen: ColourBy
}): JSX.Element => (
  <option value={props.value} selected={props.value === props.chosen}>
    {props.label}
  </option>
)
