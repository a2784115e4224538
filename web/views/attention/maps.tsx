/** All maps side by side on one scale: walked with the arrow keys, chosen with a click. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import type { Head } from '#compute/types.ts'
import { plain } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import type { CardAnchor } from '#web/widgets/hover-card.tsx'
import { HoverCard } from '#web/widgets/hover-card.tsx'
import type { Board } from './board.ts'
import { useBoard } from './board.ts'
import type { Cells, MapCells } from './cells.ts'
import { describe, ranksOf } from './cells.ts'
import { cardOf } from './head-card.ts'
import { chooseHead, headKey } from './head-keys.ts'
import type { HeadMap } from './heads.ts'
import { countOf, headOf, nameOf } from './heads.ts'
import { HeadPreview } from './later.ts'
import { MapCanvas } from './map-canvas.tsx'
import { layoutOf, manyHeads, rowsOf } from './map-layout.ts'
import type { MapProps } from './map.tsx'
import { MapGrid } from './map.tsx'
import { othersOn } from './marks.ts'
import type { MetricValues } from './metric-values.ts'

export interface MapsProps {
  readonly cells: Cells
  readonly values: MetricValues
  readonly letters: ReadonlyMap<string, string>
  /** Space for all maps, px. */
  readonly width: number
  readonly height: number
}

export function Maps(props: MapsProps): JSX.Element {
  const board = useBoard()
  const [anchor, setAnchor] = createSignal<CardAnchor | null>(null)
  const layout = createMemo(() => layoutOf(board.maps(), props.width, props.height))
  const lines = createMemo(() => rowsOf(board.maps(), layout().columns))
  const shared = createShared(board, props)
  const pending = createMemo(() => ['asking', 'running'].includes(props.values.analysis()?.phase.kind ?? ''))
  const under = (target: EventTarget | null): { readonly head: Head; readonly element: Element } | null => {
    const element = target instanceof Element ? target.closest('[data-head]') : null
    const head = element && headOf(element.getAttribute('data-head') ?? '', board.maps())
    return element && head ? { head, element } : null
  }
  const point = (target: EventTarget | null): void => {
    const at = under(target)
    if (anchor()?.element === at?.element) return
    const text = (head: Head) => cardOf(board, props.values.values(), shared.ranks(), shared, head)
    setAnchor(
      at && {
        element: at.element,
        text: () => text(at.head),
        picture: () => <HeadPreview board={board} head={at.head} />,
      },
    )
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the grids inside have the roles; one listener serves all their cells
    <div
      class="head-maps"
      role="group"
      aria-label="Maps of heads"
      data-held={props.values.held() || undefined}
      onPointerOver={(event) => point(event.target)}
      onPointerLeave={() => setAnchor(null)}
      onFocusIn={(event) => {
        if (event.target.matches(':focus-visible')) point(event.target)
      }}
      onFocusOut={() => setAnchor(null)}
      onClick={(event) => {
        const at = under(event.target)
        if (at) chooseHead(board, at.head, event.shiftKey)
      }}
      onKeyDown={(event) => {
        const at = under(event.target)
        if (at) headKey(event, at.head, board, event.currentTarget)
      }}
    >
      <For each={lines()}>
        {(line) => (
          <div class="map-line">
            <For each={line}>
              {(map) => (
                <OneMap
                  map={map}
                  cells={props.cells}
                  pending={pending()}
                  shared={shared}
                  cell={layout().cell}
                  letters={props.letters}
                />
              )}
            </For>
          </div>
        )}
      </For>
      <HoverCard anchor={anchor} />
    </div>
  )
}

interface Shared {
  readonly ranks: Accessor<ReadonlyMap<HeadMap, Int32Array>>
  readonly others: Accessor<MapProps['others']>
  /** Who else has marked a head to be left out. */
  readonly leftOut: Accessor<MapProps['leftOut']>
  readonly chosen: Accessor<ReadonlySet<string>>
  describe(head: Head): string
}

/** What all maps read, computed once. */
function createShared(board: Board, props: MapsProps): Shared {
  const { app, room, maps } = board
  const ranks = createMemo(() => ranksOf(props.values.values(), board.metric()))
  const chosen = createMemo(() => new Set(board.heads().map(nameOf)))
  const people = () => (app.preferences.values().showOthers ? room.attendance.people() : [])
  const others = createMemo(() => othersOn(people(), room.selections(), 'heads'))
  const leftOut = createMemo(() => othersOn(people(), room.selections(), 'pruned'))
  return {
    ranks,
    others,
    leftOut,
    chosen,
    describe(head) {
      const values = props.values.values().find(({ map }) => map.kind === head.kind)
      if (values === undefined) return ''
      const rank = ranks().get(values.map)?.[head.layer * values.map.heads + head.head] ?? 0
      const state = { chosen: chosen().has(nameOf(head)), pruned: board.pruned().has(nameOf(head)) }
      return describe(head, {
        values,
        metric: board.metric(),
        rank,
        heads: countOf(maps()),
        countFrom: board.countFrom(),
        others: others().get(nameOf(head)) ?? [],
        leftOut: leftOut().get(nameOf(head)) ?? [],
        ...state,
      })
    },
  }
}

/** One map as elements, or on a canvas where there are very many heads. */
function OneMap(props: {
  readonly map: HeadMap
  readonly cells: Cells
  readonly pending: boolean
  readonly cell: number
  readonly shared: Shared
  readonly letters: ReadonlyMap<string, string>
}): JSX.Element {
  const board = useBoard()
  const { settings } = board
  const unknown = (): MapCells => ({ map: props.map, lower: new Float32Array(0), upper: null, reach: 0 })
  const cells = createMemo(() => props.cells.maps.find(({ map }) => map === props.map) ?? unknown())
  const Drawn = createMemo(() => (countOf(board.maps()) > manyHeads ? MapCanvas : MapGrid))
  return (
    <Show when={Drawn()} keyed>
      {(Map) => (
        <Map
          cells={cells()}
          cell={props.cell}
          scale={board.scale()}
          signed={props.cells.signed}
          pending={props.pending}
          note={settings().sharedScale ? '' : `to ${plain(cells().reach, board.metric().digits)}`}
          ramps={board.app.ramps()}
          upwards={board.upwards()}
          countFrom={board.countFrom()}
          tabStop={board.active() && nameOf(board.active()!) /* tested */}
          chosen={props.shared.chosen()}
          primary={board.heads()[0] ? nameOf(board.heads()[0]!) /* tested */ : null}
          pruned={board.pruned()}
          others={props.shared.others()}
          leftOut={props.shared.leftOut()}
          letters={props.letters}
          describe={(head) => props.shared.describe(head)}
        />
      )}
    </Show>
  )
}
