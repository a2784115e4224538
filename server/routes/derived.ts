import { may } from '#collab/wire/policy.ts'
import { record } from '../db/audit.ts'
import { countDerivedOf, deleteDerived, insertDerived } from '../db/derived.ts'
import { readInstance } from '../db/instances.ts'
import { readOutput } from '../db/outputs.ts'
import { MOST_DERIVED, makeDerived } from '../derived.ts'
import { Refusal } from '../errors.ts'
import { carryLanguages, chooseLanguages, languagesOf } from '../languages.ts'
import { type WorkspaceCall, workspaceRoute } from '../route.ts'
import { derivedReply, derivedRequest } from '../wire/derived.ts'
import { paths } from '../wire/paths.ts'
import { findInstance } from './instances.ts'
import { readRevision, startOutput } from './outputs.ts'

/** A text of 100,000 characters, and another as its output, however many bytes each character takes. */
const MOST_BYTES = 1_300_000

export const derivedRoutes = [
  workspaceRoute('run.start', {
    method: 'POST',
    path: paths.instances(':workspace'),
    summary: 'Makes a text of one’s own: another source, a given or continued output, another checkpoint',
    body: derivedRequest,
    maxBytes: MOST_BYTES,
    reply: derivedReply,
    handle: async (call) => {
      const { deps, workspace, person, body } = call
      const parent = body.from === null ? null : await readParent(call, body.from)
      const writer = await readRevision(call, body.checkpoint)
      const usual = languagesOf(workspace, parent?.instance.origin ?? null)
      const languages = chooseLanguages(body.languages ?? carryLanguages(usual, writer.summary), writer.summary)
      const row = makeDerived({ ...body, languages }, parent, writer, person.id)
      const known = await readInstance(deps.database, workspace.id, row.id)
      if (known === null) {
        await refuseTooMany(call)
        await deps.space.require()
        await deps.ledger.transaction(async (tx, emit) => {
          if (!(await insertDerived(tx, workspace.id, row))) return
          await emit(workspace.id, { type: 'outputs-changed', instances: [row.id] })
        })
      }
      return { instance: row.id, ...(await startOutput(call, row)) }
    },
  }),
  workspaceRoute('run.start', {
    method: 'DELETE',
    path: paths.instance(':workspace', ':instance'),
    summary: 'Deletes a text of one’s own; an editor may delete those of others',
    reply: null,
    handle: async (call) => {
      const { deps, workspace, person, role } = call
      const { id, origin } = await findInstance(call)
      if (origin === null) {
        throw new Refusal('bad-request', 'this is a row of the corpus, which stays as it was imported. Filter it out')
      }
      if (origin.by !== person.id && !may(role, 'document.write')) {
        throw new Refusal('not-allowed', 'somebody else made this text. Only they or an editor can delete it')
      }
      const states = await deps.ledger.transaction(async (tx, emit) => {
        const hash = await deleteDerived(tx, workspace.id, id)
        await emit(workspace.id, { type: 'outputs-changed', instances: [id] })
        const entry = { person: person.id, workspace: workspace.id, action: 'text-deleted', detail: { id } } as const
        await record(tx, entry, deps.now())
        return hash
      })
      if (states !== null) await deps.states.remove(states)
    },
  }),
]

async function readParent({ deps, workspace }: WorkspaceCall, id: string) {
  const instance = await readInstance(deps.database, workspace.id, id)
  if (instance === null) {
    throw new Refusal('not-found', 'there is no such instance in this workspace. Choose one from the list', {
      field: 'from',
    })
  }
  return { instance, output: await readOutput(deps.database, workspace.id, id) }
}

async function refuseTooMany({ deps, workspace, person }: WorkspaceCall): Promise<void> {
  if ((await countDerivedOf(deps.database, workspace.id, person.id)) < MOST_DERIVED) return
  throw new Refusal('too-many', `you have ${MOST_DERIVED} texts of your own in this workspace. Delete some first`)
}
