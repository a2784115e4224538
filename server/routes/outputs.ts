import { z } from 'zod'
import { type InstanceRow, readInstance } from '../db/instances.ts'
import { countComplete, readOutput } from '../db/outputs.ts'
import { writingOf } from '../derived.ts'
import { Refusal } from '../errors.ts'
import { languagesOf, spoken } from '../languages.ts'
import { type WorkspaceCall, workspaceRoute } from '../route.ts'
import { type OutputReply, outputReply } from '../wire/outputs.ts'
import { paths } from '../wire/paths.ts'
import { findInstance } from './instances.ts'

const nothing = z.strictObject({})

export const outputRoutes = [
  workspaceRoute('run.start', {
    method: 'POST',
    path: paths.output(':workspace', ':instance'),
    summary: 'Lets the model write the output of one instance now',
    body: nothing,
    reply: outputReply,
    handle: async (call) => startOutput(call, await findInstance(call)),
  }),
  workspaceRoute('run.start', {
    method: 'POST',
    path: paths.outputs(':workspace'),
    summary: 'Lets the model write every output that is missing, in the background',
    body: nothing,
    reply: outputReply,
    handle: async (call) => {
      const { deps, workspace, person } = call
      const { checkpoint, revision } = await readRevision(call)
      const { complete, all } = await countComplete(deps.database, workspace.id, revision)
      if (complete === all) return { run: null, how: 'computed' as const }
      return deps.runs.start({
        workspace: workspace.id,
        instance: null,
        person: person.id,
        input: { kind: 'corpus', checkpoint, revision, workspace: workspace.id, ...spoken(workspace.languages) },
      })
    },
  }),
]

/** An instance that is asked about: what was written for it, and by which files. Refused where there is nothing yet. */
export async function readWritten(call: Pick<WorkspaceCall, 'deps' | 'workspace'>, id: string) {
  const { deps, workspace } = call
  const instance = await readInstance(deps.database, workspace.id, id)
  if (instance === null) {
    throw new Refusal('not-found', 'there is no such instance in this workspace. Choose one from the list', {
      field: 'instance',
    })
  }
  const written = (await readOutput(deps.database, workspace.id, id))?.written
  if (!written)
    throw new Refusal('conflict', 'the model has not written an output for this instance yet. Ask for it first')
  const languages = languagesOf(workspace, instance.origin)
  return { instance: id, written, languages, ...(await readRevision(call, instance.origin?.checkpoint ?? null)) }
}

/** Has the output of an instance written by its checkpoint as it is now, unless it is there. */
export async function startOutput(
  call: WorkspaceCall,
  { id, source, origin }: Pick<InstanceRow, 'id' | 'source' | 'origin'>,
): Promise<OutputReply> {
  const { deps, workspace, person } = call
  const { checkpoint, revision } = await readRevision(call, origin?.checkpoint ?? null)
  const output = await readOutput(deps.database, workspace.id, id)
  if (output?.written && output.revision === revision) return { run: null, how: 'computed' }
  const derived = origin === null ? spoken(workspace.languages) : { derived: writingOf(id, origin) }
  return deps.runs.start({
    workspace: workspace.id,
    instance: id,
    person: person.id,
    input: { kind: 'output', checkpoint, revision, text: source, ...derived },
  })
}

/** A checkpoint (null: that of the workspace) and the revision of its files as they are now; refused where it cannot be opened. */
export async function readRevision(
  { deps, workspace }: Pick<WorkspaceCall, 'deps' | 'workspace'>,
  named: string | null = null,
) {
  const checkpoint = named ?? workspace.checkpoint
  const found = await deps.registry.find(checkpoint)
  if (found === null) {
    throw new Refusal(
      'conflict',
      `the checkpoint "${checkpoint}" is not registered on this server. Import it, then try again`,
    )
  }
  const { summary, problem } = found.reply
  if (summary === null) throw new Refusal('conflict', problem ?? 'the checkpoint cannot be opened')
  return { checkpoint, revision: summary.revision, summary }
}
