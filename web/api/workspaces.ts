import { paths } from '#server/wire/paths.ts'
import type {
  ChangeWorkspaceRequest,
  MakeWorkspaceRequest,
  WorkspaceReply,
  WorkspacesReply,
} from '#server/wire/workspaces.ts'
import { workspaceReply, workspacesReply } from '#server/wire/workspaces.ts'
import type { Api } from './request.ts'

export const readWorkspaces = (api: Api): Promise<WorkspacesReply> => api.ask(workspacesReply, paths.workspaces)

/** The workspaces of this person that were deleted and can still be brought back. */
export const readBin = (api: Api): Promise<WorkspacesReply> => api.ask(workspacesReply, `${paths.workspaces}?bin=true`)

export const readWorkspace = (api: Api, id: string): Promise<WorkspaceReply> =>
  api.ask(workspaceReply, paths.workspace(id))

export const makeWorkspace = (api: Api, request: MakeWorkspaceRequest): Promise<WorkspaceReply> =>
  api.ask(workspaceReply, paths.workspaces, { method: 'POST', body: request })

export const changeWorkspace = (api: Api, id: string, request: ChangeWorkspaceRequest): Promise<WorkspaceReply> =>
  api.ask(workspaceReply, paths.workspace(id), { method: 'PATCH', body: request })

/** Puts a workspace into the bin, from which `undeleteWorkspace` brings it back. */
export const deleteWorkspace = (api: Api, id: string): Promise<void> =>
  api.tell(paths.workspace(id), { method: 'DELETE' })

export const undeleteWorkspace = (api: Api, id: string): Promise<void> =>
  api.tell(paths.undelete(id), { method: 'POST', body: {} })

export const deleteForever = (api: Api, id: string): Promise<void> =>
  api.tell(`${paths.workspace(id)}?forever=true`, { method: 'DELETE' })

/** A workspace from an exported file. */
export const restoreWorkspace = (api: Api, file: Blob): Promise<WorkspaceReply> =>
  api.ask(workspaceReply, paths.restore, { method: 'POST', file: file.slice(0, file.size, 'application/zip') })
