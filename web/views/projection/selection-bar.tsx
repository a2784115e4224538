/** What can be done with the chosen points. */
import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import { count, share } from '#web/marks/numbers.ts'
import { useRoom } from '#web/state/room.ts'
import { Popover } from '#web/widgets/popover.tsx'
import type { PlotModel } from './model.ts'
import { neighboursOf } from './plot-keys.ts'

export function SelectionBar(props: { readonly model: PlotModel; readonly chosen: number }): JSX.Element {
  const room = useRoom()
  const ordinalsOf = (counts: (point: number) => boolean): Int32Array =>
    props.model.points().ordinals.filter((_, point) => counts(point))
  const invert = (): void => {
    const [mask, matching] = [props.model.chosen(), props.model.matching()]
    room.selection.setPoints(ordinalsOf((point) => mask?.[point] !== 1 && (matching === null || matching[point] === 1)))
  }
  const addNeighbours = (): void => {
    const { pointOf } = props.model.rows()
    const mask = props.model.chosen()
    const near = new Set<number>()
    pointOf.forEach((point, row) => {
      if (mask?.[point] !== 1) return
      near.add(point)
      for (const other of neighboursOf(props.model, row)) near.add(pointOf[other] ?? -1)
    })
    room.selection.setPoints(ordinalsOf((point) => near.has(point)))
  }
  return (
    <div class="selection-bar" role="group" aria-label="Selected points">
      <b>{share(props.chosen, props.model.points().count)} selected</b>
      <button
        type="button"
        class="plain small"
        title="Add the true neighbours of every selected point"
        disabled={(props.model.laid()?.neighbours ?? null) === null}
        onClick={addNeighbours}
      >
        + Neighbours
      </button>
      <button type="button" class="plain small" title="Select what is shown and not selected" onClick={invert}>
        Invert
      </button>
      <Show when={room.writable()}>
        <SaveSlice count={props.chosen} />
      </Show>
      <button
        type="button"
        class="plain small"
        title="Select nothing (Esc)"
        onClick={() => room.selection.setPoints([])}
      >
        Clear
      </button>
    </div>
  )
}

/** The selection under a name, as a filter for everybody. */
function SaveSlice(props: { readonly count: number }): JSX.Element {
  const room = useRoom()
  const [open, setOpen] = createSignal(false)
  const [name, setName] = createSignal('')
  const save = (event: SubmitEvent): void => {
    event.preventDefault()
    const { points } = room.selection.view()
    if (points === null || name().trim() === '') return
    room.filters.add({ kind: 'slice', name: name().trim(), points })
    setOpen(false)
    setName('')
  }
  return (
    <Popover
      label="Save as slice: a filter for everybody"
      triggerClass="plain small"
      trigger={<span>Save as slice</span>}
      open={open()}
      onOpenChange={setOpen}
    >
      <form onSubmit={save}>
        <h3>Save {count(props.count)} points as a slice</h3>
        <p>A slice is a filter that everybody sees applied.</p>
        <div class="line">
          <input
            class="input"
            aria-label="Name of the slice"
            maxLength={80}
            placeholder="Name"
            value={name()}
            onInput={(event) => setName(event.currentTarget.value)}
          />
          <button type="submit" class="button solid" disabled={name().trim() === ''}>
            Save
          </button>
        </div>
      </form>
    </Popover>
  )
}
