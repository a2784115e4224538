/** The looks of the note editor, with the custom properties of the page, which reach into its shadow root. */
import type { Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'

export function editorTheme(): Extension {
  return [textTheme(), markdownTheme(), chipTheme(), caretTheme()]
}

const textTheme = (): Extension =>
  EditorView.theme({
    '&': { color: 'var(--ink-2)', fontSize: 'var(--type-body)', background: 'none' },
    '&.cm-focused': { outline: 'none' },
    '.cm-scroller': { fontFamily: 'inherit', lineHeight: 'var(--leading-read)', overflow: 'visible' },
    '.cm-content': { padding: '2px 0 8px', caretColor: 'var(--ink)', minHeight: '44px' },
    '.cm-line': { padding: '0' },
    '.cm-placeholder': { color: 'var(--ink-3)' },
    '.cm-selectionBackground, ::selection': { background: 'var(--surface-selected)' },
  })

const markdownTheme = (): Extension =>
  EditorView.theme({
    '.md-heading': { color: 'var(--ink)', fontWeight: 'var(--weight-strong)' },
    '.md-strong': { color: 'var(--ink)', fontWeight: 'var(--weight-strong)' },
    '.md-emphasis': { fontStyle: 'italic' },
    '.md-code': { fontFamily: 'var(--font-mono)', fontSize: 'var(--type-ui)' },
    '.md-quote': { color: 'var(--ink-3)' },
  })

const chipTheme = (): Extension =>
  EditorView.theme({
    '.chip': {
      font: 'inherit',
      fontSize: 'var(--type-note)',
      lineHeight: '18px',
      color: 'var(--ink)',
      background: 'var(--surface)',
      border: '1px solid var(--line)',
      borderLeft: '4px solid var(--c, var(--line-control))',
      borderRadius: 'var(--r-mark)',
      padding: '0 5px',
      cursor: 'pointer',
      maxWidth: '100%',
      whiteSpace: 'normal',
      textAlign: 'left',
    },
    '.chip:hover:enabled': { background: 'var(--surface-hover)' },
    '.chip:focus-visible': { outline: '2px solid var(--focus)', outlineOffset: '1px' },
    '.chip:disabled': { color: 'var(--ink-3)', cursor: 'default' },
  })

/** The others' carets, each with the flag of its person. */
const caretTheme = (): Extension =>
  EditorView.theme({
    '.selected': { background: 'color-mix(in srgb, var(--p) 18%, transparent)' },
    '.caret': { position: 'relative', borderLeft: '2px solid var(--p)', margin: '0 -1px' },
    '.caret b': {
      position: 'absolute',
      left: '-2px',
      top: '-6px',
      fontSize: '8px',
      lineHeight: '9px',
      fontWeight: 'var(--weight-strong)',
      padding: '0 3px',
      background: 'var(--p)',
      color: 'var(--ink-inverse)',
      borderRadius: '1px',
      pointerEvents: 'none',
    },
  })
