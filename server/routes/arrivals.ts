import { Refusal } from '../errors.ts'
import { findLocal } from '../files/allowed.ts'
import { type PersonCall, personRoute } from '../route.ts'
import { type ArrivalRequest, arrivalReply, arrivalRequest, arrivalsReply } from '../wire/arrivals.ts'
import { paths } from '../wire/paths.ts'

const idOf = (params: Readonly<Record<string, string>>): string => params['arrival'] ?? ''

export const arrivalRoutes = [
  personRoute({
    method: 'GET',
    path: paths.arrivals,
    summary: 'Checkpoints on their way in, and whether one may bring in others',
    reply: arrivalsReply,
    handle: async ({ deps, address }) => ({
      arrivals: [...deps.arrivals.list()],
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
    method: 'DELETE',
    path: paths.arrival(':arrival'),
    summary: 'Ends the fetching of a checkpoint; one that is not being fetched is forgotten',
    reply: null,
    handle: async (call) => {
      requireMachine(call)
      call.deps.arrivals.cancel(idOf(call.params))
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
