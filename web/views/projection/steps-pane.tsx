/** The decoder's steps for the open instance and the pinned one: asked for, followed, and drawn beside or over the corpus. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, Match, onCleanup, Show, Switch } from 'solid-js'
import { count, counted } from '#web/marks/numbers.ts'
import { turned } from '#web/marks/points/orientation.ts'
import { toScreen } from '#web/marks/points/view-transform.ts'
import { createEffect } from '#web/solid.ts'
import { piecesOf } from '#web/marks/pieces.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import type { LayerLayout, Layout } from '#web/state/layout.ts'
import type { Laid } from '#web/state/projection.ts'
import { createGrowing } from '#web/state/projection.ts'
import { useRoom } from '#web/state/room.ts'
import { Banner, Bones, Late, LinkButton } from '#web/widgets/messages.tsx'
import type { PlotModel } from './model.ts'
import { shownLayer } from './model.ts'
import { methodNames } from './parameter-texts.ts'
import { progressText } from './progress-text.ts'
import type { Stage } from './stage.ts'
import type { StepName } from './steps.tsx'
import { StepMarks, StepsPlot, stepsOf } from './steps.tsx'

/** The open instance, once the model has written from it. */
function createWritten(): Accessor<InstanceReply | null> {
  const room = useRoom()
  const written = createMemo(() => {
    const state = room.instances.current()
    return state.kind === 'ready' && state.instance.output !== null ? state.instance : null
  })
  return written
}

/** The instances whose steps are drawn: the open one, then the pinned one. */
function createAsked(instance: InstanceReply): Accessor<readonly string[]> {
  const room = useRoom()
  const asked = createMemo(
    () => {
      const pinned = room.selection.view().pin?.instance
      return pinned === undefined || pinned === instance.id ? [instance.id] : [instance.id, pinned]
    },
    [],
    { equals: (before, now) => before.join() === now.join() },
  )
  return asked
}

const namesOf = ({ output }: InstanceReply): readonly StepName[] =>
  output === null
    ? []
    : piecesOf(output).map(({ label, spaced, kind }, index) => ({
        label,
        begins: kind !== 'hollow' && (spaced || index === 0),
      }))

export function StepsPane(props: { readonly layer: number }): JSX.Element {
  const written = createWritten()
  return (
    <section class="steps" aria-label="Decoder steps">
      <Show
        when={written()}
        fallback={
          <NoSteps text="Open a point: the states in which the model wrote its output appear here, in their order." />
        }
        keyed
      >
        {(instance) => <StepsOf instance={instance} layer={props.layer} />}
      </Show>
    </section>
  )
}

const NoSteps = (props: { readonly text: string }): JSX.Element => (
  <>
    <div class="legend-cap">
      <span>Decoder steps</span>
    </div>
    <p class="legend-note">{props.text}</p>
  </>
)

/** The fewest points that a layout says anything of; the server refuses fewer. */
const fewest = 3

/** What is too short for a layout is not asked for; a pinned output beside it makes enough points of both. */
function StepsOf(props: { readonly instance: InstanceReply; readonly layer: number }): JSX.Element {
  // oxlint-disable-next-line solid/reactivity -- made anew for another instance
  const asked = createAsked(props.instance)
  const written = (): number => props.instance.output?.ids.length ?? 0
  return (
    <Show
      when={asked().length > 1 || written() >= fewest}
      fallback={
        <NoSteps
          text={`This output has ${counted(written(), 'token')}, too few for a path of states: that takes at least ${fewest}. Pin another output (P) to see both together.`}
        />
      }
    >
      <Steps instance={props.instance} asked={asked} layer={props.layer} />
    </Show>
  )
}

