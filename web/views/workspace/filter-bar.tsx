/** The filters everybody sees applied, what they leave of the whole, and undo of one's own changes. */
import type { JSX } from 'solid-js'
import { createSignal, onCleanup, Show, untrack } from 'solid-js'
import type { Filter } from '#collab/wire/document.ts'
import { readInstances } from '#web/api/instances.ts'
import { count } from '#web/marks/numbers.ts'
import { createEffect, For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { fieldTitle } from '#web/state/fields.ts'
import { describeFilter } from '#web/state/filters.ts'
import { useRoom } from '#web/state/room.ts'
import { Segment } from '#web/widgets/controls.tsx'
import { later } from '#web/widgets/later.tsx'
import { Popover } from '#web/widgets/popover.tsx'
import { useDesk } from './desk.ts'
import { presets, presetTitles } from './presets.ts'
import { shownText } from './status-text.ts'

export const FilterForm = later(
  () => import('./filter-form.tsx'),
  (module) => module.FilterForm,
)

export function FilterBar(): JSX.Element {
  const room = useRoom()
  const desk = useDesk()
  const add = (filter: Filter): void => {
    room.filters.add(filter)
    desk.setPanel(null)
  }
  return (
    <section class="filter" aria-label="Filters">
      <span class="label">Filters</span>
      <For each={[...room.filters.list().keys()]}>{(id) => <FilterChip id={id} />}</For>
      <Show when={room.writable()}>
        <Popover
          label="Add a filter for everybody"
          triggerClass="plain small"
          contentClass="filter-panel"
          trigger={<span>+ Filter</span>}
          open={desk.panel() === 'filter'}
          onOpenChange={(open) => desk.setPanel(open ? 'filter' : null)}
        >
          <FilterForm fields={room.fields.list()} onAdd={add} />
        </Popover>
      </Show>
      <span class="grow" />
      <span class="note" role="status">
        {shownText(room.list.total(), room.list.all())}
      </span>
      <span class="sep" aria-hidden="true" />
      <UndoButtons />
      <PresetSwitch />
    </section>
  )
}

/** How the panes are arranged: this person's own choice. */
function PresetSwitch(): JSX.Element {
  const app = useApp()
  return (
    <Segment
      label="Arrangement"
      value={app.preferences.values().preset}
      choices={presets.map((value) => ({ value, ...presetTitles[value] }))}
      onChange={(preset) => app.preferences.set({ preset })}
    />
  )
}

function FilterChip(props: { readonly id: string }): JSX.Element {
  const room = useRoom()
  const filter = (): Filter | undefined => room.filters.list().get(props.id)
  const text = (present: Filter): string => describeFilter(present, (name) => fieldTitle(name, room.fields.list()))
  const matches = createMatchCount(filter)
  return (
    <Show when={filter()}>
      {(present) => (
        <span class="chip">
          <span class="chip-main" title={text(present())}>
            {text(present())}
            <Show when={matches() !== null}>
              <b>{count(matches() ?? 0)}</b>
            </Show>
          </span>
          <Show when={room.writable()}>
            <button
              type="button"
              class="chip-x"
              aria-label={`Remove filter ${text(present())}`}
              onClick={() => room.filters.remove(props.id)}
            >
              ×
            </button>
          </Show>
        </span>
      )}
    </Show>
  )
}

/** How many instances one filter alone lets through. */
function createMatchCount(filter: () => Filter | undefined): () => number | null {
  const app = useApp()
  const room = useRoom()
  const [matches, setMatches] = createSignal<number | null>(null)
  createEffect(() => {
    const asked = filter()
    // Counted again when outputs arrive.
    void room.fields.list()
    if (asked === undefined) return
    const loading = new AbortController()
    onCleanup(() => loading.abort())
    const query = { search: '', filters: [asked], sort: null, descending: false, offset: 0, limit: 1 }
    untrack(() => readInstances(app.api, room.id, query, loading.signal)).then(
      ({ total }) => setMatches(total),
      // A chip without its count is still a chip.
      () => setMatches(null),
    )
  })
  return matches
}

function UndoButtons(): JSX.Element {
  const room = useRoom()
  const title = (word: string, label: string | null, key: string): string =>
    label === null ? `Nothing of yours to ${word.toLowerCase()}` : `${word} your ${label} (${key})`
  return (
    <>
      <button
        type="button"
        class="plain small"
        disabled={room.history.undoLabel() === null}
        title={title('Undo', room.history.undoLabel(), 'Ctrl Z')}
        onClick={() => room.history.undo()}
      >
        Undo
      </button>
      <button
        type="button"
        class="plain small"
        disabled={room.history.redoLabel() === null}
        title={title('Redo', room.history.redoLabel(), 'Ctrl Shift Z')}
        onClick={() => room.history.redo()}
      >
        Redo
      </button>
    </>
  )
}
