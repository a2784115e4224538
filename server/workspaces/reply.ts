import type { Registry } from '../checkpoints/registry.ts'
import type { Listed } from '../db/workspaces.ts'
import type { AppDeps } from '../deps.ts'
import { chosen } from '../languages.ts'
import type { CheckpointReply } from '../wire/checkpoints.ts'
import { type WorkspaceReply, openRole } from '../wire/workspaces.ts'

/** A workspace as the API tells it. */
export async function describeWorkspace(
  { workspace, corpusName, instances, outputs, bytes, role }: Listed,
  { registry, collab }: Pick<AppDeps, 'registry' | 'collab'>,
): Promise<WorkspaceReply> {
  const { id, name, example, description, checkpoint, createdAt, changedAt, deletedAt } = workspace
  return {
    id,
    name,
    example,
    description,
    languages: chosen(workspace.languages),
    checkpoint: await describeCheckpoint(checkpoint, registry),
    corpus: { name: corpusName, instances, outputs },
    openRole: openRole.parse(workspace.openRole),
    role,
    peopleHere: collab.peopleHere(id).length,
    bytes,
    createdAt: createdAt.getTime(),
    changedAt: changedAt.getTime(),
    deletedAt: deletedAt?.getTime() ?? null,
  }
}

async function describeCheckpoint(id: string, registry: Registry): Promise<CheckpointReply> {
  const found = await registry.find(id)
  if (found !== null) return found.reply
  return { id, name: id, summary: null, problem: `the checkpoint "${id}" is not registered on this server. Import it` }
}
