/** One instance that is here: its lanes, the answer beside them, and every state its numbers can be in. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, createSignal, Match, Show, Switch, untrack } from 'solid-js'
import type { TokenChoice } from '#collab/wire/document.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import { signed } from '#web/marks/numbers.ts'
import { createEffect, on } from '#web/solid.ts'
import { messageOf } from '#web/errors.ts'
import { useApp } from '#web/state/app.ts'
import type { Writing } from '#web/state/instances.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { useExport } from '#web/views/workspace/export-menu.tsx'
import { Banner, LinkButton, ProgressLine } from '#web/widgets/messages.tsx'
import { createAltKey } from './alt-key.ts'
import { Answer } from './answer.tsx'
import { bracketsOf } from './brackets.ts'
import type { Comparison, SharedDeps } from './comparison.ts'
import { createComparison } from './comparison.ts'
import { Explanation } from './explanation.tsx'
import { withUnit } from './explanations.ts'
import { instanceExport } from './export.ts'
import type { Side } from './frame.ts'
import { Lanes } from './lanes.tsx'
import type { InstanceModel } from './model.ts'
import { createInstanceModel, quoteOf } from './model.ts'
import { OriginLine } from './origin-line.tsx'
import { createPairState } from './pair-state.ts'
import { EvidenceBanner, NoteMaker } from './note-maker.tsx'
import { PinnedLanes } from './pinned-lanes.tsx'
import { RunMessages } from './run-messages.tsx'

export function Reading(props: { readonly instance: InstanceReply; readonly writing: Writing }): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const { model, comparison } = createReading(props)
  const pairs = createPairState(model, () => desk.answer() === 'pairs')
  const [hovered, setHovered] = createSignal<TokenChoice | null>(null)
  const brackets = (side: Side) => {
    if (!app.preferences.values().showOthers) return []
    return bracketsOf(room.attendance.people(), room.selections(), props.instance.id, side, model.pieces()[side].length)
  }
  const hover = (token: TokenChoice | null): void => {
    if (token !== null) setHovered(token)
    pairs.setHovered(token)
    desk.setHovered(token)
    room.attendance.show({ hover: token && { kind: 'token', instance: props.instance.id, token } })
  }
  useExport('instance', instanceExport({ model, ramps: app.ramps, api: app.api, workspace: room.id }))
  attributeWhatIsChosen(model)
  announceSums(model)
  const continueFrom = createContinuing(() => props.instance)
  return (
    <div class="instance-body">
      <div class="reading">
        <OriginLine instance={props.instance} />
        <Lanes
          model={model}
          ramps={app.ramps}
          brackets={brackets}
          onChoose={(choice) => room.selection.chooseToken(choice)}
          onHover={hover}
          arcs={pairs.drawn()}
          onRetryAttention={() => {
            const question = model.attention.question()
            if (question) room.analyses.retry(props.instance, question)
          }}
        />
        <PinnedLanes model={model} comparison={comparison} ramps={app.ramps} />
        <Show when={props.instance.reference}>
          {(reference) => (
            <p class="reference">
              <b>Reference</b> {reference()}
            </p>
          )}
        </Show>
        <EvidenceBanner model={model} />
        <Show when={props.instance.output} fallback={<NoOutput instance={props.instance} writing={props.writing} />}>
          <RunMessages model={model} />
        </Show>
      </div>
      <Show when={props.instance.output}>
        <Answer
          model={model}
          ramps={app.ramps}
          pairs={pairs}
          comparison={comparison}
          onChoose={(choice) => room.selection.chooseToken(choice)}
          onOptions={(options) => room.selection.setOptions(options)}
          onContinue={room.can('run.start') ? continueFrom : null}
          action={<NoteButton model={model} />}
          explanation={<Explanation options={model.options()} />}
        />
      </Show>
      <NoteMaker model={model} focus={hovered} />
    </div>
  )
}

function NoteButton(props: { readonly model: InstanceModel }): JSX.Element {
  const room = useRoom()
  const desk = useDesk()
  return (
    <Show when={props.model.choice() && room.writable()}>
      <button type="button" class="button small" onClick={() => desk.setPanel('add-to-note')} title="Add to note (E)">
        Add to note
      </button>
    </Show>
  )
}

/** What is open, and what it is compared with; both on one scale. */
function createReading(props: { readonly instance: InstanceReply }): {
  readonly model: InstanceModel
  readonly comparison: Comparison
} {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const alt = createAltKey()
  const shared: SharedDeps = {
    kind: () => room.info().checkpoint.summary?.kind ?? 'encoder-decoder',
    entry: (instance, options) => room.attributions.entry(instance, options),
    unit: () => (alt() ? 'pieces' : app.preferences.values().unit),
    channel: () => app.preferences.values().channel,
    flow: () => app.preferences.values().flow,
    countFrom: () => app.preferences.values().countFrom,
    ask: (instance, question) => room.analyses.ask(instance, question),
  }
  // The model is there before what it is compared with.
  const [reachOfB, setReachOfB] = createSignal<Accessor<number>>(() => 0)
  const model = createInstanceModel({
    ...shared,
    view: room.selection.view,
    instance: () => props.instance,
    spot: () => desk.shownEvidence()?.about ?? null,
    otherReach: () => reachOfB()(),
  })
  const comparison = createComparison(() => model, shared)
  setReachOfB(() => comparison.reach)
  return { model, comparison }
}

