/** The link to exactly this view, what else can be copied of it, a code to join by phone, and who may do what. */
import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import { readAddresses } from '#web/api/provenance.ts'
import { changeWorkspace } from '#web/api/workspaces.ts'
import { messageOf } from '#web/errors.ts'
import { For, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { stampLink } from '#web/state/link-check.ts'
import { shortened } from '#web/state/links.ts'
import { useRoom } from '#web/state/room.ts'
import { useDesk } from '#web/views/workspace/desk.ts'
import { Field, Segment } from '#web/widgets/controls.tsx'
import { Dialog } from '#web/widgets/dialog.tsx'
import { Banner } from '#web/widgets/messages.tsx'
import { isLocal, linkAt, shareable } from './addresses.ts'
import type { Copied } from './copying.ts'
import { copyView } from './copying.ts'
import { JoinScreen } from './join-screen.tsx'

type OpenRole = WorkspaceReply['openRole']

const roleTexts: Readonly<Record<OpenRole, string>> = {
  none: 'Only members can open the link.',
  viewer: 'Anyone who reaches this server can look, and start nothing.',
  commenter: 'Anyone who reaches this server can look and start computations.',
  editor: 'Anyone who reaches this server can look, compute, filter and write notes.',
}

export function ShareDialog(props: { readonly onClose: () => void }): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const desk = useDesk()
  const [addresses, setAddresses] = createSignal<readonly string[]>([location.origin])
  const [chosen, setChosen] = createSignal<string | null>(null)
  const [joining, setJoining] = createSignal(false)
  const origin = (): string => chosen() ?? addresses()[0] ?? location.origin
  const link = (): string => stampLink(linkAt(origin(), location), room.info().checkpoint)
  onMount(() => {
    readAddresses(app.api).then(
      (reply) => setAddresses(shareable(location.origin, reply.addresses)),
      // Without an answer the page's own address is still one.
      () => undefined,
    )
  })
  const copy = async (kind: Copied): Promise<void> => {
    if (await copyView(kind, { app, room, desk, link: shortened(link(), room.links, room.writable()) })) props.onClose()
  }
  return (
    <Show
      when={!joining()}
      fallback={
        <JoinScreen name={room.info().name} address={`${origin()}/w/${room.id}`} onClose={() => setJoining(false)} />
      }
    >
      <Dialog
        open
        onOpenChange={(open) => open || props.onClose()}
        title={`Share “${room.info().name}”`}
        description="The link opens what is on your screen: instance, token, heads, layer and options."
      >
        <input
          class="input mono"
          readonly
          aria-label="Link to this view"
          value={link()}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Addresses list={addresses()} value={origin()} onChange={setChosen} />
        <div class="line share-copies">
          <button type="button" class="button solid" onClick={() => void copy('link')}>
            Copy link
          </button>
          <button type="button" class="button" onClick={() => void copy('citation')}>
            Copy as citation
          </button>
          <button type="button" class="button" onClick={() => void copy('markdown')}>
            Copy as Markdown
          </button>
        </div>
        <OpenTo />
        <div class="line end">
          <button type="button" class="button" onClick={() => setJoining(true)}>
            Show a QR code
          </button>
          <button type="button" class="plain" onClick={() => props.onClose()}>
            Close
          </button>
        </div>
      </Dialog>
    </Show>
  )
}

/** Which address the link begins with, and whether others can open it. */
function Addresses(props: {
  readonly list: readonly string[]
  readonly value: string
  readonly onChange: (address: string) => void
}): JSX.Element {
  return (
    <div class="share-addresses">
      <Show when={props.list.length > 1}>
        <Field label="Address of this server">
          {({ id }) => (
            <select
              id={id}
              class="select small"
              value={props.value}
              onChange={(event) => props.onChange(event.currentTarget.value)}
            >
              <For each={props.list}>
                {(address) => (
                  <option value={address}>{isLocal(address) ? `${address} (this machine only)` : address}</option>
                )}
              </For>
            </select>
          )}
        </Field>
      </Show>
      <Show when={isLocal(props.value)}>
        <Banner kind="warn">
          <b>Only this machine can open this address.</b> To let others in, start Coattend with{' '}
          <code>npm start -- --host 0.0.0.0</code>, or name its address with COATTEND_ORIGIN.
        </Banner>
      </Show>
    </div>
  )
}

/** What everybody may do who was not invited; owners change it. */
function OpenTo(): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const [problem, setProblem] = createSignal<string | null>(null)
  const setRole = async (openRole: OpenRole): Promise<void> => {
    try {
      await changeWorkspace(app.api, room.id, { openRole })
      setProblem(null)
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  return (
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
  )
}
