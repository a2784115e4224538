/** The note editor. It stands in a shadow root: there CodeMirror adopts its stylesheets, which a strict policy allows. */
import { defaultKeymap } from '@codemirror/commands'
import { Compartment, EditorState } from '@codemirror/state'
import { EditorView, keymap, placeholder } from '@codemirror/view'
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { Evidence } from '#collab/wire/document.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { remoteCarets } from './carets.ts'
import { chipMark, chipWidgets, redrawEffect } from './chip-widgets.ts'
import { editorTheme } from './editor-theme.ts'
import { markdownMarks } from './markdown-marks.ts'

export interface EditorDeps {
  readonly host: HTMLElement
  readonly text: Y.Text
  readonly awareness: Awareness
  readonly clock: Clock
  readonly writable: boolean
  evidence(id: string): Evidence | null
  onOpen(id: string): void
}

export interface NoteEditor {
  setWritable(writable: boolean): void
  /** The numbers on chips may have changed. */
  redrawChips(): void
  /** Puts a chip where the caret is, or at the end. */
  insertChip(id: string): void
  focus(): void
  close(): void
}

export function openEditor(deps: EditorDeps): NoteEditor {
  const root = deps.host.attachShadow({ mode: 'open' })
  const access = new Compartment()
  const undoManager = new Y.UndoManager(deps.text)
  const carets = remoteCarets(deps.text, deps.awareness, deps.clock)
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: deps.text.toJSON(),
      extensions: [
        yCollab(deps.text, null, { undoManager }),
        keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        access.of(accessOf(deps.writable)),
        placeholder('What do you see, and what would speak against it?'),
        EditorView.contentAttributes.of({ 'aria-label': 'Text of the note', spellcheck: 'true' }),
        chipWidgets(deps.evidence, deps.onOpen),
        markdownMarks(),
        carets,
        editorTheme(),
      ],
    }),
  })
  return {
    setWritable: (writable) => view.dispatch({ effects: access.reconfigure(accessOf(writable)) }),
    redrawChips: () => view.dispatch({ effects: redrawEffect.of(null) }),
    insertChip(id) {
      const at = view.hasFocus ? view.state.selection.main.head : view.state.doc.length
      const before = at > 0 && !/\s/.test(view.state.sliceDoc(at - 1, at)) ? ' ' : ''
      const insert = `${before}${chipMark(id)} `
      view.dispatch({ changes: { from: at, insert }, selection: { anchor: at + insert.length } })
    },
    focus: () => view.focus(),
    close() {
      view.destroy()
      undoManager.destroy()
    },
  }
}

const accessOf = (writable: boolean) => [EditorState.readOnly.of(!writable), EditorView.editable.of(writable)]
