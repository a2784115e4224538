/** Puts a number into a note as a chip, in an old note or in a new one that is called after what it is about. */
import { makeNote } from '#web/api/notes.ts'
import { messageOf } from '#web/errors.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import type { Stance } from './add-form.tsx'
import type { Candidate } from './evidence.ts'

/** `note` null begins a new one. */
export type AddEvidence = (candidate: Candidate, note: string | null, stance: Stance) => Promise<void>

/** `title` is that of a new note. */
export function createNoteAdder(title: () => string): AddEvidence {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const start = async (): Promise<string> => {
    const id = await makeNote(app.api, room.id)
    room.notes.add(id, title())
    return id
  }
  return async (candidate, note, stance) => {
    try {
      const target = note ?? (await start())
      const { heads, pruned } = room.selection.view()
      const made = { stance, by: room.me().id, at: app.clock.now() }
      const chip = room.notes.addEvidence({ ...candidate, ...made, heads, pruned, note: target })
      desk.setOpenNote(target)
      if (stance === null) desk.mention(target, chip)
      app.announce(`Added to the note: ${candidate.quote}.`)
    } catch (error) {
      app.toasts.show(messageOf(error), { bad: true })
    }
  }
}
