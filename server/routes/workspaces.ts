import type { z } from 'zod'
import { type ParsedCorpus, parseCorpus } from '../corpus/rows.ts'
import { record } from '../db/audit.ts'
import { changeWorkspace, listWorkspaces, readListed } from '../db/workspaces.ts'
import type { AppDeps } from '../deps.ts'
import { Refusal } from '../errors.ts'
import { makeId } from '../identity.ts'
import { chooseLanguages } from '../languages.ts'
import { type PersonCall, type WorkspaceCall, anybodyRoute, personRoute, workspaceRoute } from '../route.ts'
import { paths } from '../wire/paths.ts'
import {
  type ChangeWorkspaceRequest,
  type WorkspaceReply,
  changeWorkspaceRequest,
  deleteWorkspaceQuery,
  makeWorkspaceRequest,
  workspaceReply,
  workspacesQuery,
  workspacesReply,
} from '../wire/workspaces.ts'
import { makeWorkspace } from '../workspaces/make.ts'
import { binWorkspace, eraseWorkspace } from '../workspaces/remove.ts'
import { describeWorkspace } from '../workspaces/reply.ts'

/** A corpus of 64 MB as a string of JSON, with room for its escapes. */
const LARGEST_CORPUS = 132 * 2 ** 20

export const workspaceRoutes = [
  anybodyRoute({
    method: 'GET',
    path: paths.workspaces,
    summary: 'The workspaces one can see; before sign-in those that are open to all',
    query: workspacesQuery,
    reply: workspacesReply,
    handle: async ({ deps, person, query }) => {
      const listed = await listWorkspaces(deps.database, person?.id ?? null, query.bin)
      return { workspaces: await Promise.all(listed.map((one) => describeWorkspace(one, deps))) }
    },
  }),
  personRoute({
    method: 'POST',
    path: paths.workspaces,
    summary: 'Makes a workspace over a registered checkpoint',
    body: makeWorkspaceRequest,
    maxBytes: LARGEST_CORPUS,
    reply: workspaceReply,
    status: 201,
    handle: make,
  }),
  workspaceRoute('workspace.read', {
    method: 'GET',
    path: paths.workspace(':workspace'),
    summary: 'One workspace',
    reply: workspaceReply,
    handle: ({ deps, workspace, person }) => {
      deps.prepare(workspace.checkpoint)
      return readReply(deps, workspace.id, person.id)
    },
  }),
  workspaceRoute('workspace.rename', {
    method: 'PATCH',
    path: paths.workspace(':workspace'),
    summary: 'Renames a workspace (editors), or opens and closes it to those who were not invited (owners)',
    body: changeWorkspaceRequest,
    reply: workspaceReply,
    handle: change,
  }),
  workspaceRoute('workspace.delete', {
    method: 'DELETE',
    path: paths.workspace(':workspace'),
    summary: 'Puts a workspace into the bin, or with ?forever=true deletes it for good',
    inBin: true,
    query: deleteWorkspaceQuery,
    reply: null,
    handle: async ({ deps, workspace, person, query }) => {
      if (query.forever) await eraseWorkspace(workspace.id, person.id, deps)
      else if (workspace.deletedAt === null) await binWorkspace(workspace.id, person.id, deps)
    },
  }),
  workspaceRoute('workspace.delete', {
    method: 'POST',
    path: paths.undelete(':workspace'),
    summary: 'Takes a workspace out of the bin',
    inBin: true,
    reply: workspaceReply,
    handle: async ({ deps, workspace, person }) => {
      await deps.ledger.transaction(async (tx, emit) => {
        await changeWorkspace(tx, workspace.id, { deletedAt: null, changedAt: deps.now() })
        await emit(workspace.id, { type: 'workspace-changed' })
        await record(tx, { person: person.id, workspace: workspace.id, action: 'workspace-undeleted' }, deps.now())
      })
      return readReply(deps, workspace.id, person.id)
    },
  }),
]

/** The reply for a workspace that was there a moment ago. */
export async function readReply(deps: AppDeps, id: string, person: string): Promise<WorkspaceReply> {
  const listed = await readListed(deps.database, id, person)
  if (listed === null)
    throw new Refusal('not-found', 'the workspace was deleted meanwhile. Go back to the list of workspaces')
  return describeWorkspace(listed, deps)
}

async function make({
  deps,
  person,
  body,
}: PersonCall<unknown, z.output<typeof makeWorkspaceRequest>>): Promise<WorkspaceReply> {
  const checkpoint = await deps.registry.find(body.checkpoint)
  if (checkpoint === null) {
    throw new Refusal(
      'bad-request',
      `there is no checkpoint "${body.checkpoint}". Choose one of /api/checkpoints, or import it first`,
      {
        field: 'checkpoint',
      },
    )
  }
  const { summary, problem } = checkpoint.reply
  if (problem !== null) throw new Refusal('conflict', problem, { field: 'checkpoint' })
  const languages = summary === null ? null : chooseLanguages(body.languages, summary)
  const corpus = await readCorpus(deps, person.id, body.corpus)
  const id = makeId(deps.random)
  const { name } = body
  const made = {
    id,
    name,
    checkpoint: body.checkpoint,
    languages,
    corpusName: body.corpus.name,
    corpus,
    owner: person.id,
  }
  await makeWorkspace(
    { ...made, description: '', example: false, openRole: 'editor', outputs: [], derived: [], documents: new Map() },
    deps,
  )
  if ('intake' in body.corpus) await deps.intakes.remove(person.id, body.corpus.intake)
  return readReply(deps, id, person.id)
}

const readCorpus = (
  { intakes }: AppDeps,
  person: string,
  corpus: z.output<typeof makeWorkspaceRequest>['corpus'],
): Promise<ParsedCorpus> =>
  'intake' in corpus ? intakes.take(person, corpus.intake, corpus.skipBroken) : parseCorpus(corpus.rows, corpus.fields)

async function change(call: WorkspaceCall<unknown, ChangeWorkspaceRequest>): Promise<WorkspaceReply> {
  const { deps, workspace, person, role, body } = call
  if (body.openRole !== undefined && role !== 'owner') {
    throw new Refusal('not-allowed', `as ${role} you may rename, but only an owner says who may come in`, {
      field: 'openRole',
    })
  }
  const { name, openRole } = body
  await deps.ledger.transaction(async (tx, emit) => {
    await changeWorkspace(tx, workspace.id, {
      ...(name === undefined ? {} : { name }),
      ...(openRole === undefined ? {} : { openRole }),
      changedAt: deps.now(),
    })
    await emit(workspace.id, { type: 'workspace-changed' })
    await record(
      tx,
      { person: person.id, workspace: workspace.id, action: 'workspace-changed', detail: body },
      deps.now(),
    )
  })
  if (openRole !== undefined) await deps.collab.revoke(workspace.id, null)
  return readReply(deps, workspace.id, person.id)
}
