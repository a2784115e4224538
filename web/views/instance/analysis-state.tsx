/** What stands where an answer will be: how far it is, why there is none, and what to do. */
import type { JSX } from 'solid-js'
import { createMemo, Match, Switch } from 'solid-js'
import type { Question } from '#server/wire/analyses.ts'
import { share, timeLeft } from '#web/marks/numbers.ts'
import type { Analysis, AskedInstance } from '#web/state/analyses.ts'
import { useRoom } from '#web/state/room.ts'
import { Banner, Late, LinkButton, ProgressLine } from '#web/widgets/messages.tsx'

export interface AnalysisStateProps {
  readonly analysis: Analysis
  /** What is computed, as a sentence begins. */
  readonly what: string
  readonly instance: AskedInstance
  readonly question: Question
}

const progressOf = ({ progress }: Analysis): string => {
  if (progress === null) return ''
  return `: ${progress.stage}${progress.total > 1 ? `, ${share(progress.done, progress.total)}` : ''}`
}

export function AnalysisState(props: AnalysisStateProps): JSX.Element {
  const room = useRoom()
  const phase = createMemo(() => props.analysis.phase)
  const running = createMemo(() => {
    const now = phase()
    return now.kind === 'running' ? now : null
  })
  const message = createMemo(() => {
    const now = phase()
    return now.kind === 'failed' ? now : null
  })
  const forbidden = createMemo(() => {
    const now = phase()
    return now.kind === 'forbidden' ? now : null
  })
  const done = (): number | null => {
    const { progress } = props.analysis
    return progress && progress.total > 0 ? progress.done / progress.total : null
  }
  const left = (): string | null => {
    const eta = props.analysis.progress?.eta
    return eta === null || eta === undefined ? null : timeLeft(eta)
  }
  const mayCancel = (): boolean =>
    room.can('run.cancel-any') || (room.can('run.cancel-own') && running()?.run.startedBy?.id === room.me().id)
  const again = (): void => room.analyses.retry(props.instance, props.question)
  return (
    <div class="analysis-state">
      <Switch>
        <Match when={phase().kind === 'asking'}>
          <Late>
            <ProgressLine text="Asking the server" done={null} left={null} />
          </Late>
        </Match>
        <Match when={running()}>
          <ProgressLine
            text={`${props.what}${progressOf(props.analysis)}`}
            done={done()}
            left={left()}
            onCancel={mayCancel() ? () => room.analyses.cancel(props.instance, props.question) : undefined}
          />
        </Match>
        <Match when={phase().kind === 'cancelled'}>
          <Banner kind="warn">
            <b>Cancelled.</b>{' '}
            {props.analysis.partial === null ? 'Nothing was finished.' : 'What was computed is shown.'}{' '}
            <LinkButton onClick={again}>Compute it</LinkButton>
          </Banner>
        </Match>
        <Match when={message()}>
          {(failed) => (
            <Banner kind={failed().offline ? 'off' : 'error'}>
              <b>{props.what}: stopped.</b> {failed().message} <LinkButton onClick={again}>Try again</LinkButton>
            </Banner>
          )}
        </Match>
        <Match when={forbidden()}>{(refused) => <Banner kind="plain">{refused().message}</Banner>}</Match>
      </Switch>
    </div>
  )
}
