/** Where the chosen heads look: their patterns side by side, linked with the tokens of the Instance View. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, mapArray, Match, Show, Switch } from 'solid-js'
import { For } from '#web/solid.ts'
import { useExport } from '#web/views/workspace/export-menu.tsx'
import type { CardAnchor } from '#web/widgets/hover-card.tsx'
import { HoverCard } from '#web/widgets/hover-card.tsx'
import { Bones, Late } from '#web/widgets/messages.tsx'
import { useBoard } from './board.ts'
import { createSize } from './element-size.ts'
import { patternExport } from './export.ts'
import type { HeadPattern } from './head-patterns.ts'
import { createHeadPattern, figureColumns, mostPatterns } from './head-patterns.ts'
import { nameOf } from './heads.ts'
import { patternCard } from './pattern-card.ts'
import { PatternFigure } from './pattern-figure.tsx'
import type { Pattern } from './pattern.ts'
import { reachOfPattern } from './pattern.ts'
import { PatternLine } from './pattern-line.tsx'
import { createSpots } from './spots.ts'
import { spanOn } from './sides.ts'
import { AnalysisLine } from './status.tsx'

/** Of the text on screen and the heads that are chosen; there are both. */
export function PatternPanel(): JSX.Element {
  const board = useBoard()
  // Heads are compared by name, so that the pattern of one that stays is not drawn anew.
  const names = createMemo(() => board.heads().slice(0, mostPatterns).map(nameOf), [], { equals: sameNames })
  const shown = mapArray(names, (name) => {
    const head = board.heads().find((each) => nameOf(each) === name)
    return head === undefined ? null : createHeadPattern(board, head)
  })
  const patterns = createMemo(() => shown().filter((pattern) => pattern !== null))
  return (
    <>
      <PatternLine patterns={patterns()} />
      <Figures patterns={patterns()} />
      <Show when={board.heads().length > mostPatterns}>
        <p class="pattern-note">
          The first {mostPatterns} of {board.heads().length} chosen heads are drawn.
        </p>
      </Show>
    </>
  )
}

const sameNames = (left: readonly string[], right: readonly string[]): boolean => left.join() === right.join()

interface Drawn {
  readonly of: HeadPattern
  readonly what: 'attention' | 'attribution'
}

function Figures(props: { readonly patterns: readonly HeadPattern[] }): JSX.Element {
  const board = useBoard()
  const size = createSize(board.scale)
  const spots = createSpots(board)
  const [anchor, setAnchor] = createSignal<CardAnchor | null>(null)
  const drawn = createMemo<readonly Drawn[]>(() => {
    const what = board.settings().pattern
    const kinds = what === 'both' ? (['attention', 'attribution'] as const) : [what]
    return props.patterns.flatMap((of) => kinds.map((kind) => ({ of, what: kind })))
  })
  const reach = createMemo(() =>
    props.patterns.reduce((most, { attribution }) => {
      const pattern = attribution()
      return pattern === null ? most : Math.max(most, reachOfPattern(pattern, null))
    }, 0),
  )
  const columns = (): number => figureColumns(drawn().length, size.width(), size.height())
  return (
    <div
      class="figures"
      role="region"
      aria-label="Patterns of the chosen heads"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and keys must be able to do that
      tabindex="0"
      ref={(element) => size.watch(element)}
      style={{ 'grid-template-columns': `repeat(${columns()}, minmax(0, 1fr))` }}
    >
      <For each={drawn()}>
        {(each) => (
          <OneFigure
            {...each}
            titled={drawn().length > 1}
            reach={each.what === 'attention' ? 1 : reach()}
            spots={spots}
            onCard={setAnchor}
          />
        )}
      </For>
      <HoverCard anchor={anchor} />
    </div>
  )
}

interface OneFigureProps extends Drawn {
  readonly titled: boolean
  readonly reach: number
  readonly spots: ReturnType<typeof createSpots>
  readonly onCard: (anchor: CardAnchor | null) => void
}

function OneFigure(props: OneFigureProps): JSX.Element {
  const board = useBoard()
  const [pool, setPool] = createSignal(1)
  const pattern = createMemo((): Pattern | null =>
    props.what === 'attention' ? props.of.weights() : props.of.attribution(),
  )
  useExport('attention', patternExport(board, props))
  const title = (): string => `${board.titleOf(props.of.head)}${props.what === 'attribution' ? ', attribution' : ''}`
  return (
    <div class="figure">
      <Show when={props.titled}>
        <p class="figure-title">{title()}</p>
      </Show>
      <Show when={pattern()} fallback={<Waiting of={props.of} what={props.what} />}>
        {(present) => (
          <PatternFigure
            label={`${title()}: ${present().queries} queries by ${present().keys} keys`}
            pattern={present()}
            sides={props.of.sides}
            hidden={props.of.hidden()}
            kind={props.what === 'attention' ? 'amount' : 'signed'}
            reach={props.reach}
            curve={board.settings().curve}
            ramps={board.app.ramps()}
            scale={board.scale()}
            rows={spanOn(props.of.sides.queries, board.choice())}
            columns={spanOn(props.of.sides.keys, board.choice())}
            spot={props.spots.on(props.of)}
            onSpot={(spot, at) => {
              props.spots.point(props.of, spot)
              props.onCard(
                spot && at && { element: { getBoundingClientRect: () => at }, text: () => patternCard(props.of, spot) },
              )
            }}
            onChoose={(spot) => props.spots.choose(props.of, spot)}
            onPool={setPool}
          />
        )}
      </Show>
      <Show when={pool() > 1}>
        <p class="figure-pool" title="There are more weights than pixels. Enlarge the pane for exact ones.">
          One cell = the largest of {pool()} × {pool()}
        </p>
      </Show>
    </div>
  )
}

/** What stands in place of a figure that is not there yet. */
function Waiting(props: Drawn): JSX.Element {
  const board = useBoard()
  const asked = () => (props.what === 'attention' ? props.of.asked : props.of.askedAttribution)
  const analysis = createMemo(() => asked().analysis())
  const put = (how: 'retry' | 'cancel'): void => {
    const [at, question] = [board.instance(), asked().question()]
    if (at && question) board.room.analyses[how](at, question)
  }
  return (
    <div class="figure-waiting">
      <Switch>
        <Match when={props.what === 'attribution' && board.span() === null}>
          <p class="pattern-hint">Choose an output token: what each weight contributes to it appears here.</p>
        </Match>
        <Match when={analysis()}>
          {(present) => (
            <AnalysisLine
              analysis={present()}
              what={props.what === 'attention' ? 'Attention' : 'Attribution'}
              onRetry={() => put('retry')}
              onCancel={() => put('cancel')}
              done={<p class="pattern-hint">This result is of another text. Reload the page to ask again.</p>}
            />
          )}
        </Match>
      </Switch>
      <Show when={analysis() === null && board.span() !== null}>
        <Late>
          <Bones label="Reading the attention" widths={['100%', '100%', '100%', '100%']} />
        </Late>
      </Show>
    </div>
  )
}
