import { record } from '../db/audit.ts'
import { makeId } from '../identity.ts'
import { readChunks } from '../middleware/body.ts'
import { personRoute, workspaceRoute } from '../route.ts'
import { toStream } from '../stream.ts'
import { exportWorkspace } from '../transfer/export.ts'
import { readArchive } from '../transfer/restore.ts'
import { paths } from '../wire/paths.ts'
import { workspaceReply } from '../wire/workspaces.ts'
import { makeWorkspace } from '../workspaces/make.ts'
import { readReply } from './workspaces.ts'

const LARGEST_ARCHIVE = 512 * 2 ** 20

export const transferRoutes = [
  workspaceRoute('workspace.export', {
    method: 'GET',
    path: paths.export(':workspace'),
    summary: 'The workspace as a zip file: corpus, outputs, documents, results',
    reply: { media: 'application/zip' },
    handle: async ({ deps, workspace, person }) => {
      await record(
        deps.database,
        { person: person.id, workspace: workspace.id, action: 'workspace-exported' },
        deps.now(),
      )
      const name = workspace.name.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '') || 'workspace'
      const day = deps.now().toISOString().slice(0, 10)
      return new Response(toStream(exportWorkspace(workspace, deps)), {
        headers: {
          'content-type': 'application/zip',
          'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(`${name}-${day}.zip`)}`,
          'cache-control': 'no-store',
        },
      })
    },
  }),
  personRoute({
    method: 'POST',
    path: paths.restore,
    summary: 'Makes a workspace from the zip file of an export; whoever restores it owns it',
    upload: ['application/zip', 'application/x-zip-compressed', 'application/octet-stream'],
    maxBytes: LARGEST_ARCHIVE,
    reply: workspaceReply,
    status: 201,
    handle: async ({ deps, request, person }) => {
      await deps.space.require()
      const restored = await readArchive(readChunks(request, LARGEST_ARCHIVE), deps.registry)
      const id = makeId(deps.random)
      await makeWorkspace({ ...restored, id, owner: person.id }, deps)
      return readReply(deps, id, person.id)
    },
  }),
]
