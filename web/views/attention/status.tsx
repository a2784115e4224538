/** One line under the maps: what the values are about and whether to trust them, or how far their computation is. */
import type { JSX } from 'solid-js'
import { createMemo, Match, Show, Switch } from 'solid-js'
import { counted, share, timeLeft } from '#web/marks/numbers.ts'
import type { Analysis } from '#web/state/analyses.ts'
import { Banner, Late, LinkButton, ProgressLine } from '#web/widgets/messages.tsx'
import { useBoard } from './board.ts'
import type { MetricValues, Summary } from './metric-values.ts'

export function Status(props: { readonly values: MetricValues; readonly summary: Summary }): JSX.Element {
  const board = useBoard()
  const { room } = board
  const analysis = (): Analysis | null => props.values.analysis()
  const instanceState = () => room.instances.current().kind
  const question = () => props.values.question()
  const retry = (): void => {
    const [at, asked] = [board.instance(), question()]
    if (at && asked) room.analyses.retry(at, asked)
  }
  const cancel = (): void => {
    const [at, asked] = [board.instance(), question()]
    if (at && asked) room.analyses.cancel(at, asked)
  }
  return (
    <div class="head-status">
      <Switch>
        <Match when={instanceState() === 'none'}>
          <SummaryLine summary={props.summary} otherwise="Choose a text to see what its heads do." />
        </Match>
        <Match when={board.instance() === null && instanceState() === 'ready'}>
          <Banner kind="plain">The model has not written from this text yet; its heads have nothing to carry.</Banner>
        </Match>
        <Match when={analysis()}>
          {(present) => (
            <AnalysisLine
              analysis={present()}
              what={board.metric().label}
              onRetry={retry}
              onCancel={cancel}
              done={<Done values={props.values} summary={props.summary} />}
            />
          )}
        </Match>
      </Switch>
    </div>
  )
}

/** The phase of one answer: progress with a way to stop it, or the cause of its end with a way to go on. */
export function AnalysisLine(props: {
  readonly analysis: Analysis
  readonly what: string
  readonly onRetry: () => void
  readonly onCancel: () => void
  readonly done: JSX.Element
}): JSX.Element {
  const { room } = useBoard()
  const phase = createMemo(() => props.analysis.phase)
  const failed = () => {
    const now = phase()
    return now.kind === 'failed' ? now : null
  }
  const forbidden = () => {
    const now = phase()
    return now.kind === 'forbidden' ? now : null
  }
  const mayCancel = (): boolean => {
    const now = phase()
    if (now.kind !== 'running') return false
    return room.can('run.cancel-any') || (room.can('run.cancel-own') && now.run.startedBy?.id === room.me().id)
  }
  return (
    <Switch fallback={props.done}>
      <Match when={!room.online() && phase().kind !== 'done'}>
        <Banner kind="off">
          <b>Offline.</b> What was seen before opens; the rest waits for the server.
        </Banner>
      </Match>
      <Match when={phase().kind === 'asking'}>
        <Late>
          <ProgressLine text={`${props.what}: asking the server`} done={null} left={null} />
        </Late>
      </Match>
      <Match when={phase().kind === 'running'}>
        <ProgressLine
          text={progressOf(props.what, props.analysis)}
          done={doneOf(props.analysis)}
          left={leftOf(props.analysis)}
          onCancel={mayCancel() ? () => props.onCancel() : undefined}
        />
      </Match>
      <Match when={phase().kind === 'cancelled'}>
        <Banner kind="warn">
          <b>{props.what}: cancelled.</b>{' '}
          {props.analysis.partial === null ? 'What was here before stays.' : 'What was computed stays.'}
          <LinkButton onClick={() => props.onRetry()}>Continue</LinkButton>
        </Banner>
      </Match>
      <Match when={failed()}>
        {(now) => (
          <Banner kind={now().offline ? 'off' : 'error'}>
            <b>{props.what} could not be computed.</b> {now().message}
            <LinkButton onClick={() => props.onRetry()}>Try again</LinkButton>
          </Banner>
        )}
      </Match>
      <Match when={forbidden()}>{(now) => <Banner kind="plain">{now().message}</Banner>}</Match>
    </Switch>
  )
}

