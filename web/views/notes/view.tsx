/** The pane NOTES: hypotheses, each with its text and the evidence for and against it. */
import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import { makeNote } from '#web/api/notes.ts'
import { messageOf } from '#web/errors.ts'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { PaneHead } from '#web/views/workspace/pane.tsx'
import { Bones, EmptyState, Late } from '#web/widgets/messages.tsx'
import { Hypothesis } from './hypothesis.tsx'

export function NotesPane(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const [fresh, setFresh] = createSignal<string | null>(null)
  const start = async (): Promise<void> => {
    try {
      const id = await makeNote(app.api, room.id)
      setFresh(id)
      room.notes.add(id, '')
      desk.setOpenNote(id)
    } catch (error) {
      app.toasts.show(messageOf(error), { bad: true })
    }
  }
  const loaded = (): boolean => room.shared.status().synced || room.notes.heads().length > 0
  return (
    <section class="pane notes" aria-labelledby="h-notes" data-pane="notes">
      <PaneHead id="h-notes" title="Notes" name="notes">
        <span class="grow" />
        <Show when={room.writable()}>
          <button type="button" class="plain small" onClick={() => void start()}>
            + Hypothesis
          </button>
        </Show>
      </PaneHead>
      <div class="notes-body">
        <Show
          when={loaded()}
          fallback={
            <Late>
              <Bones label="Reading the notes" widths={['80%', '60%', '90%', '40%']} />
            </Late>
          }
        >
          <For each={room.notes.heads()} fallback={<NoNotes onStart={() => void start()} />}>
            {(head) => <Hypothesis head={head} fresh={fresh() === head.id} />}
          </For>
        </Show>
      </div>
    </section>
  )
}

function NoNotes(props: { readonly onStart: () => void }): JSX.Element {
  const room = useRoom()
  return (
    <EmptyState title="No hypothesis yet" text="Say what you believe, then look for what speaks against it.">
      <Show when={room.writable()} fallback={<p>You are a {room.info().role ?? 'guest'} here; editors write notes.</p>}>
        <button type="button" class="button" onClick={() => props.onStart()}>
          + Hypothesis
        </button>
      </Show>
    </EmptyState>
  )
}
