/** The others' carets and selections in a note. (y-codemirror.next's own write `style` attributes, which our policy refuses.) */
import type { Extension, Range } from '@codemirror/state'
import { Annotation } from '@codemirror/state'
import type { DecorationSet, EditorView, ViewUpdate } from '@codemirror/view'
import { Decoration, ViewPlugin, WidgetType } from '@codemirror/view'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { Presence } from '#collab/wire/presence.ts'
import { presence } from '#collab/wire/presence.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { makeThrottle } from '#web/collab/throttle.ts'
import { initialOf, personColour } from '#web/widgets/person.ts'

type User = Presence['user']

/** Own carets go out at most so often; the server drops more than twenty a second. */
const interval = 80
const moved = Annotation.define<boolean>()

class CaretWidget extends WidgetType {
  readonly user: User

  constructor(user: User) {
    super()
    this.user = user
  }

  override eq(other: CaretWidget): boolean {
    return other.user.id === this.user.id && other.user.name === this.user.name
  }

  override toDOM(view: EditorView): HTMLElement {
    const caret = view.dom.ownerDocument.createElement('span')
    caret.className = 'caret'
    caret.style.setProperty('--p', personColour(this.user))
    caret.title = this.user.name
    const flag = view.dom.ownerDocument.createElement('b')
    flag.textContent = initialOf(this.user.name)
    caret.append('\u2060', flag)
    return caret
  }

  override ignoreEvent(): boolean {
    return true
  }
}

export function remoteCarets(text: Y.Text, awareness: Awareness, clock: Clock): Extension {
  const plugin = ViewPlugin.define(
    (view) => {
      const publish = makeThrottle<Presence['cursor']>(clock, interval, (cursor) =>
        awareness.setLocalStateField('cursor', cursor),
      )
      const onChange = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>): void => {
        // Own changes come from within an update, during which nothing may be dispatched.
        const others = [...added, ...updated, ...removed].some((client) => client !== awareness.clientID)
        if (others) view.dispatch({ annotations: moved.of(true) })
      }
      awareness.on('change', onChange)
      return {
        decorations: decorationsOf(text, awareness),
        update(update: ViewUpdate) {
          const remote = update.transactions.some((transaction) => transaction.annotation(moved) === true)
          if (update.focusChanged || update.selectionSet || update.docChanged)
            publish.push(ownCursor(update.view, text))
          if (remote || update.docChanged) this.decorations = decorationsOf(text, awareness)
        },
        destroy() {
          awareness.off('change', onChange)
          publish.close()
          awareness.setLocalStateField('cursor', null)
        },
      }
    },
    { decorations: (value: { decorations: DecorationSet }) => value.decorations },
  )
  return plugin
}

function ownCursor(view: EditorView, text: Y.Text): Presence['cursor'] {
  if (!view.hasFocus) return null
  const { anchor, head } = view.state.selection.main
  const position = (index: number) =>
    // The JSON of a relative position has exactly the fields of our schema.
    Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, index)) as NonNullable<
      Presence['cursor']
    >['head']
  return { anchor: position(anchor), head: position(head) }
}

function decorationsOf(text: Y.Text, awareness: Awareness): DecorationSet {
  const marks: Range<Decoration>[] = []
  for (const [client, state] of awareness.getStates()) {
    if (client === awareness.clientID) continue
    const parsed = presence.safeParse(state)
    if (!parsed.success || !parsed.data.cursor) continue
    const { user, cursor } = parsed.data
    const [anchor, head] = [indexOf(text, cursor.anchor), indexOf(text, cursor.head)]
    if (anchor === null || head === null) continue
    if (anchor !== head) {
      const mark = Decoration.mark({ class: 'selected', attributes: { style: `--p: ${personColour(user)}` } })
      marks.push(mark.range(Math.min(anchor, head), Math.max(anchor, head)))
    }
    marks.push(Decoration.widget({ widget: new CaretWidget(user), side: head > anchor ? -1 : 1 }).range(head))
  }
  return Decoration.set(marks, true)
}

/** Where a position stands now; null when what it stood in is gone. Others' positions may be ahead of our text. */
function indexOf(text: Y.Text, json: NonNullable<Presence['cursor']>['head']): number | null {
  if (text.doc === null) return null
  const position = Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(json), text.doc)
  return position?.type === text && position.index <= text.length ? position.index : null
}
