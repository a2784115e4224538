import { checkBaseline, checkTarget, checkToken } from '../questions.ts'
import { spoken } from '../languages.ts'
import { workspaceRoute } from '../route.ts'
import { attributionReply, attributionRequest } from '../wire/attributions.ts'
import { paths } from '../wire/paths.ts'
import { readWritten } from './outputs.ts'

export const attributionRoutes = [
  workspaceRoute('run.start', {
    method: 'POST',
    path: paths.attributions(':workspace'),
    summary: 'Attributes every output token of an instance: starts the run, joins it, or finds it computed',
    body: attributionRequest,
    reply: attributionReply,
    handle: async (call) => {
      const { deps, workspace, person, body } = call
      const { instance, written, languages, checkpoint, revision, summary } = await readWritten(call, body.instance)
      checkBaseline('options.baseline', body.options.baseline, summary)
      checkToken('options.contrast', body.options.contrast, summary.vocabulary)
      checkTarget('focus', body.focus, written.output.ids.length)
      const { options, focus } = body
      return deps.runs.start({
        workspace: workspace.id,
        instance,
        person: person.id,
        input: {
          kind: 'attribution',
          checkpoint,
          revision,
          source: written.source.ids,
          output: written.output.ids,
          options,
          focus,
          ...spoken(languages),
        },
      })
    },
  }),
]