function Steps(props: {
  readonly instance: InstanceReply
  readonly asked: Accessor<readonly string[]>
  readonly layer: number
}): JSX.Element {
  const room = useRoom()
  const asked = (): readonly string[] => props.asked()
  const laid = createGrowing(() => room.projection.steps(asked(), false))
  const layer = (): number => shownLayer(laid().layout, props.layer)
  const shown = createMemo((): readonly [Layout, LayerLayout] | null => {
    const { layout } = laid()
    const known = layout?.layers[layer()] ?? null
    return layout === null || known === null ? null : [layout, known]
  })
  return (
    <>
      <div class="legend-cap">
        <span>Decoder steps</span>
        <Show when={shown()}>
          {(present) => (
            <span
              class="dim"
              title={`${counted(present()[0].count, 'state')} of decoder layer ${layer()}, laid out by ${methodNames[present()[1].method]}`}
            >
              {methodNames[present()[1].method]} of {count(present()[0].count)}
            </span>
          )}
        </Show>
      </div>
      <Switch
        fallback={
          <Late>
            <Bones label="Reading the decoder's states" widths={['70%', '45%', '60%']} />
            <p class="legend-note">{progressText('pca', laid().analysis)}</p>
          </Late>
        }
      >
        <Match when={shown()}>
          {(present) => <StepsPlot layout={present()[0]} laid={present()[1]} names={namesOf(props.instance)} />}
        </Match>
        <Match when={problemOf(laid())}>
          {(text) => (
            <Banner kind={room.online() ? 'warn' : 'off'}>
              {text()}{' '}
              <LinkButton onClick={() => room.projection.retry({ steps: [...asked()], over: false })}>
                Try again
              </LinkButton>
            </Banner>
          )}
        </Match>
      </Switch>
    </>
  )
}

function problemOf({ analysis }: Laid): string | null {
  const { phase } = analysis
  if (phase.kind === 'failed' || phase.kind === 'forbidden') return phase.message
  return phase.kind === 'cancelled' ? 'Cancelled.' : null
}

/** The same path among the points of the corpus, in the frame they were turned into. */
export function StepsOver(props: { readonly model: PlotModel; readonly stage: Stage }): JSX.Element {
  const written = createWritten()
  return (
    <Show when={written()} keyed>
      {(instance) => <PathOver instance={instance} model={props.model} stage={props.stage} />}
    </Show>
  )
}

function PathOver(props: {
  readonly instance: InstanceReply
  readonly model: PlotModel
  readonly stage: Stage
}): JSX.Element {
  const room = useRoom()
  // oxlint-disable-next-line solid/reactivity -- made anew for another instance
  const asked = createAsked(props.instance)
  const laid = createGrowing(() => room.projection.steps(asked(), true))
  const layout = (): Layout | null => laid().layout
  const path = createMemo(() => {
    const known = layout()?.layers[props.model.layer()] ?? null
    return known === null ? null : turned(known.xy, props.model.turn())
  })
  createEffect(() => props.stage.include(path()))
  onCleanup(() => props.stage.include(null))
  const steps = createMemo(() => {
    const [now, known] = [layout(), path()]
    if (now === null || known === null) return []
    const { x, y } = known
    const { transform } = props.stage.moment()
    const places = Array.from(x, (each, row) => toScreen(transform, [each, y[row]!]))
    return stepsOf(now, namesOf(props.instance), places)
  })
  return <StepMarks steps={steps()} size={props.stage.moment().size} />
}

/** What becomes of the steps over the corpus, in words: the plot shows only where they are. */
export function OverNote(): JSX.Element {
  const room = useRoom()
  const written = createWritten()
  const laid = createMemo(() => {
    const instance = written()
    return instance === null ? null : room.projection.steps([instance.id], true)
  })
  const text = (): string => {
    const now = laid()
    if (now === null) return 'Open a point to see the path of the decoder among the others.'
    const problem = problemOf(now)
    if (problem !== null) return problem
    if (now.layout === null) return progressText(room.projection.parameters().method, now.analysis)
    return `${counted(now.layout.count, 'decoder state')}, each placed into the layout of the corpus: light is early, dark is late.`
  }
  return (
    <section class="steps" aria-label="Decoder steps">
      <p class="legend-note">{text()}</p>
    </section>
  )
}
