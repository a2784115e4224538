import { z } from 'zod'
import { identifier } from '#collab/wire/identifiers.ts'
import { role } from '#collab/wire/presence.ts'
import { checkpointReply, chosenLanguages } from './checkpoints.ts'
import { displayName } from './names.ts'

export const workspaceName = displayName(120)

/** What anybody who can reach the server may do in a workspace without being invited. */
export const openRole = z.enum(['none', 'viewer', 'commenter', 'editor'])

export const workspaceReply = z.object({
  id: identifier,
  name: workspaceName,
  example: z.boolean(),
  /** One sentence on the question the workspace is about; shown on the landing page. */
  description: z.string(),
  checkpoint: checkpointReply,
  /** Those of a multilingual translator; null where the checkpoint says alone. */
  languages: chosenLanguages.nullable(),
  corpus: z.object({ name: z.string(), instances: z.number().int(), outputs: z.number().int() }),
  openRole,
  /** What the asking person may do; null before sign-in. */
  role: role.nullable(),
  peopleHere: z.number().int(),
  bytes: z.number(),
  createdAt: z.number(),
  changedAt: z.number(),
  /** When it was put into the bin; null for one in use. */
  deletedAt: z.number().nullable(),
})
export type WorkspaceReply = z.infer<typeof workspaceReply>

export const workspacesReply = z.object({ workspaces: z.array(workspaceReply) })
export type WorkspacesReply = z.infer<typeof workspacesReply>

export const workspacesQuery = z.object({ bin: z.stringbool().default(false) })
export const deleteWorkspaceQuery = z.object({ forever: z.stringbool().default(false) })

/**
 * A new workspace over a registered checkpoint. `rows` is JSONL: one object a line, `source` required unless `fields` says;
 * a file comes in through /api/intakes first.
 */
export const makeWorkspaceRequest = z.strictObject({
  name: workspaceName,
  checkpoint: identifier,
  /** For a multilingual translator; what is left out comes from the checkpoint. */
  languages: chosenLanguages.nullable().default(null),
  corpus: z.union([
    z.strictObject({
      name: displayName(120),
      rows: z.string().min(1).max(64_000_000),
      fields: z
        .strictObject({ id: z.string().optional(), source: z.string().optional(), reference: z.string().optional() })
        .optional(),
    }),
    z.strictObject({
      name: displayName(120),
      /** A file that was taken in, read as its survey says. */
      intake: identifier,
      /** Whether the rows that cannot be taken may be left out. */
      skipBroken: z.boolean().default(false),
    }),
  ]),
})
export type MakeWorkspaceRequest = z.input<typeof makeWorkspaceRequest>

export const changeWorkspaceRequest = z.strictObject({
  name: workspaceName.optional(),
  openRole: openRole.optional(),
})
export type ChangeWorkspaceRequest = z.infer<typeof changeWorkspaceRequest>

/** Members with a role of their own; everybody else has `openRole`. */
export const membersReply = z.object({
  members: z.array(z.object({ person: identifier, name: z.string(), role })),
})
export type MembersReply = z.infer<typeof membersReply>

export const setMemberRequest = z.strictObject({ role: role.nullable() })
