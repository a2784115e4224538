/** The list of workspaces on the landing page, and what can be done with each. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import type { MakeWorkspaceRequest, WorkspaceReply } from '#server/wire/workspaces.ts'
import {
  changeWorkspace,
  deleteForever,
  deleteWorkspace,
  makeWorkspace,
  readBin,
  readWorkspaces,
  restoreWorkspace,
  undeleteWorkspace,
} from '#web/api/workspaces.ts'
import { messageOf } from '#web/errors.ts'
import type { App } from './app.ts'

export interface Workspaces {
  /** null before the first answer. */
  readonly list: Accessor<readonly WorkspaceReply[] | null>
  /** Deleted, and still to be had back. */
  readonly bin: Accessor<readonly WorkspaceReply[]>
  readonly error: Accessor<string | null>
  refresh(): Promise<void>
  make(request: MakeWorkspaceRequest): Promise<WorkspaceReply>
  rename(id: string, name: string): Promise<void>
  /** Into the bin, with an offer to undo it. */
  remove(workspace: WorkspaceReply): Promise<void>
  undelete(workspace: WorkspaceReply): Promise<void>
  removeForever(workspace: WorkspaceReply): Promise<void>
  restore(file: Blob): Promise<void>
}

export function createWorkspaces({ api, toasts, person }: Pick<App, 'api' | 'toasts' | 'person'>): Workspaces {
  const [list, setList] = createSignal<readonly WorkspaceReply[] | null>(null)
  const [bin, setBin] = createSignal<readonly WorkspaceReply[]>([])
  const [error, setError] = createSignal<string | null>(null)
  const refresh = async (): Promise<void> => {
    try {
      setList((await readWorkspaces(api)).workspaces)
      setError(null)
      if (person() !== null) setBin((await readBin(api)).workspaces)
    } catch (cause) {
      setError(messageOf(cause))
    }
  }
  /** Does something, shows what went wrong, and reads the list anew. */
  const act = async (action: () => Promise<unknown>): Promise<boolean> => {
    try {
      await action()
      return true
    } catch (cause) {
      toasts.show(messageOf(cause), { bad: true })
      return false
    } finally {
      await refresh()
    }
  }
  const undelete = async ({ id, name }: WorkspaceReply): Promise<void> => {
    if (await act(() => undeleteWorkspace(api, id))) toasts.show(`“${name}” is back.`)
  }
  return {
    list,
    bin,
    error,
    refresh,
    undelete,
    async make(request) {
      const made = await makeWorkspace(api, request)
      await refresh()
      return made
    },
    async rename(id, name) {
      await act(() => changeWorkspace(api, id, { name }))
    },
    async remove(workspace) {
      const done = await act(() => deleteWorkspace(api, workspace.id))
      const action = { label: 'Undo', run: () => void undelete(workspace) }
      if (done) toasts.show(`“${workspace.name}” deleted.`, { action })
    },
    async removeForever({ id, name }) {
      if (await act(() => deleteForever(api, id))) toasts.show(`“${name}” is gone for good.`)
    },
    async restore(file) {
      let name = ''
      const done = await act(async () => void ({ name } = await restoreWorkspace(api, file)))
      if (done) toasts.show(`“${name}” restored.`)
    },
  }
}
