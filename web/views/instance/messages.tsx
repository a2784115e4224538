/** The line under the lanes: what is being computed, what was kept, and what to do next. */
import type { JSX } from 'solid-js'
import { createMemo, Match, Show, Switch } from 'solid-js'
import { share, timeLeft } from '#web/marks/numbers.ts'
import type { Entry, Phase } from '#web/state/attributions.ts'
import { convergedCount } from '#web/state/scores.ts'
import { Banner, Late, LinkButton, ProgressLine } from '#web/widgets/messages.tsx'
import { toleranceText } from './explanations.ts'
import { progressText } from './progress-text.ts'

export interface MessageProps {
  readonly entry: Entry | null
  readonly online: boolean
  /** Id of this person: their own runs need no name. */
  readonly me: string
  /** Whether this person may stop the run that is shown. */
  readonly mayCancel: boolean
  readonly onCancel: () => void
  readonly onAgain: () => void
}

export function Messages(props: MessageProps): JSX.Element {
  const phase = createMemo<Phase>(() => props.entry?.phase ?? { kind: 'idle' })
  return (
    <div class="messages">
      <Switch>
        <Match when={!props.online && phase().kind !== 'done'}>
          <Banner kind="off">
            <b>Offline.</b> Outputs computed before still recolour; new ones wait for the server.
          </Banner>
        </Match>
        <Match when={phase().kind === 'asking'}>
          <Late>
            <ProgressLine text="Asking the server" done={null} left={null} />
          </Late>
        </Match>
        <Match when={running(phase())}>{(present) => <Running {...props} phase={present()} />}</Match>
        <Match when={phase().kind === 'cancelled'}>
          <Banner kind="warn">
            <b>{keptText(props.entry)}</b> Cancelled; what was done is kept, and what is grey is not finished.
            <LinkButton onClick={() => props.onAgain()}>Continue</LinkButton>
          </Banner>
        </Match>
        <Match when={failed(phase())}>
          {(present) => (
            <Banner kind={present().offline ? 'off' : 'error'}>
              <b>Attribution stopped.</b> {present().message} {props.entry?.scores ? keptText(props.entry) : ''}
              <LinkButton onClick={() => props.onAgain()}>Try again</LinkButton>
            </Banner>
          )}
        </Match>
        <Match when={forbidden(phase())}>{(present) => <Banner kind="plain">{present().message}</Banner>}</Match>
        <Match when={phase().kind === 'done' && !props.online}>
          <Banner kind="off">
            <b>Offline.</b> This result is here in full; others wait for the server.
          </Banner>
        </Match>
        <Match when={phase().kind === 'done' && props.entry}>{(entry) => <Doubt entry={entry()} />}</Match>
      </Switch>
    </div>
  )
}

const running = (phase: Phase): Extract<Phase, { kind: 'running' }> | null => (phase.kind === 'running' ? phase : null)
const failed = (phase: Phase): Extract<Phase, { kind: 'failed' }> | null => (phase.kind === 'failed' ? phase : null)
const forbidden = (phase: Phase): Extract<Phase, { kind: 'forbidden' }> | null =>
  phase.kind === 'forbidden' ? phase : null

function Running(props: MessageProps & { readonly phase: Extract<Phase, { kind: 'running' }> }): JSX.Element {
  const text = (): string => progressText(props.phase, props.entry, props.me)
  const eta = (): string | null => {
    const left = props.phase.progress?.eta
    return left === null || left === undefined ? null : timeLeft(left)
  }
  const done = (): number | null => {
    const { progress } = props.phase
    return progress && progress.total > 0 ? progress.done / progress.total : null
  }
  return (
    <ProgressLine
      text={text()}
      done={done()}
      left={eta()}
      onCancel={props.mayCancel ? () => props.onCancel() : undefined}
    />
  )
}

function keptText(entry: Entry | null): string {
  if (!entry?.scores) return 'Nothing was finished.'
  const { scores, options, targets } = entry
  if (options.method === 'integrated-gradients') {
    return `${share(convergedCount(scores), targets)} outputs within ${toleranceText(options)} gap.`
  }
  return `${share(
    scores.known.reduce((sum, flag) => sum + flag, 0),
    targets,
  )} outputs are there.`
}

/** A finished result that missed the tolerance for some outputs says so. */
function Doubt(props: { readonly entry: Entry }): JSX.Element {
  const within = (): number => (props.entry.scores ? convergedCount(props.entry.scores) : 0)
  const promises = (): boolean => props.entry.options.method === 'integrated-gradients'
  return (
    <Show when={promises() && within() < props.entry.targets}>
      <Banner kind="warn">
        <b>
          {share(within(), props.entry.targets)} outputs within {toleranceText(props.entry.options)} gap.
        </b>{' '}
        The others did not converge: read their gap beside the token, or choose another baseline.
      </Banner>
    </Show>
  )
}
