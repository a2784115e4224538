import { hashCorpus } from '../db/corpus-hash.ts'
import { personRoute, workspaceRoute } from '../route.ts'
import { addressesReply } from '../wire/addresses.ts'
import { paths } from '../wire/paths.ts'
import { provenanceReply } from '../wire/provenance.ts'

export const provenanceRoutes = [
  workspaceRoute('workspace.read', {
    method: 'GET',
    path: paths.provenance(':workspace'),
    summary: 'Where the numbers of a workspace come from: versions, and a hash of its corpus',
    reply: provenanceReply,
    handle: async ({ deps: { database, version, engine }, workspace }) => ({
      version,
      engine,
      dataHash: await hashCorpus(database, workspace.id),
    }),
  }),
  personRoute({
    method: 'GET',
    path: paths.addresses,
    summary: 'The addresses this server answers to, for a link that others can open',
    reply: addressesReply,
    handle: ({ deps: { origins } }) => Promise.resolve({ addresses: [...origins.list] }),
  }),
]
