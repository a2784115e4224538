/** A measured change as evidence in a note: the chip brings back the text, the token and the heads that were left out. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import type { Candidate } from '#web/views/instance/evidence.ts'
import { AddToNote } from '#web/views/instance/add-to-note.tsx'
import { createNoteAdder } from '#web/views/instance/note-adder.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { useBoard } from './board.ts'
import { headsOf } from './heads.ts'
import type { Changes } from './without.ts'

export function PruneNote(props: { readonly changes: Changes }): JSX.Element {
  const board = useBoard()
  const desk = useDesk()
  const { room } = board
  const [open, setOpen] = createSignal(false)
  const without = createMemo(() => {
    const [first, ...others] = headsOf([...board.pruned()], board.maps())
    if (first === undefined) return 'all heads'
    return `without ${board.titleOf(first)}${others.length > 0 ? ` and ${others.length} more` : ''}`
  })
  const add = createNoteAdder(() => `What happens ${without()}?`)
  const candidates = createMemo(() => (open() ? candidatesOf(board, props.changes, without()) : []))
  return (
    <Show when={room.writable()}>
      <div>
        <button type="button" class="button small" onClick={() => setOpen(true)}>
          Add to note
        </button>
        <AddToNote
          open={open()}
          onOpenChange={setOpen}
          candidates={candidates()}
          notes={room.notes.heads()}
          openNote={desk.openNote()}
          onAdd={(candidate, note, stance) => void add(candidate, note, stance)}
        />
      </div>
    </Show>
  )
}

/** The chosen token, the words that changed most, and the whole output. */
function candidatesOf(board: ReturnType<typeof useBoard>, changes: Changes, without: string): readonly Candidate[] {
  const at = board.instance()
  if (at === null) return []
  // A chip names the run of an attribution, and this is none: without one it is never called older than what is on screen.
  const base = {
    instance: at.id,
    about: null,
    options: board.room.selection.view().options,
    unit: 'nats',
    gap: null,
    run: null,
  }
  const of = (first: number, last: number, words: string, value: number): Candidate => ({
    ...base,
    token: last > first ? { side: 'output', index: first, last } : { side: 'output', index: first },
    quote: `${without} → ${words}`.slice(0, 200),
    value,
  })
  const span = board.span()
  const chosen = span && changes.tokens.slice(span[0], span[1] + 1).reduce((sum, value) => sum + value, 0)
  const strongest = changes.words
    .filter(({ special }) => !special)
    .toSorted((left, right) => Math.abs(right.change) - Math.abs(left.change))
    .slice(0, 4)
  return [
    ...(span && chosen !== null ? [of(...span, board.quote() ?? '', chosen)] : []),
    ...strongest.map((word) => of(...word.span, `“${word.text}”`, word.change)),
    of(0, changes.tokens.length - 1, 'the whole output', changes.total),
  ]
}
