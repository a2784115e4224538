/** Makes the little Markdown that notes use visible while it is written; nothing is hidden and nothing is rendered as HTML. */
import type { Extension } from '@codemirror/state'
import type { DecorationSet, EditorView, ViewUpdate } from '@codemirror/view'
import { Decoration, MatchDecorator, ViewPlugin } from '@codemirror/view'

const heading = 'md-heading'
const strong = 'md-strong'
const emphasis = 'md-emphasis'
const code = 'md-code'
const quote = 'md-quote'

/** Headings, quotes, `code`, **strong** and *emphasis*, each within one line. */
const pattern = /^(#{1,6} .*)$|^(> .*)$|(`[^`\n]+`)|(\*\*[^*\n]+\*\*)|(\*[^*\s][^*\n]*\*)/gm
const classes = [heading, quote, code, strong, emphasis] as const

export function markdownMarks(): Extension {
  const matcher = new MatchDecorator({
    regexp: pattern,
    decoration: (match) => {
      const group = classes.findIndex((_, index) => match[index + 1] !== undefined)
      return Decoration.mark({ class: classes[group] ?? strong })
    },
  })
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet

      constructor(view: EditorView) {
        this.decorations = matcher.createDeco(view)
      }

      update(update: ViewUpdate): void {
        this.decorations = matcher.updateDeco(update, this.decorations)
      }
    },
    { decorations: (value) => value.decorations },
  )
}
