/** The keys of a workspace: one list, read by the handler, by the panel that `?` opens and by the command palette. */
import type { Room } from '#web/state/room.ts'
import type { Desk, PaneName } from './desk.ts'
import { isPane } from './desk.ts'
import { walk } from './pane-walk.ts'

export interface KeyBinding {
  /** As `KeyboardEvent.key`; letters in lower case. */
  readonly key: string
  readonly ctrl?: boolean
  readonly shift?: boolean
  /** How the key is written on the panel. */
  readonly shown: string
  readonly text: string
  /** Acts only while the focus is in this pane. */
  readonly pane?: PaneName
  /** Acts while somebody writes, too. */
  readonly always?: boolean
  run(): void
}

/** A key that an element handles itself while it has the focus, for the panel only. */
export interface KeyHint {
  readonly pane: PaneName
  readonly shown: string
  readonly text: string
}

const hint = (pane: PaneName, shown: string, text: string): KeyHint => ({ pane, shown, text })

/** Keys that belong to the lanes and the list themselves. */
export const localKeys: readonly KeyHint[] = [
  hint('instance', '← →', 'previous and next token'),
  hint('instance', 'Ctrl ← →', 'previous and next word'),
  hint('instance', '↑ ↓', 'between source and output'),
  hint('instance', 'Enter', 'choose the token; again: let go of it'),
  hint('instance', 'Shift ← →', 'choose a span'),
  hint('list', '↑ ↓ Page Home End', 'move in the list; Enter opens'),
]

export interface KeyDeps {
  readonly room: Room
  readonly desk: Desk
  /** The page's document: where the focus is, and where to put it. */
  readonly document: Document
  toggleUnit(): void
}

export function bindings({ room, desk, document, toggleUnit }: KeyDeps): readonly KeyBinding[] {
  const plain = (key: string, text: string, run: () => void, shown = key.toUpperCase()): KeyBinding => ({
    key,
    shown,
    text,
    run,
  })
  return [
    plain('/', 'search the list', () => document.getElementById('list-search')?.focus(), '/'),
    plain('[', 'previous instance in the list', () => void step(room, -1), '['),
    plain(']', 'next instance in the list', () => void step(room, 1), ']'),
    plain('w', 'pieces, words or sentences; Alt shows pieces', toggleUnit),
    plain('e', 'add to note', () => room.writable() && desk.setPanel('add-to-note')),
    plain('o', 'options', () => desk.setPanel('options')),
    plain('f', 'this pane in full size', () => desk.setFull(desk.full() === null ? paneOf(document) : null)),
    { key: 'F6', shift: false, shown: 'F6', text: 'to the next pane', always: true, run: () => walk(document, 1) },
    {
      key: 'F6',
      shift: true,
      shown: 'Shift F6',
      text: 'to the previous pane',
      always: true,
      run: () => walk(document, -1),
    },
    { key: 'z', ctrl: true, shown: 'Ctrl Z', text: 'undo your last choice or filter', run: () => room.history.undo() },
    { key: 'z', ctrl: true, shift: true, shown: 'Ctrl Shift Z', text: 'redo', run: () => room.history.redo() },
    {
      key: 'k',
      ctrl: true,
      shown: 'Ctrl K',
      text: 'search and commands',
      always: true,
      run: () => desk.setPanel('palette'),
    },
    { key: ',', ctrl: true, shown: 'Ctrl ,', text: 'preferences', run: () => desk.setPanel('preferences') },
    plain('Escape', 'one step back', () => stepBack(room, desk), 'Esc'),
    plain('?', 'these keys', () => desk.setPanel('keys'), '?'),
  ]
}

/**
 * Runs the binding of a key; true where there was one. Those of the pane with the focus come first. Nothing is done while somebody writes, but for
 * keys that act always; with `letters` off, keys of one character act in their own pane only.
 */
export function handleKey(event: KeyboardEvent, list: readonly KeyBinding[], letters = true): boolean {
  if (event.defaultPrevented || event.altKey || isBusy(event, isFloating)) return false
  const writing = isBusy(event, isField)
  const ctrl = event.ctrlKey || event.metaKey
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const pane = paneAt(event.target)
  const acts = (each: KeyBinding): boolean =>
    each.key === key &&
    (each.ctrl ?? false) === ctrl &&
    (each.shift === undefined ? !ctrl || !event.shiftKey : each.shift === event.shiftKey) &&
    (each.always === true || !writing) &&
    (each.pane === undefined ? letters || ctrl || key.length > 1 : each.pane === pane)
  const found = list.find((each) => each.pane !== undefined && acts(each)) ?? list.find(acts)
  if (found === undefined) return false
  event.preventDefault()
  found.run()
  return true
}

/** The editor lives in a shadow root, so the path is asked and not the target. */
const isBusy = (event: KeyboardEvent, at: (element: HTMLElement) => boolean): boolean =>
  event.composedPath().some((target) => target instanceof HTMLElement && at(target))

const isFloating = (element: HTMLElement): boolean => ['dialog', 'menu'].includes(element.getAttribute('role') ?? '')

function isField(element: HTMLElement): boolean {
  if (element instanceof HTMLInputElement) return !['radio', 'checkbox', 'button'].includes(element.type)
  return element.isContentEditable || element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement
}

function paneAt(target: EventTarget | null): string | null {
  return (target instanceof Element ? target.closest<HTMLElement>('[data-pane]')?.dataset['pane'] : null) ?? null
}

async function step(room: Room, by: number): Promise<void> {
  const { instance } = room.selection.view()
  const row = instance === null ? room.list.rows().get(0) : await room.list.neighbour(instance, by)
  if (row) room.selection.openInstance(row.id)
}

/** Full size, then what is followed, then the token, then the instance. */
function stepBack(room: Room, desk: Desk): void {
  if (desk.full() !== null) desk.setFull(null)
  else if (room.following.target() !== null) room.following.stop()
  else room.selection.stepBack()
}

/** The pane that has the focus; the Instance View without one. */
function paneOf(document: Document): PaneName {
  const name = document.activeElement?.closest<HTMLElement>('[data-pane]')?.dataset['pane']
  return isPane(name) ? name : 'instance'
}
