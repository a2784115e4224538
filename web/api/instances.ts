import type { Filter } from '#collab/wire/document.ts'
import type { DerivedReply, DerivedRequest } from '#server/wire/derived.ts'
import { derivedReply } from '#server/wire/derived.ts'
import type { FieldsReply, InstanceReply, InstancesReply } from '#server/wire/instances.ts'
import { fieldsReply, instanceReply, instancesReply } from '#server/wire/instances.ts'
import type { OutputReply } from '#server/wire/outputs.ts'
import { outputReply } from '#server/wire/outputs.ts'
import { paths } from '#server/wire/paths.ts'
import type { Api } from './request.ts'

/** What part of the list is asked for. */
export interface ListQuery {
  readonly search: string
  readonly filters: readonly Filter[]
  readonly sort: string | null
  readonly descending: boolean
  readonly offset: number
  readonly limit: number
  /** The texts of people's own in place of the corpus. */
  readonly own?: boolean
}

export function readInstances(
  api: Api,
  workspace: string,
  query: ListQuery,
  signal?: AbortSignal,
): Promise<InstancesReply> {
  const parameters = new URLSearchParams({ offset: String(query.offset), limit: String(query.limit) })
  if (query.search !== '') parameters.set('search', query.search)
  if (query.filters.length > 0) parameters.set('filters', JSON.stringify(query.filters))
  if (query.sort !== null) parameters.set('sort', query.sort)
  if (query.own) parameters.set('own', 'true')
  if (query.descending) parameters.set('descending', 'true')
  return api.ask(instancesReply, `${paths.instances(workspace)}?${parameters}`, signal ? { signal } : {})
}

export const readFields = (api: Api, workspace: string): Promise<FieldsReply> =>
  api.ask(fieldsReply, paths.fields(workspace))

export const readInstance = (api: Api, workspace: string, id: string, signal?: AbortSignal): Promise<InstanceReply> =>
  api.ask(instanceReply, paths.instance(workspace, id), signal ? { signal } : {})

/** Asks the model to write the output of one instance now. */
export const writeOutput = (api: Api, workspace: string, id: string): Promise<OutputReply> =>
  api.ask(outputReply, paths.output(workspace, id), { method: 'POST', body: {} })

/** Asks the model to write every output that is missing, in the background. */
export const writeOutputs = (api: Api, workspace: string): Promise<OutputReply> =>
  api.ask(outputReply, paths.outputs(workspace), { method: 'POST', body: {} })

/** A text of one's own: another source, an output that is given or continued, another checkpoint. */
export const deriveInstance = (api: Api, workspace: string, request: DerivedRequest): Promise<DerivedReply> =>
  api.ask(derivedReply, paths.instances(workspace), { method: 'POST', body: request })

/** Deletes a text of one's own. */
export const deleteInstance = (api: Api, workspace: string, id: string): Promise<void> =>
  api.tell(paths.instance(workspace, id), { method: 'DELETE' })
