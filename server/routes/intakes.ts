import { findLocal } from '../files/allowed.ts'
import { readChunks } from '../middleware/body.ts'
import { personRoute } from '../route.ts'
import {
  LARGEST_PIECE,
  changeIntakeRequest,
  intakeReply,
  localFoldersReply,
  localIntakeRequest,
  openIntakeRequest,
  pieceQuery,
} from '../wire/intakes.ts'
import { paths } from '../wire/paths.ts'

const idOf = (params: Readonly<Record<string, string>>): string => params['intake'] ?? ''

export const intakeRoutes = [
  personRoute({
    method: 'GET',
    path: paths.localFolders,
    summary: 'Folders of the server’s own machine below which files may be named; none where it opens no paths',
    reply: localFoldersReply,
    handle: async ({ deps, address }) => ({ folders: [...deps.localFiles.foldersFor(address)] }),
  }),
  personRoute({
    method: 'POST',
    path: paths.intakes,
    summary: 'Begins the upload of a corpus file, whose pieces follow; it is kept for a day',
    body: openIntakeRequest,
    reply: intakeReply,
    status: 201,
    handle: ({ deps, person, body }) => deps.intakes.open(person.id, body),
  }),
  personRoute({
    method: 'POST',
    path: paths.localIntakes,
    summary: 'Takes a corpus file of the server’s own machine, below the folders that it opens',
    body: localIntakeRequest,
    reply: intakeReply,
    status: 201,
    handle: async ({ deps, person, body, address }) => {
      const folders = deps.localFiles.foldersFor(address)
      return deps.intakes.copy(person.id, await findLocal(body.path, folders, deps.localFiles.home))
    },
  }),
  personRoute({
    method: 'GET',
    path: paths.intake(':intake'),
    summary: 'How far a corpus file has come, and what was found in it',
    reply: intakeReply,
    handle: async ({ deps, person, params }) => deps.intakes.find(person.id, idOf(params)),
  }),
  personRoute({
    method: 'PUT',
    path: paths.intakeContent(':intake'),
    summary: 'The next piece of an upload, from byte `at` on; the last one begins the reading',
    query: pieceQuery,
    upload: ['application/octet-stream'],
    maxBytes: LARGEST_PIECE,
    reply: intakeReply,
    handle: ({ deps, person, params, query, request }) =>
      deps.intakes.receive(person.id, idOf(params), query.at, readChunks(request, LARGEST_PIECE)),
  }),
  personRoute({
    method: 'PATCH',
    path: paths.intake(':intake'),
    summary: 'Reads a corpus file in another way: other columns, another encoding, another separator',
    body: changeIntakeRequest,
    maxBytes: 2 ** 18,
    reply: intakeReply,
    handle: async ({ deps, person, params, body }) => deps.intakes.change(person.id, idOf(params), body),
  }),
  personRoute({
    method: 'DELETE',
    path: paths.intake(':intake'),
    summary: 'Puts a corpus file away that is not wanted',
    reply: null,
    handle: ({ deps, person, params }) => deps.intakes.remove(person.id, idOf(params)),
  }),
]
