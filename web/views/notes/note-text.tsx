/** The text of an open note: CodeMirror over the shared text, with the others' carets. Loaded only when a note is open. */
import type { JSX } from 'solid-js'
import { createMemo, onCleanup, Show, untrack } from 'solid-js'
import { noteText } from '#collab/wire/document.ts'
import { createEffect, on, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { downloadText } from '#web/widgets/clipboard.ts'
import { Banner, LinkButton } from '#web/widgets/messages.tsx'
import { openEvidence } from './chip.tsx'
import type { NoteEditor } from './editor.ts'
import { openEditor } from './editor.ts'

export function NoteText(props: { readonly note: string }): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const note = untrack(() => props.note)
  const document = room.noteDocuments.acquire(note)
  onCleanup(() => room.noteDocuments.release(note))
  const text = document.doc.getText(noteText)
  const writable = createMemo(
    () => room.writable() && document.server()?.writable !== false && document.status().ended === null,
  )
  let host!: HTMLDivElement
  onMount(() => {
    const editor = openEditor({
      host,
      text,
      awareness: document.awareness,
      clock: app.clock,
      writable: writable(),
      evidence: (id) => room.notes.evidence().get(id) ?? null,
      onOpen: (id) => {
        const evidence = room.notes.evidence().get(id)
        if (evidence) openEvidence(room, desk, evidence)
      },
    })
    onCleanup(() => editor.close())
    createEffect(on(writable, (value) => editor.setWritable(value)))
    createEffect(on(room.notes.evidence, () => editor.redrawChips()))
    createEffect(() => takeMention(editor))
  })
  const takeMention = (editor: NoteEditor): void => {
    const mentioned = desk.mentioned()
    if (mentioned?.note !== note || !document.status().synced) return
    desk.takeMention()
    editor.insertChip(mentioned.chip)
  }
  return (
    <>
      <Show when={document.status().ended}>
        {(reason) => (
          <Banner kind="error">
            <b>Not saved any more.</b> {reason()}
            <LinkButton onClick={() => downloadText('note.md', text.toJSON())}>Download my copy</LinkButton>
          </Banner>
        )}
      </Show>
      <div class="note-text" ref={(element) => (host = element)} />
    </>
  )
}
