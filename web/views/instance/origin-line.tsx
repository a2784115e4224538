/** Where a text of somebody's own comes from, with the way back and into a comparison. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import type { Origin } from '#server/wire/derived.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import { deleteInstance } from '#web/api/instances.ts'
import { messageOf } from '#web/errors.ts'
import { pieceName } from '#web/marks/pieces.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { LinkButton } from '#web/widgets/messages.tsx'

export function OriginLine(props: { readonly instance: InstanceReply }): JSX.Element {
  return <Show when={props.instance.origin}>{(origin) => <Line instance={props.instance} origin={origin()} />}</Show>
}

function Line(props: { readonly instance: InstanceReply; readonly origin: Origin }): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const compare = (from: string): void => {
    room.selection.setPin({ instance: from, options: room.selection.view().options })
    desk.setAnswer('compare')
  }
  const own = (): boolean => props.origin.by?.id === room.me().id
  const remove = async (): Promise<void> => {
    const { id } = props.instance
    try {
      await deleteInstance(app.api, room.id, id)
      room.selection.select({ instance: props.origin.from, token: null })
      room.list.refresh()
    } catch (error) {
      app.toasts.show(messageOf(error), { bad: true })
    }
  }
  return (
    <p class="origin">
      <span>{madeOf(props.instance, props.origin)}</span>
      <Show when={props.origin.from}>
        {(from) => (
          <>
            <LinkButton onClick={() => room.selection.openInstance(from())}>Back to {from()}</LinkButton>
            <LinkButton onClick={() => compare(from())}>Compare with it</LinkButton>
          </>
        )}
      </Show>
      <Show when={room.can('run.start') && (own() || room.can('run.cancel-any'))}>
        <LinkButton onClick={() => void remove()}>Delete</LinkButton>
      </Show>
    </p>
  )
}

/** "Ada continued newsroom-test-1 from step 17 with “he”". */
function madeOf({ output }: InstanceReply, { from, by, target, checkpoint, languages }: Origin): string {
  const who = by?.name ?? 'Somebody'
  const of = from ?? 'a text'
  const spoken = languages === null ? '' : `, ${languages.source ?? 'usual'} → ${languages.target ?? 'usual'}`
  const model = `${checkpoint === null ? '' : `, read by ${checkpoint}`}${spoken}`
  if (target.kind === 'force') return `${who} gave another output to ${of}${model}.`
  if (target.kind === 'write') return `${who} tried a text${from ? ` from ${from}` : ''}${model}.`
  const token = output?.steps[target.step]?.token
  return `${who} continued ${of} from step ${target.step + 1}${token ? ` with “${pieceName(token)}”` : ''}${model}.`
}
