/** How far the attribution of an instance is, for whoever shows it: the one that is open, or B beside it. */
import type { JSX } from 'solid-js'
import { createMemo } from 'solid-js'
import { useRoom } from '#web/state/room.ts'
import { Messages } from './messages.tsx'
import type { InstanceModel } from './model.ts'

export function RunMessages(props: { readonly model: InstanceModel }): JSX.Element {
  const room = useRoom()
  const run = createMemo(() => {
    const phase = props.model.entry()?.phase
    return phase?.kind === 'running' ? phase.run : null
  })
  const mayCancel = (): boolean =>
    room.can('run.cancel-any') || (room.can('run.cancel-own') && run()?.startedBy?.id === room.me().id)
  const focus = (): number | null => {
    const choice = props.model.choice()
    return choice?.side === 'output' ? choice.index : null
  }
  return (
    <Messages
      entry={props.model.entry()}
      online={room.online()}
      me={room.me().id}
      mayCancel={mayCancel()}
      onCancel={() => room.attributions.cancel(props.model.instance().id, props.model.options())}
      onAgain={() => room.attributions.again(props.model.instance(), props.model.options(), focus())}
    />
  )
}
