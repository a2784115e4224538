/** Evidence inside the text of a note: `[[ev:<id>]]` is drawn as a chip. */
import type { Extension, Range } from '@codemirror/state'
import { StateEffect } from '@codemirror/state'
import type { DecorationSet, ViewUpdate } from '@codemirror/view'
import { Decoration, EditorView, ViewPlugin, WidgetType } from '@codemirror/view'
import type { Evidence } from '#collab/wire/document.ts'
import { chipReach, evidenceColour, evidenceValue } from './evidence-text.ts'

/** Sent when the evidence of the workspace has changed. */
export const redrawEffect = StateEffect.define()

/** How a chip stands in the text. */
export const chipMark = (id: string): string => `[[ev:${id}]]`

const pattern = /\[\[ev:([A-Za-z0-9][A-Za-z0-9_.-]{0,79})\]\]/g

class ChipWidget extends WidgetType {
  readonly id: string
  readonly evidence: Evidence | null
  readonly open: (id: string) => void

  constructor(id: string, evidence: Evidence | null, open: (id: string) => void) {
    super()
    this.id = id
    this.evidence = evidence
    this.open = open
  }

  override eq(other: ChipWidget): boolean {
    return other.id === this.id && other.evidence === this.evidence
  }

  override toDOM(view: EditorView): HTMLElement {
    const chip = view.dom.ownerDocument.createElement('button')
    chip.type = 'button'
    chip.className = 'chip'
    if (this.evidence === null) {
      chip.disabled = true
      chip.textContent = 'evidence removed'
      return chip
    }
    chip.style.setProperty('--c', evidenceColour(this.evidence, chipReach))
    chip.textContent = `${this.evidence.quote} ${evidenceValue(this.evidence)}`
    chip.title = 'Open the view this number came from'
    chip.addEventListener('click', () => this.open(this.id))
    return chip
  }

  override ignoreEvent(): boolean {
    return true
  }
}

/** Draws the chips that are on screen, and lets the caret pass over each as over one character. */
export function chipWidgets(evidence: (id: string) => Evidence | null, open: (id: string) => void): Extension {
  const build = (view: EditorView): DecorationSet => Decoration.set(chipsIn(view, evidence, open), true)
  const plugin = ViewPlugin.fromClass(
    class {
      decorations: DecorationSet

      constructor(view: EditorView) {
        this.decorations = build(view)
      }

      update(update: ViewUpdate): void {
        const asked = update.transactions.some((transaction) =>
          transaction.effects.some((effect) => effect.is(redrawEffect)),
        )
        if (update.docChanged || update.viewportChanged || asked) this.decorations = build(update.view)
      }
    },
    {
      decorations: (value) => value.decorations,
      provide: (self) => EditorView.atomicRanges.of((view) => view.plugin(self)?.decorations ?? Decoration.none),
    },
  )
  return plugin
}

function chipsIn(
  view: EditorView,
  evidence: (id: string) => Evidence | null,
  open: (id: string) => void,
): Range<Decoration>[] {
  const chips: Range<Decoration>[] = []
  for (const { from, to } of view.visibleRanges) {
    for (const match of view.state.sliceDoc(from, to).matchAll(pattern)) {
      const id = match[1] ?? ''
      const start = from + match.index
      const widget = new ChipWidget(id, evidence(id), open)
      chips.push(Decoration.replace({ widget }).range(start, start + match[0].length))
    }
  }
  return chips
}
