/** The form that makes a chip of a number on screen: which number, in which note, for or against. */
import type { JSX } from 'solid-js'
import { createSignal, Show, untrack } from 'solid-js'
import type { Evidence } from '#collab/wire/document.ts'
import { For } from '#web/solid.ts'
import type { NoteHead } from '#web/state/notes.ts'
import { Field } from '#web/widgets/controls.tsx'
import { evidenceValue } from '#web/views/notes/evidence-text.ts'
import type { Candidate } from './evidence.ts'

export type Stance = Evidence['stance']

export interface AddToNoteProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly candidates: readonly Candidate[]
  readonly notes: readonly NoteHead[]
  /** The note that is open, if one is: the first choice. */
  readonly openNote: string | null
  /** `note` null asks for a new one. */
  readonly onAdd: (candidate: Candidate, note: string | null, stance: Stance) => void
}

/** Enter adds "for"; the other stances are one Tab away. */
export function AddForm(props: AddToNoteProps): JSX.Element {
  // Those of the moment the dialog opened: results that come in meanwhile must not move what is under the hand.
  const candidates = untrack(() => props.candidates)
  const [picked, setPicked] = createSignal(0)
  const [note, setNote] = createSignal(untrack(() => props.openNote ?? props.notes.at(-1)?.id ?? null))
  const add = (stance: Stance): void => {
    const chosen = candidates[picked()]
    if (chosen === undefined) return
    props.onAdd(chosen, note(), stance)
    props.onOpenChange(false)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        add('for')
      }}
    >
      <fieldset class="choices">
        <legend>Number</legend>
        <For each={candidates}>
          {(each, index) => (
            <label class="choice-row">
              <input type="radio" name="number" checked={index() === picked()} onChange={() => setPicked(index())} />
              <span class="grow">{each.quote}</span>
              <b>{evidenceValue(each)}</b>
            </label>
          )}
        </For>
      </fieldset>
      <Show when={props.notes.length > 0} fallback={<p class="note">It starts your first hypothesis.</p>}>
        <Field label="Hypothesis">
          {({ id }) => (
            <select
              id={id}
              class="select"
              value={note() ?? ''}
              onChange={(event) => setNote(event.currentTarget.value || null)}
            >
              <For each={props.notes}>
                {(head) => <option value={head.id}>{`${head.label} · ${head.note.title || 'Untitled'}`}</option>}
              </For>
              <option value="">A new hypothesis</option>
            </select>
          )}
        </Field>
      </Show>
      <div class="line end">
        <button type="button" class="plain" onClick={() => add(null)} title="Only mention it in the text">
          Mention
        </button>
        <button type="button" class="button" onClick={() => add('against')}>
          Against
        </button>
        <button type="submit" class="button solid">
          For
        </button>
      </div>
    </form>
  )
}
