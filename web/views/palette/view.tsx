/** The command palette: one field over everything that can be done or found in a workspace. */
import { Dialog } from '@kobalte/core/dialog'
import { useNavigate } from '@solidjs/router'
import type { JSX } from 'solid-js'
import { createMemo, createSignal, Show, untrack } from 'solid-js'
import { createEffect, For, on } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import type { KeyBinding } from '#web/views/workspace/keys.ts'
import { classNames } from '#web/widgets/class-names.ts'
import { SearchIcon } from '#web/widgets/icons.tsx'
import { entriesOf } from './commands.ts'
import type { Entry, Listed, Section } from './entries.ts'
import { sectionsFor, withRecent } from './entries.ts'
import { splitRanges } from './match.ts'
import { createModelEntries } from './models.ts'
import { createInstanceSearch } from './search.ts'

export function Palette(props: { readonly bindings: readonly KeyBinding[] }): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const navigate = useNavigate()
  const [query, setQuery] = createSignal('')
  const entries = untrack(() =>
    entriesOf({ app, room, desk, bindings: props.bindings, open: (path) => navigate(path) }),
  )
  const models = createModelEntries(app, room)
  const found = createInstanceSearch(app, room, query)
  const sections = createMemo(() =>
    sectionsFor(query(), [...entries, ...models()], found(), app.preferences.values().recent),
  )
  const flat = createMemo(() => sections().flatMap((section) => section.entries))
  const [active, setActive] = createSignal(0)
  createEffect(on([query], () => setActive(0)))
  const close = (): void => desk.setPanel(null)
  const run = (entry: Entry): void => {
    close()
    app.preferences.set({ recent: withRecent(app.preferences.values().recent, entry.id) })
    // After the dialog has given the focus back: a command may put it elsewhere.
    app.clock.after(0, () => entry.run())
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const listed = flat()[active()]
    if (event.key === 'Enter' && !event.isComposing && listed) run(listed.entry)
    else if (!moves(event.key)) return
    else setActive(moved(event.key, active(), flat().length))
    event.preventDefault()
  }
  return (
    <Dialog open onOpenChange={(open) => open || close()} preventScroll={false}>
      <Dialog.Portal>
        <Dialog.Overlay class="scrim" />
        <Dialog.Content class="palette float" aria-label="Search and commands">
          <div class="palette-field">
            <SearchIcon />
            <input
              type="text"
              role="combobox"
              aria-label="Search text, tokens, heads, commands"
              aria-expanded="true"
              aria-controls="palette-list"
              aria-autocomplete="list"
              aria-activedescendant={flat().length > 0 ? optionId(active()) : undefined}
              placeholder="Search text, tokens, heads, commands"
              autocomplete="off"
              spellcheck={false}
              value={query()}
              onInput={(event) => setQuery(event.currentTarget.value)}
              onKeyDown={onKeyDown}
            />
          </div>
          <Results sections={sections()} active={active()} onActive={setActive} onRun={run} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog>
  )
}

const optionId = (index: number): string => `palette-${index}`

const moves = (key: string): boolean => ['ArrowDown', 'ArrowUp', 'PageDown', 'PageUp'].includes(key)

/** Arrows go round; pages stop at the ends. */
export function moved(key: string, at: number, count: number): number {
  if (count === 0) return 0
  if (key === 'ArrowDown') return (at + 1) % count
  if (key === 'ArrowUp') return (at - 1 + count) % count
  return Math.min(count - 1, Math.max(0, at + (key === 'PageDown' ? 8 : -8)))
}

function Results(props: {
  readonly sections: readonly Section[]
  readonly active: number
  readonly onActive: (index: number) => void
  readonly onRun: (entry: Entry) => void
}): JSX.Element {
  let list!: HTMLDivElement
  createEffect(
    on([() => props.active, () => props.sections], ([active]) =>
      list.querySelector(`#${optionId(active)}`)?.scrollIntoView({ block: 'nearest' }),
    ),
  )
  const offsets = createMemo(() => {
    let sum = 0
    return props.sections.map(({ entries }) => (sum += entries.length) - entries.length)
  })
  return (
    <>
      <div
        ref={(element) => (list = element)}
        id="palette-list"
        class="palette-list"
        role="listbox"
        aria-label="Results"
      >
        <For each={props.sections}>
          {(section, position) => (
            <div role="group" aria-labelledby={`palette-group-${section.group}`}>
              <div id={`palette-group-${section.group}`} class="palette-group" role="presentation">
                {section.group}
              </div>
              <For each={section.entries}>
                {(listed, index) => (
                  <Option
                    listed={listed}
                    index={(offsets()[position()] ?? 0) + index()}
                    active={props.active}
                    onActive={props.onActive}
                    onRun={props.onRun}
                  />
                )}
              </For>
            </div>
          )}
        </For>
      </div>
      <Show when={props.sections.length === 0}>
        <p class="palette-none" role="status">
          Nothing found. Try a word of a text, an id, a head such as L2.H1, or a command.
        </p>
      </Show>
    </>
  )
}

function Option(props: {
  readonly listed: Listed
  readonly index: number
  readonly active: number
  readonly onActive: (index: number) => void
  readonly onRun: (entry: Entry) => void
}): JSX.Element {
  const here = (): boolean => props.index === props.active
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the field keeps the focus and handles the keys
    <div
      id={optionId(props.index)}
      class={classNames('palette-option', here() && 'active')}
      role="option"
      aria-selected={here()}
      onPointerMove={() => here() || props.onActive(props.index)}
      onClick={() => props.onRun(props.listed.entry)}
    >
      <span class="palette-text">
        <For each={splitRanges(props.listed.entry.text, props.listed.ranges)}>
          {(part) => (part.found ? <b>{part.text}</b> : part.text)}
        </For>
      </span>
      <Show when={props.listed.entry.note}>{(note) => <span class="palette-note">{note()}</span>}</Show>
      <span class="grow" />
      <Show when={props.listed.entry.key}>{(key) => <kbd>{key()}</kbd>}</Show>
    </div>
  )
}
