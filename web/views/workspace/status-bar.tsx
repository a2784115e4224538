/** The last line: what is saved, what is being computed, how far the numbers on screen can be trusted, who is here. */
import type { JSX } from 'solid-js'
import { createMemo, Match, Show, Switch } from 'solid-js'
import type { RunReply } from '#server/wire/runs.ts'
import type { SaveState } from '#web/collab/save-state.ts'
import { messageOf } from '#web/errors.ts'
import { counted, percent } from '#web/marks/numbers.ts'
import { useApp } from '#web/state/app.ts'
import { hereLink } from '#web/state/link-check.ts'
import { useRoom } from '#web/state/room.ts'
import { spanOf, sumsOf } from '#web/views/instance/layout.ts'
import { TourInvitation } from '#web/views/tour/invitation.tsx'
import { copyText } from '#web/widgets/clipboard.ts'
import { later } from '#web/widgets/later.tsx'
import { LinkButton, ProgressLine } from '#web/widgets/messages.tsx'
import { doneOf, leftOf, runText, saveText } from './status-text.ts'

/** Few ask for them. */
const FrameTimes = later(
  () => import('./frame-times.tsx'),
  (module) => module.FrameTimes,
  { waiting: () => null, missing: () => null },
)

export function StatusBar(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const copy = async (): Promise<void> => {
    const link = hereLink(room)
    app.toasts.show((await copyText(link)) ? 'Link copied.' : `Copy it from here: ${link}`)
  }
  return (
    <footer class="status-bar">
      <Saved state={room.saveState()} />
      <Job />
      <span class="grow" />
      <Show when={app.preferences.values().frameTimes}>
        <FrameTimes />
      </Show>
      <TourInvitation />
      <GapStatus />
      <span>{counted(room.attendance.people().length, 'person', 'people')}</span>
      <LinkButton onClick={() => void copy()}>Copy link</LinkButton>
    </footer>
  )
}

/** Said only after the server confirmed that the last edit is durable. */
export function Saved(props: { readonly state: SaveState }): JSX.Element {
  return (
    <span class={`saved ${props.state.kind}`} role="status" data-save={props.state.kind}>
      {saveText(props.state)}
    </span>
  )
}

/** One run at a time: what somebody waits for comes before work in the background. */
function Job(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const run = createMemo(() => {
    const active = room.runs.active()
    return active.find((each) => each.kind !== 'corpus' && each.state === 'running') ?? active[0] ?? null
  })
  const more = (): number => room.runs.active().length - 1
  const mayCancel = (present: RunReply): boolean =>
    room.can('run.cancel-any') || (room.can('run.cancel-own') && present.startedBy?.id === room.me().id)
  const cancel = (present: RunReply): void => {
    room.runs.cancel(present.key).catch((error: unknown) => app.toasts.show(messageOf(error), { bad: true }))
  }
  return (
    <Switch>
      <Match when={run()}>
        {(present) => (
          <span class="job">
            <ProgressLine
              text={runText(present(), room.me().id)}
              done={doneOf(present())}
              left={leftOf(present())}
              onCancel={mayCancel(present()) ? () => cancel(present()) : undefined}
            />
            <Show when={more() > 0}>
              <span class="dim">{more()} more</span>
            </Show>
          </span>
        )}
      </Match>
    </Switch>
  )
}

/** The gap of the chosen output: the doubt stays in sight wherever the eye is. */
function GapStatus(): JSX.Element {
  const room = useRoom()
  const text = createMemo(() => {
    const { instance, token, options } = room.selection.view()
    if (instance === null || token?.side !== 'output') return null
    const scores = room.attributions.entry(instance, options)?.scores
    if (!scores || scores.known[token.index] !== 1) return null
    const sums = sumsOf(scores, ...spanOf(token))
    return Number.isNaN(sums.gap) ? null : `gap ${percent(sums.share)}${sums.converged ? '' : ', not converged'}`
  })
  return <Show when={text()}>{(present) => <span>{present()}</span>}</Show>
}
