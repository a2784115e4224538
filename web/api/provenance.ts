import type { AddressesReply } from '#server/wire/addresses.ts'
import { addressesReply } from '#server/wire/addresses.ts'
import { paths } from '#server/wire/paths.ts'
import type { ProvenanceReply } from '#server/wire/provenance.ts'
import { provenanceReply } from '#server/wire/provenance.ts'
import type { Api } from './request.ts'

/** Versions, and the hash of a workspace's corpus. */
export const readProvenance = (api: Api, workspace: string): Promise<ProvenanceReply> =>
  api.ask(provenanceReply, paths.provenance(workspace))

/** Where the server is reached. */
export const readAddresses = (api: Api): Promise<AddressesReply> => api.ask(addressesReply, paths.addresses)
