import { may } from '#collab/wire/policy.ts'
import { Refusal } from '../errors.ts'
import { type WorkspaceCall, workspaceRoute } from '../route.ts'
import { paths } from '../wire/paths.ts'
import { type RunReply, runReply, runsReply } from '../wire/runs.ts'

export const runRoutes = [
  workspaceRoute('workspace.read', {
    method: 'GET',
    path: paths.runs(':workspace'),
    summary: 'The runs that are queued or under way',
    reply: runsReply,
    handle: async ({ deps, workspace }) => ({ runs: [...(await deps.runs.listLive(workspace.id))] }),
  }),
  workspaceRoute('workspace.read', {
    method: 'GET',
    path: paths.run(':workspace', ':run'),
    summary: 'One run',
    reply: runReply,
    handle: findRun,
  }),
  workspaceRoute('run.cancel-own', {
    method: 'DELETE',
    path: paths.run(':workspace', ':run'),
    summary: 'Cancels a run: your own, or as owner of the workspace any',
    reply: runReply,
    handle: async (call) => {
      const { deps, workspace, person, role } = call
      const run = await findRun(call)
      if (run.startedBy?.id !== person.id && !may(role, 'run.cancel-any')) {
        const who = run.startedBy === null ? 'The server' : run.startedBy.name
        throw new Refusal(
          'not-allowed',
          `${who} started this run. Only they or an owner of the workspace can cancel it`,
        )
      }
      return (await deps.runs.cancel(workspace.id, run.key, person.id)) ?? run
    },
  }),
]

async function findRun({ deps, workspace, params }: WorkspaceCall): Promise<RunReply> {
  const found = await deps.runs.read(workspace.id, params['run'] ?? '')
  if (found === null) throw new Refusal('not-found', 'there is no such run in this workspace. Reload the page')
  return found
}
