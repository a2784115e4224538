import { listMatching } from '../db/instance-query.ts'
import { readCorpus } from '../db/instances.ts'
import { encodePointTable, readPointTable } from '../points.ts'
import { type WorkspaceCall, workspaceRoute } from '../route.ts'
import { toStream } from '../stream.ts'
import { readStudyColumns, resolveFilters } from '../study-columns.ts'
import { paths } from '../wire/paths.ts'
import { matchingQuery, matchingReply, pointsReply } from '../wire/points.ts'

export const pointRoutes = [
  workspaceRoute('workspace.read', {
    method: 'GET',
    path: paths.points(':workspace'),
    summary: 'The instances as points: what they can be coloured and filtered by, column by column',
    reply: pointsReply,
    handle: async (call) => {
      const { deps, workspace } = call
      const computed = await readStudyColumns(workspace.id, deps)
      const table = await readPointTable(deps.database, workspace.id, await columnsOf(call), computed)
      return new Response(toStream(encodePointTable(table)), {
        headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
      })
    },
  }),
  workspaceRoute('workspace.read', {
    method: 'GET',
    path: paths.matchingPoints(':workspace'),
    summary: 'Which points match a search and filters',
    query: matchingQuery,
    reply: matchingReply,
    handle: async (call) => {
      const { deps, workspace, query } = call
      const filters = [...(await resolveFilters(query.filters ?? [], workspace.id, deps))]
      return {
        ordinals: await listMatching(deps.database, workspace.id, await columnsOf(call), {
          search: query.search,
          filters,
        }),
      }
    },
  }),
]

async function columnsOf({ deps, workspace }: Pick<WorkspaceCall, 'deps' | 'workspace'>) {
  return (await readCorpus(deps.database, workspace.id))?.columns ?? []
}
