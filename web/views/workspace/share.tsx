/** The link to exactly this view, and who may do what with it. */
import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import { changeWorkspace } from '#web/api/workspaces.ts'
import { messageOf } from '#web/errors.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { Segment } from '#web/widgets/controls.tsx'
import { Dialog } from '#web/widgets/dialog.tsx'
import { copyText } from '#web/widgets/clipboard.ts'
import { useDesk } from './desk.ts'

type OpenRole = WorkspaceReply['openRole']

const roleTexts: Readonly<Record<OpenRole, string>> = {
  none: 'Only members can open the link.',
  viewer: 'Anyone who reaches this server can look, and start nothing.',
  commenter: 'Anyone who reaches this server can look and start computations.',
  editor: 'Anyone who reaches this server can look, compute, filter and write notes.',
}

export function ShareDialog(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const [problem, setProblem] = createSignal<string | null>(null)
  const setRole = async (openRole: OpenRole): Promise<void> => {
    try {
      await changeWorkspace(app.api, room.id, { openRole })
      setProblem(null)
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  const copy = async (): Promise<void> => {
    app.toasts.show((await copyText(location.href)) ? 'Link copied.' : `Copy it from here: ${location.href}`)
    desk.setPanel(null)
  }
  return (
    <Dialog
      open={desk.panel() === 'share'}
      onOpenChange={(open) => desk.setPanel(open ? 'share' : null)}
      title={`Share “${room.info().name}”`}
      description="The link opens this instance, token and options."
    >
      <input
        class="input mono"
        readonly
        aria-label="Link to this view"
        value={location.href}
        onFocus={(event) => event.currentTarget.select()}
      />
      <div class="share-role">
        <Show when={room.can('members.set')} fallback={<p>{roleTexts[room.info().openRole]}</p>}>
          <Segment
            label="What everybody else may do"
            value={room.info().openRole}
            choices={[
              { value: 'none', label: 'Members only' },
              { value: 'viewer', label: 'Viewer' },
              { value: 'commenter', label: 'Commenter' },
              { value: 'editor', label: 'Editor' },
            ]}
            onChange={(role) => void setRole(role)}
          />
          <p>{roleTexts[room.info().openRole]}</p>
        </Show>
        <Show when={problem()}>{(text) => <p class="form-error">{text()}</p>}</Show>
      </div>
      <div class="line end">
        <button type="button" class="plain" onClick={() => desk.setPanel(null)}>
          Close
        </button>
        <button type="button" class="button solid" onClick={() => void copy()}>
          Copy link
        </button>
      </div>
    </Dialog>
  )
}
