/** What keys and clicks do to a head, wherever heads are drawn. */
import type { Head } from '#compute/types.ts'
import type { Board } from './board.ts'
import { nameOf } from './heads.ts'
import { nextHead } from './moves.ts'

/** A click chooses a head alone; with Shift it joins the others, whose patterns stand side by side. */
export function chooseHead(board: Board, head: Head, add: boolean): void {
  const { selection } = board.room
  board.setActive(head)
  if (add) selection.toggleHead(nameOf(head))
  else selection.chooseHead(nameOf(head))
  if (board.settings().panel !== 'pattern' && selection.view().heads.length > 0) board.set({ panel: 'pattern' })
}

/** Marks a head to be left out, or takes it back. */
export function togglePruned(board: Board, head: Head): void {
  const { selection } = board.room
  const { pruned } = selection.view()
  const name = nameOf(head)
  const without = pruned.filter((each) => each !== name)
  selection.setPruned(without.length < pruned.length ? without : [...pruned, name])
  board.app.announce(
    without.length < pruned.length ? `${board.titleOf(head)} is back.` : `${board.titleOf(head)} is left out.`,
  )
}

/** Keys of a focused head; the element of another one is looked for inside `place`. */
export function headKey(event: KeyboardEvent, head: Head, board: Board, place: Element): void {
  if (event.altKey || event.metaKey) return
  const run = actionOf(event, head, board, place)
  if (run === null) return
  event.preventDefault()
  event.stopPropagation()
  run()
}

function actionOf(event: KeyboardEvent, head: Head, board: Board, place: Element): (() => void) | null {
  if (event.key === 'Enter') return () => chooseHead(board, head, event.shiftKey)
  if (event.key === ' ') return () => chooseHead(board, head, true)
  if (event.key === 'x' || event.key === 'X') return () => togglePruned(board, head)
  const next = nextHead(flipped(event.key, board.upwards()), event.ctrlKey, head, board.maps())
  if (next === null) return null
  return () => {
    board.setActive(next)
    place.querySelector<SVGElement>(`[data-head="${nameOf(next)}"]`)?.focus()
  }
}

/** With layer 0 on top, up is towards it. */
function flipped(key: string, upwards: boolean): string {
  const turned: Readonly<Record<string, string>> = {
    ArrowUp: 'ArrowDown',
    ArrowDown: 'ArrowUp',
    PageUp: 'PageDown',
    PageDown: 'PageUp',
  }
  return upwards ? key : (turned[key] ?? key)
}
