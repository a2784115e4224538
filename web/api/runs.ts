import type { AttributionReply, AttributionRequest } from '#server/wire/attributions.ts'
import { attributionReply } from '#server/wire/attributions.ts'
import { paths } from '#server/wire/paths.ts'
import type { RunReply, RunsReply } from '#server/wire/runs.ts'
import { runReply, runsReply } from '#server/wire/runs.ts'
import type { Api } from './request.ts'

/** Starts the attribution of an instance, joins one under way, or finds one computed before. */
export const requestAttribution = (
  api: Api,
  workspace: string,
  request: AttributionRequest,
): Promise<AttributionReply> =>
  api.ask(attributionReply, paths.attributions(workspace), { method: 'POST', body: request })

/** The runs that are queued or under way. */
export const readRuns = (api: Api, workspace: string): Promise<RunsReply> => api.ask(runsReply, paths.runs(workspace))

export const readRun = (api: Api, workspace: string, key: string): Promise<RunReply> =>
  api.ask(runReply, paths.run(workspace, key))

export const cancelRun = (api: Api, workspace: string, key: string): Promise<void> =>
  api.tell(paths.run(workspace, key), { method: 'DELETE' })