/** Lets the model go on from another token, and opens what comes of it. */
function createContinuing(instance: Accessor<InstanceReply>): (step: number, token: number) => void {
  const app = useApp()
  const room = useRoom()
  const goOn = async (step: number, token: number): Promise<void> => {
    const { id, origin } = instance()
    const target = { kind: 'continue', step, token } as const
    try {
      const request = { from: id, source: null, target, checkpoint: origin?.checkpoint ?? null }
      room.selection.openInstance(await room.instances.derive(request))
    } catch (error) {
      app.toasts.show(messageOf(error), { bad: true })
    }
  }
  return (step, token) => void goOn(step, token)
}

/** Choosing a token asks for the attribution of the whole instance, with that token first. */
function attributeWhatIsChosen(model: InstanceModel): void {
  const room = useRoom()
  createEffect(() => {
    const choice = model.choice()
    const instance = model.instance()
    if (choice === null || instance.output === null) return
    const focus = choice.side === 'output' ? choice.index : null
    const options = model.options()
    untrack(() => room.attributions.want(instance, options, focus))
  })
}

/** Tells screen readers the sums once they are there; the live region is polite. */
function announceSums(model: InstanceModel): void {
  const app = useApp()
  const total = (values: readonly (number | null)[]): number =>
    values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
  createEffect(
    on([model.reaching, model.choice], ([reaching, choice]) => {
      if (reaching === null || choice === null || model.entry()?.phase.kind !== 'done') return
      const { objective } = model.options()
      const source = withUnit(signed(total(reaching.source)), objective)
      const output = withUnit(signed(total(reaching.output)), objective)
      app.announce(`${quoteOf(model.pieces(), choice)}: source gives ${source}, earlier output ${output}.`)
    }),
  )
}

/** The model has not written anything yet, or cannot. */
function NoOutput(props: { readonly instance: InstanceReply; readonly writing: Writing }): JSX.Element {
  const room = useRoom()
  const corpus = createMemo(() => room.runs.active().find((run) => run.kind === 'corpus') ?? null)
  const problem = (): string | null => (props.writing.kind === 'failed' ? props.writing.message : null)
  return (
    <div class="messages">
      <Switch>
        <Match when={props.instance.problem}>
          {(text) => (
            <Banner kind="plain">
              <b>No output.</b> {text()}
            </Banner>
          )}
        </Match>
        <Match when={props.writing.kind === 'running'}>
          <ProgressLine text="The model is writing" done={null} left={null} />
        </Match>
        <Match when={problem()}>
          {(text) => (
            <Banner kind="error">
              <b>The model could not write.</b> {text()}
              <LinkButton onClick={() => void room.instances.write()}>Try again</LinkButton>
            </Banner>
          )}
        </Match>
        <Match when={true}>
          <Banner kind="plain">
            <b>The model has not written from this text yet.</b>{' '}
            {corpus() ? 'Outputs of the whole corpus are being written in the background.' : ''}
            <Show when={room.can('run.start')} fallback=" You are a viewer here; somebody else can start it.">
              <LinkButton onClick={() => void room.instances.write()}>Write it now</LinkButton>
            </Show>
          </Banner>
        </Match>
      </Switch>
    </div>
  )
}
