/** The card of the point under the pointer: what it says, three values, and how far its place can be trusted. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, onCleanup } from 'solid-js'
import { encodePoints } from '#collab/wire/point-set.ts'
import { readInstances } from '#web/api/instances.ts'
import { createEffect } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import type { CardAnchor, CardText } from '#web/widgets/hover-card.tsx'
import { HoverCard } from '#web/widgets/hover-card.tsx'
import type { PlotModel } from './model.ts'
import { placeOf } from './overlay.tsx'
import { cardColumns, keptText, valueText } from './point-text.ts'
import type { Stage } from './stage.ts'

/** Characters of the text on a card. */
const mostText = 80
/** A pointer that rests so long wants to read. */
const patience = 80
/** Texts kept in the page. */
const mostKept = 500

export function PointCard(props: {
  readonly model: PlotModel
  readonly stage: Stage
  readonly row: number
}): JSX.Element {
  const texts = createTexts(() => props.model.points().ordinals[props.model.rows().pointOf[props.row] ?? -1] ?? null)
  const [anchorElement, setAnchorElement] = createSignal<HTMLElement | null>(null)
  const point = (): number => props.model.rows().pointOf[props.row] ?? -1
  const text = (): CardText => {
    const kept = keptText(props.model, props.row)
    return {
      title: props.model.points().ids[point()] ?? 'Not in the table',
      note: texts(),
      rows: [
        ...cardColumns(props.model.points().columns, props.model.colour()).map(
          (column) => [column.title, valueText(column, point())] as const,
        ),
        ...(kept === null ? [] : [['neighbours kept here', kept] as const]),
      ],
    }
  }
  // A new anchor for another point, and for its text once it has come.
  const anchor = createMemo((): CardAnchor | null => {
    const element = anchorElement()
    if (props.row < 0 || element === null || props.stage.moment().moving) return null
    void texts()
    return { element, text }
  })
  const place = (): string => {
    const [x, y] = placeOf(props.stage, props.row) ?? [0, 0]
    return `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`
  }
  return (
    <>
      <i class="plot-anchor" ref={(element) => setAnchorElement(element)} style={{ transform: place() }} />
      <HoverCard anchor={anchor} />
    </>
  )
}

/** The first characters of a row of the corpus, fetched when somebody rests on it. */
function createTexts(ordinal: () => number | null): () => string {
  const app = useApp()
  const room = useRoom()
  const kept = new Map<number, string>()
  const [text, setText] = createSignal('')
  const keep = (wanted: number, source: string, { aborted }: AbortSignal): void => {
    if (aborted) return
    for (const oldest of kept.keys()) if (kept.size >= mostKept) kept.delete(oldest)
    kept.set(wanted, shorten(source))
    setText(shorten(source))
  }
  createEffect(() => {
    const wanted = ordinal()
    setText(wanted === null ? '' : (kept.get(wanted) ?? ''))
    const points = wanted === null || kept.has(wanted) ? null : encodePoints([wanted])
    if (wanted === null || points === null) return
    const loading = new AbortController()
    const timer = setTimeout(() => {
      const filters = [{ kind: 'slice' as const, name: 'hover', points }]
      const query = { search: '', filters, sort: null, descending: false, offset: 0, limit: 1 }
      void readInstances(app.api, room.id, query, loading.signal)
        // The card has the values without the text.
        .catch(() => null)
        .then((reply) => keep(wanted, reply?.rows[0]?.source ?? '', loading.signal))
    }, patience)
    onCleanup(() => {
      clearTimeout(timer)
      loading.abort()
    })
  })
  return text
}

const shorten = (text: string): string => (text.length > mostText ? `${text.slice(0, mostText).trimEnd()}…` : text)