function progressOf(what: string, { phase, progress }: Analysis): string {
  if (phase.kind === 'running' && phase.run.state === 'queued' && progress === null) {
    const before = phase.run.position ?? 0
    return before > 0 ? `${what}: waiting, ${counted(before, 'run')} before it` : `${what}: about to start`
  }
  if (progress === null || progress.total === 0) return what
  return `${what}: ${progress.stage}, ${share(progress.done, progress.total)}`
}

const doneOf = ({ progress }: Analysis): number | null =>
  progress && progress.total > 0 ? progress.done / progress.total : null

const leftOf = ({ progress }: Analysis): string | null =>
  progress?.eta === null || progress?.eta === undefined ? null : timeLeft(progress.eta)

/** What the values are about, and how far the integral behind them got. */
function Done(props: { readonly values: MetricValues; readonly summary: Summary }): JSX.Element {
  const board = useBoard()
  const about = (): string => {
    const { perToken, id } = board.metric()
    const tokens = board.instance()?.output?.ids.length ?? 0
    if (!perToken) return 'mean over the queries of this text'
    const quote = board.quote()
    if (quote === null) return `mean over ${counted(tokens, 'output token')}`
    return id === 'effect' ? `on the log-probability of ${quote}` : `for ${quote}`
  }
  return (
    <p class="head-about">
      <span>{about()}</span>
      <Show when={convergence(props.values.analysis())}>
        {(text) => (
          <span
            class="dim"
            title="Completeness: the attribution of a layer must add up to what its attention gives to F. Gap: what the sum misses."
          >
            {text()}
          </span>
        )}
      </Show>
      <SummaryLine summary={props.summary} otherwise="" />
    </p>
  )
}

function convergence(analysis: Analysis | null): string | null {
  let [within, all] = [0, 0]
  for (const [name, tensor] of analysis?.tensors ?? []) {
    if (!name.startsWith('converged.')) continue
    for (const flag of tensor.data) {
      all++
      if (flag === 1) within++
    }
  }
  return all === 0 ? null : `${share(within, all)} layers within the gap`
}

/** Where the corpus means stand. */
function SummaryLine(props: { readonly summary: Summary; readonly otherwise: string }): JSX.Element {
  const board = useBoard()
  const { room } = board
  const phase = () => props.summary.analysis()?.phase.kind ?? null
  const rows = (): number => board.settings().rows
  const cause = (): string | undefined => {
    const now = props.summary.analysis()?.phase
    return now?.kind === 'failed' ? now.message : undefined
  }
  const progress = (): string => {
    const now = props.summary.analysis()?.progress
    return now && now.total > 0 ? `, ${share(now.done, now.total)}` : ''
  }
  return (
    <Switch fallback={<span>{props.otherwise}</span>}>
      <Match when={phase() === null && room.can('run.start')}>
        <span>
          No mean over the corpus yet.{' '}
          <LinkButton onClick={() => props.summary.ask()}>Measure {rows()} texts</LinkButton>
        </span>
      </Match>
      <Match when={phase() === 'asking' || phase() === 'running'}>
        <span class="dim">
          Mean over {rows()} texts{progress()}{' '}
          <LinkButton onClick={() => room.analyses.cancel(null, props.summary.study())}>Cancel</LinkButton>
        </span>
      </Match>
      <Match when={phase() === 'failed' || phase() === 'cancelled'}>
        <span class="dim">
          <span title={cause()}>
            No mean: {phase() === 'failed' ? (cause() ?? 'it could not be computed.') : 'cancelled.'}
          </span>{' '}
          <LinkButton onClick={() => room.analyses.retry(null, props.summary.study())}>Try again</LinkButton>
        </span>
      </Match>
    </Switch>
  )
}
