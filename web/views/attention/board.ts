/** Everything the Attention Views draw, derived from the room: the maps, the instance, what is chosen, and the settings. */
import type { Accessor } from 'solid-js'
import { createContext, createMemo, createSignal, useContext } from 'solid-js'
import type { Head, ModelKind } from '#compute/types.ts'
import type { TokenChoice } from '#collab/wire/document.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import { WebError } from '#web/errors.ts'
import type { CountFrom } from '#web/marks/head-name.ts'
import { piecesOf, spanText } from '#web/marks/pieces.ts'
import type { App } from '#web/state/app.ts'
import type { HeadSettings } from '#web/state/head-settings.ts'
import type { Room } from '#web/state/room.ts'
import type { TargetSpan } from './answers.ts'
import type { HeadMap } from './heads.ts'
import { headsOf, mapsOf, titleOf } from './heads.ts'
import type { Metric } from './metrics.ts'
import { metricOf, metrics } from './metrics.ts'
import type { SidePieces } from './sides.ts'

export interface Board {
  readonly room: Room
  readonly app: App
  readonly model: Accessor<ModelKind>
  readonly maps: Accessor<readonly HeadMap[]>
  readonly settings: Accessor<HeadSettings>
  set(change: Partial<HeadSettings>): void
  readonly metric: Accessor<Metric>
  /** Whether layer 0 stands at the bottom. */
  readonly upwards: Accessor<boolean>
  /** The number of the first layer and the first head. */
  readonly countFrom: Accessor<CountFrom>
  /** Size of one unit of a drawing, px: on a wall names and cells are larger. */
  readonly scale: Accessor<number>
  /** "Cross L2.H1", as this person counts. */
  titleOf(head: Head): string
  /** The instance on screen, where the model has written from it. */
  readonly instance: Accessor<InstanceReply | null>
  readonly pieces: Accessor<SidePieces>
  /** The chosen token, where the instance has it. */
  readonly choice: Accessor<TokenChoice | null>
  /** The output tokens that values are about; null for all. */
  readonly span: Accessor<TargetSpan | null>
  /** The words of those tokens in quotation marks; null for all. */
  readonly quote: Accessor<string | null>
  /** The chosen heads that the model has, the primary one first. */
  readonly heads: Accessor<readonly Head[]>
  readonly pruned: Accessor<ReadonlySet<string>>
  /** The head that has the tab stop of the maps. */
  readonly active: Accessor<Head | null>
  setActive(head: Head): void
}

export function createBoard(app: App, room: Room): Board {
  const summary = createMemo(() => room.info().checkpoint.summary)
  const model = (): ModelKind => summary()?.kind ?? 'encoder-decoder'
  const maps = createMemo(() => mapsOf(summary() ?? none))
  const settings = (): HeadSettings => app.preferences.values().heads
  const instance = createMemo(() => {
    const state = room.instances.current()
    return state.kind === 'ready' && state.instance.output !== null ? state.instance : null
  })
  const pieces = createMemo<SidePieces>(() => {
    const shown = instance()
    return { source: shown ? piecesOf(shown.source) : [], output: shown?.output ? piecesOf(shown.output) : [] }
  })
  const choice = createMemo(() => within(room.selection.view().token, pieces()))
  const span = createMemo<TargetSpan | null>(
    () => {
      const token = choice()
      return token?.side === 'output' ? [token.index, token.last ?? token.index] : null
    },
    null,
    { equals: (left, right) => left?.join() === right?.join() },
  )
  const [active, setActive] = createSignal<Head | null>(null)
  const heads = createMemo(() => headsOf(room.selection.view().heads, maps()))
  const metric = createMemo(() => chosenMetric(settings().metric))
  const quote = createMemo(() => quoteOf(span(), pieces()))
  const pruned = createMemo(() => new Set(room.selection.view().pruned))
  const stop = createMemo(() => headsOf(activeName(active(), maps()), maps())[0] ?? heads()[0] ?? firstHead(maps()))
  return {
    room,
    app,
    model,
    maps,
    settings,
    set: (change) => app.preferences.set({ heads: { ...settings(), ...change } }),
    metric,
    ...createNaming(app, () => maps()),
    scale: () => (app.preferences.values().projector ? onWall : 1),
    instance,
    pieces,
    choice,
    span,
    quote,
    heads,
    pruned,
    active: stop,
    setActive: (head) => void setActive(head),
  }
}

/** As the type of a wall is to that of a page (web/styles/sizes.css). */
const onWall = 1.4

type Naming = Pick<Board, 'upwards' | 'countFrom' | 'titleOf'>

/** How this person counts and stacks layers. */
function createNaming({ preferences }: App, maps: Accessor<readonly HeadMap[]>): Naming {
  const countFrom = (): CountFrom => preferences.values().countFrom
  return {
    upwards: () => preferences.values().layersFrom === 'bottom',
    countFrom,
    titleOf: (head) => titleOf(head, maps(), countFrom()),
  }
}

const quoteOf = (span: TargetSpan | null, { output }: SidePieces): string | null =>
  span && `“${spanText(output, ...span) || '·'}”`

/** A checkpoint that cannot be opened has no heads to show. */
const none = { kind: 'decoder-only', layers: { encoder: 0, decoder: 0 }, heads: { encoder: 0, decoder: 0 } } as const

/** What an older or newer version of this page stored may name a metric that is not there. */
export const chosenMetric = (id: string): Metric => metrics.find((each) => each.id === id) ?? metricOf('attribution')

const activeName = (head: Head | null, maps: readonly HeadMap[]): readonly string[] =>
  head === null || maps.length === 0 ? [] : [`${head.kind}.${head.layer}.${head.head}`]

const firstHead = ([map]: readonly HeadMap[]): Head | null =>
  map === undefined || map.layers === 0 ? null : { kind: map.kind, layer: map.layers - 1, head: 0 }

function within(token: TokenChoice | null, pieces: SidePieces): TokenChoice | null {
  if (token === null || token.index >= pieces[token.side].length) return null
  const last = Math.min(token.last ?? token.index, pieces[token.side].length - 1)
  return last > token.index ? { side: token.side, index: token.index, last } : { side: token.side, index: token.index }
}

export const BoardContext = createContext<Board>()

export function useBoard(): Board {
  const board = useContext(BoardContext)
  if (board === undefined) throw new WebError('internal', 'internal: this component stands outside the Attention Views')
  return board
}
