/** One's own workspaces as a table, with what can be done with each; and the bin. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import { may } from '#collab/wire/policy.ts'
import { paths } from '#server/wire/paths.ts'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import { ago, bytes } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { Workspaces } from '#web/state/workspaces.ts'
import { modelSummary } from '#web/views/workspace/model-summary.ts'
import { Dialog } from '#web/widgets/dialog.tsx'
import { Field } from '#web/widgets/controls.tsx'
import { MoreIcon } from '#web/widgets/icons.tsx'
import type { MenuItem } from '#web/widgets/menu.tsx'
import { Menu } from '#web/widgets/menu.tsx'

export function OwnWorkspaces(props: { readonly workspaces: Workspaces; readonly onNew: () => void }): JSX.Element {
  const own = createMemo(() => props.workspaces.list()?.filter((workspace) => !workspace.example) ?? [])
  const [renaming, setRenaming] = createSignal<WorkspaceReply | null>(null)
  return (
    <section class="own" aria-labelledby="h-own">
      <div class="own-head">
        <h2 id="h-own">Your workspaces</h2>
        <span class="grow" />
        <RestoreButton onFile={(file) => void props.workspaces.restore(file)} />
        <button type="button" class="button large" onClick={() => props.onNew()}>
          New workspace
        </button>
      </div>
      <Show
        when={own().length > 0}
        fallback={
          <p class="own-empty">None yet. Bring a checkpoint and a corpus of your own, or restore one from a file.</p>
        }
      >
        <table class="own-table">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Model</th>
              <th scope="col">Data</th>
              <th scope="col">Last change</th>
              <th scope="col">Here now</th>
              <th scope="col" class="number">
                On disk
              </th>
              <th scope="col">
                <span class="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={own()}>
              {(workspace) => (
                <OwnRow workspace={workspace} workspaces={props.workspaces} onRename={() => setRenaming(workspace)} />
              )}
            </For>
          </tbody>
        </table>
      </Show>
      <Bin workspaces={props.workspaces} />
      <RenameWorkspace
        workspace={renaming()}
        onClose={() => setRenaming(null)}
        onRename={(id, name) => void props.workspaces.rename(id, name)}
      />
    </section>
  )
}

function OwnRow(props: {
  readonly workspace: WorkspaceReply
  readonly workspaces: Workspaces
  readonly onRename: () => void
}): JSX.Element {
  const app = useApp()
  const can = (action: Parameters<typeof may>[1]): boolean => may(props.workspace.role, action)
  const items = (): readonly (MenuItem | null)[] => [
    { label: 'Rename', disabled: !can('workspace.rename'), onSelect: () => props.onRename() },
    {
      label: 'Export',
      disabled: !can('workspace.export'),
      onSelect: () => location.assign(paths.export(props.workspace.id)),
    },
    null,
    {
      label: 'Delete',
      danger: true,
      disabled: !can('workspace.delete'),
      onSelect: () => void props.workspaces.remove(props.workspace),
    },
  ]
  return (
    <tr>
      <th scope="row">
        <a href={`/w/${props.workspace.id}`}>{props.workspace.name}</a>
      </th>
      <td>
        {props.workspace.checkpoint.name} <span class="dim">{modelSummary(props.workspace.checkpoint)}</span>
      </td>
      <td>
        {props.workspace.corpus.name}, {props.workspace.corpus.instances.toLocaleString('en')}
      </td>
      <td>{ago(props.workspace.changedAt, app.clock.now())}</td>
      <td>{props.workspace.peopleHere === 0 ? '–' : props.workspace.peopleHere}</td>
      <td class="number">{bytes(props.workspace.bytes)}</td>
      <td>
        <Menu label={`More about ${props.workspace.name}`} triggerClass="icon" trigger={<MoreIcon />} items={items()} />
      </td>
    </tr>
  )
}

function RestoreButton(props: { readonly onFile: (file: File) => void }): JSX.Element {
  return (
    <label class="button large file-button">
      Restore from file
      <input
        type="file"
        accept=".zip,application/zip"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (file) props.onFile(file)
        }}
      />
    </label>
  )
}

function RenameWorkspace(props: {
  readonly workspace: WorkspaceReply | null
  readonly onClose: () => void
  readonly onRename: (id: string, name: string) => void
}): JSX.Element {
  return (
    <Dialog open={props.workspace !== null} onOpenChange={() => props.onClose()} title="Rename workspace">
      <Show when={props.workspace} keyed>
        {(workspace) => {
          const [name, setName] = createSignal(workspace.name)
          return (
            <form
              onSubmit={(event) => {
                event.preventDefault()
                if (name().trim() !== '') props.onRename(workspace.id, name().trim())
                props.onClose()
              }}
            >
              <Field label="Name">
                {({ id }) => (
                  <input
                    id={id}
                    class="input"
                    maxLength={120}
                    value={name()}
                    onInput={(event) => setName(event.currentTarget.value)}
                  />
                )}
              </Field>
              <div class="line end">
                <button type="button" class="plain" onClick={() => props.onClose()}>
                  Cancel
                </button>
                <button type="submit" class="button solid" disabled={name().trim() === ''}>
                  Rename
                </button>
              </div>
            </form>
          )
        }}
      </Show>
    </Dialog>
  )
}

/** Deleted workspaces: back with one click, or gone for good after a question. */
function Bin(props: { readonly workspaces: Workspaces }): JSX.Element {
  const [doomed, setDoomed] = createSignal<WorkspaceReply | null>(null)
  const remove = (): void => {
    const workspace = doomed()
    if (workspace) void props.workspaces.removeForever(workspace)
    setDoomed(null)
  }
  return (
    <Show when={props.workspaces.bin().length > 0}>
      <details class="bin">
        <summary>Deleted, {props.workspaces.bin().length}</summary>
        <ul>
          <For each={props.workspaces.bin()}>
            {(workspace) => (
              <li>
                <span>{workspace.name}</span> <span class="dim">{bytes(workspace.bytes)}</span>
                <button type="button" class="link" onClick={() => void props.workspaces.undelete(workspace)}>
                  Bring back
                </button>
                <button type="button" class="link" onClick={() => setDoomed(workspace)}>
                  Delete for good
                </button>
              </li>
            )}
          </For>
        </ul>
      </details>
      <Dialog
        open={doomed() !== null}
        onOpenChange={() => setDoomed(null)}
        title={`Delete “${doomed()?.name ?? ''}” for good?`}
        description="Its notes, evidence and results are gone then, for everybody who worked in it."
      >
        <div class="line end">
          <button type="button" class="plain" onClick={() => setDoomed(null)}>
            Keep it
          </button>
          <button type="button" class="button danger" onClick={remove}>
            Delete for good
          </button>
        </div>
      </Dialog>
    </Show>
  )
}
