import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { LinkButton } from '#web/widgets/messages.tsx'
import { nextStep, steps } from './steps.ts'

/** The way into the tour while it has something left to show: offered on examples, and wherever it was begun. */
export function TourInvitation(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const done = (): readonly string[] | null => app.preferences.values().tour
  const offered = (): boolean =>
    !desk.touring() && (done() === null ? room.info().example : nextStep(done() ?? []) !== null)
  return (
    <Show when={offered()}>
      <LinkButton onClick={() => desk.setTouring(true)}>
        {done() === null ? 'Take the tour' : `Tour: ${done()?.length ?? 0} of ${steps.length} done`}
      </LinkButton>
    </Show>
  )
}
