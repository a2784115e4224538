import type { Languages } from '#compute/types.ts'
import type { Collab } from '#collab/index.ts'
import type { DocumentName } from '#collab/wire/identifiers.ts'
import type { Registry } from '../checkpoints/registry.ts'
import type { ParsedCorpus } from '../corpus/rows.ts'
import { record } from '../db/audit.ts'
import type { Database } from '../db/database.ts'
import { type DerivedRow, insertDerived } from '../db/derived.ts'
import { insertCorpus } from '../db/instances.ts'
import { type StoredOutput, upsertOutputs } from '../db/outputs.ts'
import { deleteWorkspace, insertWorkspace } from '../db/workspaces.ts'
import type { Space } from '../files/space.ts'
import { spoken } from '../languages.ts'
import type { Runs } from '../jobs/runs.ts'

export interface MakingDeps {
  readonly database: Database
  readonly collab: Collab
  readonly registry: Registry
  readonly runs: Runs
  readonly space: Space
  now(): Date
}

/** What a new workspace is made of. */
export interface NewWorkspace {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly example: boolean
  readonly checkpoint: string
  readonly languages: Languages | null
  readonly openRole: string
  readonly corpusName: string
  readonly corpus: ParsedCorpus
  /** From an export; empty for a workspace made anew. */
  readonly outputs: readonly StoredOutput[]
  readonly derived: readonly DerivedRow[]
  readonly documents: ReadonlyMap<DocumentName, Uint8Array>
  /** null: the server itself. */
  readonly owner: string | null
}

/** Rows of outputs in one statement. */
const BATCH = 200

/**
 * Makes a workspace with its corpus and its documents, and has its outputs written in the background. When a part fails, nothing
 * of it stays.
 */
export async function makeWorkspace(made: NewWorkspace, deps: MakingDeps): Promise<void> {
  const { database, space } = deps
  // Rows, indexes and the write-ahead log together take about three times the text.
  await space.require(made.corpus.bytes * 3)
  await database.transaction((tx) => insertAll(tx, made, deps.now()))
  try {
    await makeDocuments(made, deps.collab)
  } catch (error) {
    await deps.collab.closeWorkspace(made.id)
    await deleteWorkspace(database, made.id)
    throw error
  }
  await startCorpusRun(made, made.owner, deps)
}

async function insertAll(tx: Parameters<typeof insertWorkspace>[0], made: NewWorkspace, now: Date): Promise<void> {
  const { id, name, description, example, checkpoint, languages, openRole } = made
  const row = { id, name, description, example, checkpoint, languages, openRole, createdAt: now, changedAt: now }
  await insertWorkspace(tx, row, made.owner)
  await insertCorpus(tx, id, made.corpusName, made.corpus)
  for (const row of made.derived) await insertDerived(tx, id, row)
  for (let start = 0; start < made.outputs.length; start += BATCH) {
    await upsertOutputs(tx, id, made.outputs.slice(start, start + BATCH), now)
  }
  const action = made.documents.size === 0 ? 'workspace-made' : 'workspace-restored'
  await record(tx, { person: made.owner, workspace: id, action, detail: { name, checkpoint } }, now)
}

async function makeDocuments({ id, documents }: NewWorkspace, collab: Collab): Promise<void> {
  for (const [name, state] of documents) await collab.replace(id, name, state)
  if (!documents.has('shared')) await collab.createShared(id)
}

/** Queues the writing of all outputs; where the checkpoint cannot be opened there is nothing to queue. */
export async function startCorpusRun(
  { id: workspace, checkpoint, languages }: Pick<NewWorkspace, 'id' | 'checkpoint' | 'languages'>,
  person: string | null,
  { registry, runs }: Pick<MakingDeps, 'registry' | 'runs'>,
): Promise<void> {
  const summary = (await registry.find(checkpoint))?.reply.summary
  if (!summary) return
  const input = { kind: 'corpus', checkpoint, revision: summary.revision, workspace, ...spoken(languages) } as const
  await runs.start({ workspace, instance: null, person, input })
}
