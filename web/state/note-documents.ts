/** The texts of notes that are open, or were and still hold edits that the server has not confirmed. */
import type { Accessor } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import { noteDocument } from '#collab/wire/identifiers.ts'
import type { DocumentDeps, SharedDocument } from '#web/collab/shared-document.ts'
import { openSharedDocument } from '#web/collab/shared-document.ts'

export interface NoteDocuments {
  readonly open: Accessor<readonly SharedDocument[]>
  /** Opens a note's text, or takes the one that is open already. */
  acquire(note: string): SharedDocument
  /** Lets go of it; it is closed once nothing in it waits any more. */
  release(note: string): void
  close(): void
}

interface Held {
  readonly document: SharedDocument
  users: number
}

/** A closed note stays connected for a moment: most come back at once, and the last keys are confirmed meanwhile. */
const lingering = 3_000

export function createNoteDocuments(deps: DocumentDeps, workspace: string): NoteDocuments {
  const [held, setHeld] = createSignal<ReadonlyMap<string, Held>>(new Map())
  const put = (note: string, value: Held | null): void => {
    const next = new Map(untrack(held))
    if (value === null) next.delete(note)
    else next.set(note, value)
    setHeld(next)
  }
  const settle = (note: string): void => {
    const entry = untrack(held).get(note)
    if (entry === undefined || entry.users > 0) return
    const { unconfirmed, kept, ended } = untrack(entry.document.status)
    if (unconfirmed + kept > 0 && ended === null) return void deps.clock.after(lingering, () => settle(note))
    put(note, null)
    entry.document.close()
  }
  return {
    open: () => [...held().values()].map(({ document }) => document),
    acquire(note) {
      const known = untrack(held).get(note)
      if (known !== undefined) {
        known.users++
        return known.document
      }
      const document = openSharedDocument(deps, workspace, noteDocument(note))
      put(note, { document, users: 1 })
      return document
    },
    release(note) {
      const entry = untrack(held).get(note)
      if (entry === undefined) return
      entry.users--
      deps.clock.after(lingering, () => settle(note))
    },
    close() {
      for (const { document } of untrack(held).values()) document.close()
      setHeld(new Map())
    },
  }
}
