import { type Version, askCorpusStudy } from '../corpus-studies.ts'
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
      const asked = await prepare(body.study, { checkpoint, revision, languages: workspace.languages }, call)
      return deps.runs.start({
        workspace: workspace.id,
        instance: null,
        person: person.id,
        input: { kind: 'study', workspace: workspace.id, checkpoint, revision, ...asked },
      })
    },
  }),
]

/** The study as it is computed, with what it reads, and the checkpoint where it is another one; refuses what no run could compute, before it is queued. */
function prepare(
  study: Study,
  own: Version,
  { deps, workspace }: WorkspaceCall,
): Promise<Pick<StudyInput, 'study' | 'states'> & Partial<Version>> {
  switch (study.kind) {
    case 'projection':
      return askProjection(study, workspace.id, own.revision, deps.database)
    default:
      return askCorpusStudy(study, workspace.id, own, deps)
  }
}
