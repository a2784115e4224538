/** The pane PROJECTION: the states of the corpus in the plane, and the path of the decoder beside or over them. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, Match, onCleanup, Show, Switch } from 'solid-js'
import type { Size } from '#web/marks/points/view-transform.ts'
import { count, counted } from '#web/marks/numbers.ts'
import { createEffect, on, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { Analysis } from '#web/state/analyses.ts'
import type { Points } from '#web/state/point-table.ts'
import type { PointsState } from '#web/state/points.ts'
import type { Laid } from '#web/state/projection.ts'
import { createGrowing, defaultParameters } from '#web/state/projection.ts'
import type { Room } from '#web/state/room.ts'
import { useRoom } from '#web/state/room.ts'
import { CorpusSwitch } from '#web/views/workspace/corpus-switch.tsx'
import { useDesk } from '#web/views/workspace/desk.ts'
import { useExport } from '#web/views/workspace/export-menu.tsx'
import { PaneHead } from '#web/views/workspace/pane.tsx'
import { SearchIcon } from '#web/widgets/icons.tsx'
import { Banner, EmptyState, Late, LinkButton } from '#web/widgets/messages.tsx'
import { projectionExport } from './export.ts'
import { Footer } from './footer.tsx'
import { SelectionBar } from './later.ts'
import { Legend } from './legend.tsx'
import type { PlotModel } from './model.ts'
import { createPlotModel } from './model.ts'
import { ParametersButton } from './parameters.tsx'
import { Plot } from './plot.tsx'
import { plotKeys } from './plot-keys.ts'
import { countOf } from './rows.ts'
import type { Stage } from './stage.ts'
import { createStage } from './stage.ts'
import { OverNote, StepsOver, StepsPane } from './steps-pane.tsx'
import { ColourSelect, Tools } from './tools.tsx'

export function ProjectionPane(): JSX.Element {
  const room = useRoom()
  const desk = useDesk()
  const state = (): PointsState => room.points.state()
  const ready = createMemo(() => {
    const now = state()
    return now.kind === 'ready' && now.points.count > 0 ? now.points : null
  })
  const failed = createMemo(() => {
    const now = state()
    return now.kind === 'failed' ? now : null
  })
  onMount(() => {
    room.points.open()
    onCleanup(desk.keys.register(plotKeys))
  })
  return (
    <section class="pane projection" aria-labelledby="h-projection" data-pane="projection">
      <Show when={ready()} fallback={<EmptyHead />}>
        {(points) => <Ready points={points} />}
      </Show>
      <Switch>
        <Match when={failed()}>
          {(present) => (
            <Banner kind={present().offline ? 'off' : 'error'}>
              <b>The points could not be read.</b> {present().message}
              <LinkButton onClick={() => room.points.open()}>Try again</LinkButton>
            </Banner>
          )}
        </Match>
        <Match when={state().kind === 'ready' && ready() === null}>
          <EmptyState title="No states yet" text="A point is one row of the corpus, and this corpus has none." />
        </Match>
        <Match when={ready() === null}>
          <Late>
            <PlotBones />
          </Late>
        </Match>
      </Switch>
    </section>
  )
}

const EmptyHead = (): JSX.Element => (
  <PaneHead id="h-projection" title="Projection" name="projection">
    <span class="grow" />
    <CorpusSwitch />
  </PaneHead>
)

const PlotBones = (): JSX.Element => (
  <div class="plot-bones" role="status" aria-label="Reading the points">
    <i class="bone" />
    <i class="bone" />
    <i class="bone" />
    <i class="bone" />
    <i class="bone" />
  </div>
)

function Ready(props: { readonly points: Accessor<Points> }): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const settings = desk.projection
  const laid = createGrowing(() => room.projection.corpus())
  const stage = createPageStage()
  const size = createMemo(() => stage.moment().size, stage.moment().size, { equals: sameSize })
  const { projection, selection } = room
  const model = createPlotModel({
    app,
    room,
    settings,
    points: () => props.points(),
    matching: room.points.matching,
    layout: () => laid().layout,
    size,
  })
  useExport(
    'projection',
    projectionExport({ model, corpus: () => room.info().corpus.name, analysis: () => laid().analysis }),
  )
  announceEnd(laid)
  return (
    <>
      <PaneHead id="h-projection" title="Projection" name="projection">
        <ColourSelect
          columns={model.points().columns}
          count={model.points().count}
          colour={model.colour()}
          onColour={settings.setColour}
        />
        <Search />
        <span class="grow" />
        <Tools settings={settings} />
        <ParametersButton
          parameters={projection.parameters()}
          defaults={defaultParameters()}
          settings={settings}
          onApply={(parameters) => projection.setParameters(parameters)}
        />
        <CorpusSwitch />
      </PaneHead>
      <Body model={model} stage={stage} />
      <Footer
        layout={laid().layout}
        layer={model.layer()}
        states={statesNoun(room.info().checkpoint.summary?.kind)}
        analysis={laid().analysis}
        parameters={projection.parameters()}
        online={room.online()}
        mayCancel={mayCancel(room, laid().analysis)}
        onLayer={(layer) => selection.setLayer(layer)}
        onCancel={() => projection.cancel('corpus')}
        onAgain={() => projection.retry('corpus')}
        onRenew={() => projection.renew()}
      />
    </>
  )
}

/** One's own run, or any of them for owners. */
function mayCancel(room: Room, { phase }: Analysis): boolean {
  if (room.can('run.cancel-any')) return true
  return phase.kind === 'running' && phase.run.startedBy?.id === room.me().id && room.can('run.cancel-own')
}

