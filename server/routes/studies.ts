import { askProjection } from '../projections.ts'
import { type WorkspaceCall, workspaceRoute } from '../route.ts'
import { paths } from '../wire/paths.ts'
import { type Study, studyReply, studyRequest } from '../wire/studies.ts'
import type { StudyInput } from '../jobs/input.ts'
import { readRevision } from './outputs.ts'

export const studyRoutes = [
  workspaceRoute('run.start', {
    method: 'POST',
    path: paths.studies(':workspace'),
    summary: 'Asks a question about the corpus: starts the run, joins it, or finds it computed',
    body: studyRequest,
    reply: studyReply,
    handle: async (call) => {
      const { deps, workspace, person, body } = call
      const { checkpoint, revision } = await readRevision(call)
      const asked = await prepare(body.study, revision, call)
      return deps.runs.start({
        workspace: workspace.id,
        instance: null,
        person: person.id,
        input: { kind: 'study', checkpoint, revision, workspace: workspace.id, ...asked },
      })
    },
  }),
]

/** The study as it is computed, with the states it reads; refuses what no run could compute, before it is queued. */
async function prepare(
  study: Study,
  revision: string,
  { deps, workspace }: WorkspaceCall,
): Promise<Pick<StudyInput, 'study' | 'states'>> {
  switch (study.kind) {
    case 'projection':
      return askProjection(study, workspace.id, revision, deps.database)
    default:
      return { study, states: [] }
  }
}
