import { listDocuments } from '../db/documents.ts'
import { Refusal } from '../errors.ts'
import { makeId } from '../identity.ts'
import { workspaceRoute } from '../route.ts'
import { noteReply } from '../wire/notes.ts'
import { paths } from '../wire/paths.ts'

/** Notes of one workspace; each is a document that is kept for ever. */
const MOST_NOTES = 2_000

export const noteRoutes = [
  workspaceRoute('document.write', {
    method: 'POST',
    path: paths.notes(':workspace'),
    summary: 'Makes the document of a note; its head goes into the shared document under the id',
    reply: noteReply,
    status: 201,
    handle: async ({ deps, workspace }) => {
      await deps.space.require()
      if ((await listDocuments(deps.database, workspace.id)).length > MOST_NOTES) {
        throw new Refusal('too-many', `a workspace holds ${MOST_NOTES} notes. Export it, then start a new one`)
      }
      const id = makeId(deps.random)
      await deps.collab.createNote(workspace.id, id)
      return { id }
    },
  }),
]
