/** "Try another text": another source, an output that is given, another checkpoint. What comes of it is an instance like any other. */
import type { JSX } from 'solid-js'
import { untrack } from 'solid-js'
import type { InstanceReply } from '#server/wire/instances.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { Dialog } from '#web/widgets/dialog.tsx'
import { OwnTextForm } from './later.ts'

export function OwnTextDialog(): JSX.Element {
  const desk = useDesk()
  const room = useRoom()
  const present = (): InstanceReply | null => {
    const state = room.instances.current()
    return state.kind === 'ready' ? state.instance : null
  }
  return (
    <Dialog
      open={desk.panel() === 'own-text'}
      onOpenChange={(open) => desk.setPanel(open ? 'own-text' : null)}
      title="Try another text"
      description="Change the text, the output or the model. Everybody here can open what comes of it; it is listed under “Own texts”."
      wide
    >
      <OwnTextForm from={untrack(present)} />
    </Dialog>
  )
}