const sameSize = (left: Size, right: Size): boolean => left.width === right.width && left.height === right.height

const statesNoun = (kind: 'encoder-decoder' | 'decoder-only' | undefined): string =>
  kind === 'decoder-only' ? 'Layer' : 'Encoder layer'

function Body(props: { readonly model: PlotModel; readonly stage: Stage }): JSX.Element {
  const room = useRoom()
  const desk = useDesk()
  const settings = desk.projection
  const shown = (): string => {
    const { rows, matching } = props.model
    return matching() === null
      ? counted(rows().count, 'point')
      : `${count(props.model.shownCount())} of ${counted(rows().count, 'point')} shown`
  }
  const chosen = (): number => {
    const mask = props.model.chosen()
    return mask === null ? 0 : countOf(mask)
  }
  const label = (): string =>
    `${room.info().corpus.name}: ${shown()}, one for each row. Arrow keys move to the nearest point, Enter opens it, Space selects it.`
  return (
    <div class="projection-body">
      <div class="plot-place">
        <Show when={props.model.layout() !== null} fallback={<NoLayout />}>
          <Plot model={props.model} stage={props.stage} settings={settings} label={label()}>
            <Show when={settings.steps() === 'over'}>
              <StepsOver model={props.model} stage={props.stage} />
            </Show>
          </Plot>
          <Show when={chosen() > 0}>
            <SelectionBar model={props.model} chosen={chosen()} />
          </Show>
        </Show>
      </div>
      <aside class="projection-side" aria-label="Legend and decoder steps">
        <Legend model={props.model} />
        <Show when={settings.steps() === 'beside'}>
          <StepsPane layer={props.model.layer()} />
        </Show>
        <Show when={settings.steps() === 'over'}>
          <OverNote />
        </Show>
      </aside>
    </div>
  )
}

/** Before the first picture; the foot of the pane says what it waits for. */
const NoLayout = (): JSX.Element => (
  <Late>
    <PlotBones />
  </Late>
)

/** The same search as the table's: what it leaves out is set back. */
function Search(): JSX.Element {
  const room = useRoom()
  return (
    <label class="search">
      <SearchIcon />
      <span class="sr-only">Search the text of sources and outputs</span>
      <input
        id="list-search"
        type="search"
        placeholder="Search"
        value={room.list.search()}
        onInput={(event) => room.list.setSearch(event.currentTarget.value)}
      />
    </label>
  )
}

/** Says once, politely, that a layout is finished. */
function announceEnd(laid: () => Laid): void {
  const app = useApp()
  createEffect(
    on(
      () => laid().analysis.phase.kind,
      (kind, before) => {
        const { layout } = laid()
        if (kind === 'done' && before === 'running' && layout)
          app.announce(`${counted(layout.count, 'point')} laid out`)
      },
    ),
  )
}

/** The stage on the clock of this page; reduced motion makes its travels nothing. */
function createPageStage(): Stage {
  const stage = createStage({
    padding: 26,
    duration: () => Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--t-morph')) || 0,
    frames: {
      now: () => performance.now(),
      next(run) {
        const frame = requestAnimationFrame(run)
        return () => cancelAnimationFrame(frame)
      },
      after(milliseconds, run) {
        const timer = setTimeout(run, milliseconds)
        return () => clearTimeout(timer)
      },
    },
  })
  onCleanup(() => stage.close())
  return stage
}
