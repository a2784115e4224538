/** One hypothesis: its state, its title, its text when open, and what speaks for and against it. */
import type { JSX } from 'solid-js'
import { createMemo, Show } from 'solid-js'
import type { NoteStatus } from '#collab/wire/document.ts'
import { ago } from '#web/marks/numbers.ts'
import { For, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { NoteHead } from '#web/state/notes.ts'
import { evidenceOf } from '#web/state/notes.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { classNames } from '#web/widgets/class-names.ts'
import { MoreIcon } from '#web/widgets/icons.tsx'
import { later } from '#web/widgets/later.tsx'
import { Menu } from '#web/widgets/menu.tsx'
import { Bones, Late } from '#web/widgets/messages.tsx'
import { EvidenceChip } from './chip.tsx'

/** CodeMirror is half of the page's code and only needed where a note is open. */
const NoteText = later(
  () => import('./note-text.tsx'),
  (module) => module.NoteText,
  {
    waiting: () => (
      <Late>
        <Bones label="Opening the note" widths={['95%', '88%', '40%']} />
      </Late>
    ),
  },
)

const statusNames: Readonly<Record<NoteStatus, string>> = { open: 'Open', supported: 'Supported', refuted: 'Refuted' }
const statuses: readonly NoteStatus[] = ['open', 'supported', 'refuted']

export function Hypothesis(props: { readonly head: NoteHead; readonly fresh: boolean }): JSX.Element {
  const desk = useDesk()
  const open = (): boolean => desk.openNote() === props.head.id
  return (
    <article
      class={classNames('hypothesis', open() && 'open')}
      aria-label={`${props.head.label}: ${titleOf(props.head)}`}
    >
      <StatusLine head={props.head} />
      <Show
        when={open()}
        fallback={
          <h3>
            <button
              type="button"
              class="note-title"
              aria-expanded="false"
              onClick={() => desk.setOpenNote(props.head.id)}
            >
              {titleOf(props.head)}
            </button>
          </h3>
        }
      >
        <TitleField head={props.head} focus={props.fresh} />
        <NoteText note={props.head.id} />
      </Show>
      <EvidenceLists note={props.head.id} />
    </article>
  )
}

export const titleOf = ({ note }: NoteHead): string => (note.title.trim() === '' ? 'Untitled hypothesis' : note.title)

function StatusLine(props: { readonly head: NoteHead }): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const note = () => props.head.note
  const owner = (): string => (note().owner === room.me().id ? 'You' : note().ownerName)
  const remove = (): void => {
    const { id } = props.head
    room.notes.setDeleted(id, true)
    if (desk.openNote() === id) desk.setOpenNote(null)
    app.toasts.show(`${props.head.label} deleted.`, {
      action: { label: 'Undo', run: () => room.notes.setDeleted(id, false) },
    })
  }
  return (
    <div class="status-line">
      <Show
        when={room.writable()}
        fallback={<span class={`status ${note().status}`}>{statusNames[note().status]}</span>}
      >
        <Menu
          label={`Status: ${statusNames[note().status]}`}
          triggerClass={`status ${note().status}`}
          trigger={
            <span>
              {statusNames[note().status]} <i class="chev" />
            </span>
          }
          items={statuses.map((status) => ({
            label: statusNames[status],
            chosen: note().status === status,
            onSelect: () => room.notes.setStatus(props.head.id, status),
          }))}
        />
      </Show>
      <span class="note">
        {props.head.label} · {owner()}, {ago(note().createdAt, app.clock.now())}
      </span>
      <span class="grow" />
      <Show when={desk.openNote() === props.head.id}>
        <button type="button" class="plain small" onClick={() => desk.setOpenNote(null)}>
          Close
        </button>
      </Show>
      <Show when={room.writable()}>
        <Menu
          label={`More about ${props.head.label}`}
          triggerClass="icon"
          trigger={<MoreIcon />}
          items={[{ label: 'Delete', danger: true, onSelect: remove }]}
        />
      </Show>
    </div>
  )
}

/** The title, saved as it is typed; the last writer's stands. */
function TitleField(props: { readonly head: NoteHead; readonly focus: boolean }): JSX.Element {
  const room = useRoom()
  let field!: HTMLTextAreaElement
  onMount(() => {
    if (props.focus) field.focus()
  })
  return (
    <Show when={room.writable()} fallback={<h3>{titleOf(props.head)}</h3>}>
      <h3>
        <textarea
          ref={(element) => (field = element)}
          class="title-field"
          rows={1}
          maxLength={300}
          aria-label="Hypothesis in one sentence"
          placeholder="Your hypothesis in one sentence"
          value={props.head.note.title}
          onInput={(event) => room.notes.rename(props.head.id, event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
        />
      </h3>
    </Show>
  )
}

function EvidenceLists(props: { readonly note: string }): JSX.Element {
  const room = useRoom()
  const all = createMemo(() => evidenceOf(room.notes.evidence(), props.note))
  const of = (stance: 'for' | 'against' | null) => all().filter(({ value }) => value.stance === stance)
  const column = (title: string, stance: 'for' | 'against' | null, empty: string): JSX.Element => (
    <div>
      <h4>{title}</h4>
      <For each={of(stance)} fallback={<p class="nothing">{empty}</p>}>
        {({ id, value }) => <EvidenceChip id={id} evidence={value} />}
      </For>
    </div>
  )
  return (
    <Show when={all().length > 0}>
      <div class="evidence">
        {column('For', 'for', 'nothing yet')}
        {column('Against', 'against', 'nothing yet')}
      </div>
      <Show when={of(null).length > 0}>
        <div class="evidence one">{column('Mentioned', null, '')}</div>
      </Show>
    </Show>
  )
}
