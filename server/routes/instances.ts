import type { TokenizedText } from '#compute/types.ts'
import { isUserError } from '#compute/index.ts'
import { listFields } from '../db/fields.ts'
import { toOrigin } from '../db/derived.ts'
import { listInstances } from '../db/instance-query.ts'
import { type InstanceRow, readCorpus, readInstance } from '../db/instances.ts'
import { type StoredOutput, readOutput } from '../db/outputs.ts'
import { readPerson } from '../db/people.ts'
import { Refusal } from '../errors.ts'
import { languagesOf, spoken } from '../languages.ts'
import { type WorkspaceCall, workspaceRoute } from '../route.ts'
import { fieldOf, findingsOf, readStudyColumns, resolveFilters } from '../study-columns.ts'
import { fieldsReply, instanceReply, instancesQuery, instancesReply } from '../wire/instances.ts'
import { paths } from '../wire/paths.ts'

export const instanceRoutes = [
  workspaceRoute('workspace.read', {
    method: 'GET',
    path: paths.instances(':workspace'),
    summary: 'A page of the instances, searched, filtered and sorted',
    query: instancesQuery,
    reply: instancesReply,
    handle: async ({ deps, workspace, query }) => {
      const filters = [...(await resolveFilters(query.filters ?? [], workspace.id, deps))]
      const columns = await readColumns({ deps, workspace })
      const studied = await readStudyColumns(workspace.id, deps)
      const page = await listInstances(deps.database, workspace.id, columns, { ...query, filters }, studied)
      const ordinals = page.rows.flatMap(({ ordinal, origin }) => (origin === null ? [ordinal] : []))
      const findings = findingsOf(studied, ordinals)
      const rows = page.rows.map((row) => ({
        ...row,
        studied: row.origin === null ? (findings.get(row.ordinal) ?? {}) : {},
      }))
      return { ...page, rows }
    },
  }),
  workspaceRoute('workspace.read', {
    method: 'GET',
    path: paths.fields(':workspace'),
    summary: 'What the instances can be filtered and sorted by, with counts',
    reply: fieldsReply,
    handle: async ({ deps, workspace }) => {
      const fields = await listFields(deps.database, workspace.id, await readColumns({ deps, workspace }))
      const studied = (await readStudyColumns(workspace.id, deps)).map(fieldOf)
      return { fields: [...fields, ...studied.filter((field) => field !== null)] }
    },
  }),
  workspaceRoute('workspace.read', {
    method: 'GET',
    path: paths.instance(':workspace', ':instance'),
    summary: 'One instance: its text as tokens, and what the model wrote',
    reply: instanceReply,
    handle: async (call) => {
      const { deps, workspace } = call
      const instance = await findInstance(call)
      const output = await readOutput(deps.database, workspace.id, instance.id)
      const { source, problem } = await readSource(call, instance, output)
      const { id, ordinal, reference, attributes, origin } = instance
      const maker = origin?.by ? await readPerson(deps.database, origin.by) : null
      return {
        id,
        ordinal,
        reference,
        attributes,
        source: { ...mutable(source), text: instance.source },
        output: toOutput(output),
        problem,
        origin: origin === null ? null : toOrigin(origin, maker?.name ?? null),
      }
    },
  }),
]

async function readColumns({ deps, workspace }: Pick<WorkspaceCall, 'deps' | 'workspace'>) {
  return (await readCorpus(deps.database, workspace.id))?.columns ?? []
}

/** The instance of the address. */
export async function findInstance({ deps, workspace, params }: WorkspaceCall) {
  const found = await readInstance(deps.database, workspace.id, params['instance'] ?? '')
  if (found === null)
    throw new Refusal('not-found', 'there is no such instance in this workspace. Choose one from the list')
  return found
}

/** The source as tokens: as they were read when the output was written, else asked of compute now. */
async function readSource(
  { deps, workspace }: WorkspaceCall,
  { source: text, origin }: InstanceRow,
  output: StoredOutput | null,
): Promise<{ source: TokenizedText; problem: string | null }> {
  if (output?.written) return { source: output.written.source, problem: null }
  const checkpoint = await deps.registry.find(origin?.checkpoint ?? workspace.checkpoint)
  if (checkpoint === null)
    return { source: none, problem: 'the checkpoint of this text is not registered. Import it again' }
  if (checkpoint.reply.problem !== null) return { source: none, problem: checkpoint.reply.problem }
  try {
    const languages = spoken(languagesOf(workspace, origin))
    const task = deps.pool.run({ kind: 'tokenize', checkpoint: checkpoint.folder, text, ...languages }, 'interactive')
    return { source: await task.result, problem: output?.problem ?? null }
  } catch (error) {
    if (!isUserError(error)) throw error
    return { source: none, problem: error.message }
  }
}

const none: TokenizedText = { ids: [], tokens: [], offsets: [], special: [] }

function toOutput(output: StoredOutput | null) {
  if (!output?.written) return null
  const { text, output: tokens, steps } = output.written
  return {
    ...mutable(tokens),
    text,
    decoding: output.decoding,
    steps: steps.map((step) => ({ ...step, alternatives: [...step.alternatives] })),
  }
}

/** The same arrays, as the type of a reply has them. */
function mutable({ ids, tokens, offsets, special }: TokenizedText) {
  return {
    ids: [...ids],
    tokens: [...tokens],
    offsets: offsets.map(([start, end]): [number, number] => [start, end]),
    special: [...special],
  }
}
