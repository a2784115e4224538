import { checkQuestion } from '../questions.ts'
import { workspaceRoute } from '../route.ts'
import { analysisReply, analysisRequest } from '../wire/analyses.ts'
import { paths } from '../wire/paths.ts'
import { readWritten } from './outputs.ts'

export const analysisRoutes = [
  workspaceRoute('run.start', {
    method: 'POST',
    path: paths.analyses(':workspace'),
    summary: 'Answers a question about one instance: starts the run, joins it, or finds it computed',
    body: analysisRequest,
    reply: analysisReply,
    handle: async (call) => {
      const { deps, workspace, person, body } = call
      const { question } = body
      const { instance, written, languages, checkpoint, revision, summary } = await readWritten(call, body.instance)
      checkQuestion(question, summary, written.output.ids.length)
      return deps.runs.start({
        workspace: workspace.id,
        instance,
        person: person.id,
        input: {
          kind: 'analysis',
          checkpoint,
          revision,
          source: written.source.ids,
          output: written.output.ids,
          languages,
          question,
        },
      })
    },
  }),
]
