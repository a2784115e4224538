import { Refusal } from '../errors.ts'
import { findLocal } from '../files/allowed.ts'
import { readChunks } from '../middleware/body.ts'
import { type PersonCall, personRoute } from '../route.ts'
import {
  type ArrivalRequest,
  arrivalReply,
  arrivalRequest,
  arrivalsReply,
  uploadPieceQuery,
  uploadRequest,
} from '../wire/arrivals.ts'
import { LARGEST_PIECE } from '../wire/intakes.ts'
import { paths } from '../wire/paths.ts'

const idOf = (params: Readonly<Record<string, string>>): string => params['arrival'] ?? ''

export const arrivalRoutes = [
  personRoute({
    method: 'GET',
    path: paths.arrivals,
    summary: 'Checkpoints on their way in, and whether one may bring in others',
    reply: arrivalsReply,
    handle: async ({ deps, address }) => ({
      arrivals: [...deps.arrivals.list(), ...deps.uploads.list()],
      mayImport: deps.localFiles.isAtMachine(address),
      folders: [...deps.localFiles.foldersFor(address)],
    }),
  }),
  personRoute({
    method: 'POST',
    path: paths.arrivals,
    summary: 'Looks up a checkpoint at the hub, with what it takes; or registers a folder of the server’s machine',
    body: arrivalRequest,
    reply: arrivalReply,
    status: 201,
    handle: begin,
  }),
  personRoute({
    method: 'POST',
    path: paths.arrivalFetch(':arrival'),
    summary: 'Fetches a checkpoint that was looked up, or goes on where it ended',
    reply: arrivalReply,
    handle: async (call) => {
      requireMachine(call)
      return call.deps.arrivals.fetch(idOf(call.params))
    },
  }),
  personRoute({
    method: 'POST',
    path: paths.uploads,
    summary:
      'Begins the upload of a checkpoint, or finds the one of the same files; the answer says which files to send',
    body: uploadRequest,
    maxBytes: 2 ** 20,
    reply: arrivalReply,
    status: 201,
    handle: async (call) => {
      requireMachine(call)
      return call.deps.uploads.open(call.person.id, call.body)
    },
  }),
  personRoute({
    method: 'PUT',
    path: paths.uploadContent(':arrival'),
    summary: 'The next piece of a file of an uploaded checkpoint; the last one of all begins the reading',
    query: uploadPieceQuery,
    upload: ['application/octet-stream'],
    maxBytes: LARGEST_PIECE,
    reply: arrivalReply,
    handle: async (call) => {
      requireMachine(call)
      const { deps, person, params, query, request } = call
      return deps.uploads.receive(person.id, idOf(params), query, readChunks(request, LARGEST_PIECE))
    },
  }),
  personRoute({
    method: 'DELETE',
    path: paths.arrival(':arrival'),
    summary: 'Ends the fetching of a checkpoint; one that is not being fetched is forgotten, what was uploaded removed',
    reply: null,
    handle: async (call) => {
      requireMachine(call)
      const id = idOf(call.params)
      if (!(await call.deps.uploads.remove(id))) call.deps.arrivals.cancel(id)
    },
  }),
]

async function begin(call: PersonCall<unknown, ArrivalRequest>) {
  const { deps, body, address } = call
  if (body.from === 'folder') {
    const { localFiles } = deps
    return deps.arrivals.addFolder(await findLocal(body.name, localFiles.foldersFor(address), localFiles.home))
  }
  requireMachine(call)
  return deps.arrivals.lookUp(body.name)
}

/** Checkpoints fill disks: they are fetched for whoever sits at the machine. */
function requireMachine({ deps, address }: PersonCall): void {
  if (deps.localFiles.isAtMachine(address)) return
  throw new Refusal(
    'not-allowed',
    'checkpoints are brought in at the server’s own machine. Ask whoever runs it: npm run -s coattend -- import NAME',
  )
}
