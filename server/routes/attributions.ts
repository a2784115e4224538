import type { AttributionOptions } from '#compute/types.ts'
import { readOutput } from '../db/outputs.ts'
import { readInstance } from '../db/instances.ts'
import { Refusal } from '../errors.ts'
import { workspaceRoute } from '../route.ts'
import { attributionReply, attributionRequest } from '../wire/attributions.ts'
import type { CheckpointReply } from '../wire/checkpoints.ts'
import { paths } from '../wire/paths.ts'
import { readRevision } from './outputs.ts'

export const attributionRoutes = [
  workspaceRoute('run.start', {
    method: 'POST',
    path: paths.attributions(':workspace'),
    summary: 'Attributes every output token of an instance: starts the run, joins it, or finds it computed',
    body: attributionRequest,
    reply: attributionReply,
    handle: async (call) => {
      const { deps, workspace, person, body } = call
      const instance = await readInstance(deps.database, workspace.id, body.instance)
      if (instance === null) {
        throw new Refusal('not-found', 'there is no such instance in this workspace. Choose one from the list', {
          field: 'instance',
        })
      }
      const written = (await readOutput(deps.database, workspace.id, instance.id))?.written
      if (!written)
        throw new Refusal('conflict', 'the model has not written an output for this instance yet. Ask for it first')
      const { checkpoint, revision, summary } = await readRevision(call)
      checkOptions(body.options, summary)
      checkFocus(body.focus, written.output.ids.length)
      const { options, focus } = body
      return deps.runs.start({
        workspace: workspace.id,
        instance: instance.id,
        person: person.id,
        input: {
          kind: 'attribution',
          checkpoint,
          revision,
          source: written.source.ids,
          output: written.output.ids,
          options,
          focus,
        },
      })
    },
  }),
]

/** Refuses what no run could compute, before it is queued. */
function checkOptions(
  { baseline, contrast }: AttributionOptions,
  summary: NonNullable<CheckpointReply['summary']>,
): void {
  const { baselines, vocabulary } = summary
  const token = baseline.startsWith('token:') ? Number(baseline.slice('token:'.length)) : null
  if (token === null && !baselines.includes(baseline)) {
    throw new Refusal(
      'bad-request',
      `this checkpoint has no baseline "${baseline}". Take one of ${baselines.join(', ')}`,
      {
        field: 'options.baseline',
      },
    )
  }
  if (token !== null && token >= vocabulary) throw unknownToken('options.baseline', token, vocabulary)
  if (contrast !== null && contrast >= vocabulary) throw unknownToken('options.contrast', contrast, vocabulary)
}

function unknownToken(field: string, token: number, vocabulary: number): Refusal {
  return new Refusal('bad-request', `there is no token ${token}: the vocabulary has ${vocabulary}. Take a smaller id`, {
    field,
  })
}

function checkFocus(focus: number | null, tokens: number): void {
  if (focus === null || focus < tokens) return
  throw new Refusal('bad-request', `the output has ${tokens} tokens, counted from 0: there is no ${focus}`, {
    field: 'focus',
  })
}
