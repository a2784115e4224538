/** The hypotheses of a workspace and the evidence for and against them, all of it in the shared document. */
import type { Accessor } from 'solid-js'
import { createMemo, untrack } from 'solid-js'
import type * as Y from 'yjs'
import type { Evidence, Note, NoteStatus } from '#collab/wire/document.ts'
import { containers, writeValue } from '#collab/wire/document.ts'
import type { Person } from '#collab/wire/presence.ts'
import { makeSharedMap } from '#web/collab/shared-map.ts'

export interface NoteHead {
  readonly id: string
  /** "H1": by age, so that a number never changes hands. */
  readonly label: string
  readonly note: Note
}

export interface Notes {
  /** Not deleted, oldest first. */
  readonly heads: Accessor<readonly NoteHead[]>
  readonly evidence: Accessor<ReadonlyMap<string, Evidence>>
  add(id: string, title: string): void
  rename(id: string, title: string): void
  setStatus(id: string, status: NoteStatus): void
  /** Sets or clears the mark of deletion. */
  setDeleted(id: string, deleted: boolean): void
  addEvidence(evidence: Evidence): string
  setStance(id: string, stance: Evidence['stance']): void
  /** Takes a chip away; the result brings it back. */
  removeEvidence(id: string): (() => void) | null
  close(): void
}

export interface NoteDeps {
  readonly doc: Y.Doc
  readonly me: Accessor<Person>
  now(): number
  newId(): string
}

export function createNotes(deps: NoteDeps): Notes {
  const { doc } = deps
  const notes = makeSharedMap(doc, 'notes')
  const evidence = makeSharedMap(doc, 'evidence')
  const change = (id: string, part: Partial<Note>): void => {
    const note = untrack(notes.values).get(id)
    if (note !== undefined) writeValue(doc, 'notes', id, { ...note, ...part })
  }
  const heads = createMemo(() => headsOf(notes.values()))
  return {
    heads,
    evidence: evidence.values,
    add(id, title) {
      const { id: owner, name: ownerName } = untrack(deps.me)
      const createdAt = deps.now()
      writeValue(doc, 'notes', id, { title, status: 'open', owner, ownerName, createdAt, deletedAt: null })
    },
    rename: (id, title) => change(id, { title }),
    setStatus: (id, status) => change(id, { status }),
    setDeleted: (id, deleted) => change(id, { deletedAt: deleted ? deps.now() : null }),
    addEvidence(value) {
      const id = deps.newId()
      writeValue(doc, 'evidence', id, value)
      return id
    },
    setStance(id, stance) {
      const value = untrack(evidence.values).get(id)
      if (value !== undefined) writeValue(doc, 'evidence', id, { ...value, stance })
    },
    removeEvidence(id) {
      const value = untrack(evidence.values).get(id)
      if (value === undefined) return null
      doc.getMap(containers.evidence).delete(id)
      return () => writeValue(doc, 'evidence', id, value)
    },
    close() {
      notes.close()
      evidence.close()
    },
  }
}

/** Numbered by age over all notes ever made, so that deleting one renames no other. */
export function headsOf(notes: ReadonlyMap<string, Note>): readonly NoteHead[] {
  return [...notes]
    .sort(([leftId, left], [rightId, right]) => left.createdAt - right.createdAt || (leftId < rightId ? -1 : 1))
    .map(([id, note], position) => ({ id, note, label: `H${position + 1}` }))
    .filter(({ note }) => note.deletedAt === null)
}

/** The chips of a note, oldest first. */
export const evidenceOf = (
  evidence: ReadonlyMap<string, Evidence>,
  note: string,
): readonly { readonly id: string; readonly value: Evidence }[] =>
  [...evidence]
    .map(([id, value]) => ({ id, value }))
    .filter(({ value }) => value.note === note)
    .sort((left, right) => left.value.at - right.value.at)
