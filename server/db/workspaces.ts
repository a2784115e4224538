import { and, eq, isNotNull, isNull, ne, or, sql } from 'drizzle-orm'
import { type Role, role as roleSchema } from '#collab/wire/presence.ts'
import type { Connection } from './database.ts'
import {
  corpus,
  document,
  documentUpdate,
  member,
  output,
  person,
  result,
  run,
  runRequest,
  stateChunk,
  workspace,
} from './schema.ts'

export type WorkspaceRow = typeof workspace.$inferSelect

/** A workspace with what one person may do in it. */
export interface Access {
  readonly workspace: WorkspaceRow
  readonly role: Role | null
}

/** What a list of workspaces says besides the row itself. */
export interface Listed extends Access {
  readonly corpusName: string
  readonly instances: number
  readonly outputs: number
  readonly bytes: number
}

function roleOf(openRole: string, own: string | null): Role | null {
  const parsed = roleSchema.safeParse(own ?? openRole)
  return parsed.success ? parsed.data : null
}

/** A workspace, in use or in the bin, and the role of a person in it; null where there is no such workspace. */
export async function readAccess(db: Connection, id: string, personId: string | null): Promise<Access | null> {
  const [row] = await db.orm
    .select({ workspace, own: member.role })
    .from(workspace)
    .leftJoin(member, and(eq(member.workspace, workspace.id), eq(member.person, personId ?? '')))
    .where(eq(workspace.id, id))
  if (row === undefined) return null
  return { workspace: row.workspace, role: personId === null ? null : roleOf(row.workspace.openRole, row.own) }
}

/**
 * The workspaces a person can see: theirs, and those open to all (of which a visitor who has not signed in sees that they exist).
 * The bin is shown to owners alone.
 */
export async function listWorkspaces(
  db: Connection,
  personId: string | null,
  bin: boolean,
): Promise<readonly Listed[]> {
  const visible = bin
    ? and(isNotNull(workspace.deletedAt), eq(member.role, 'owner'))
    : and(isNull(workspace.deletedAt), or(ne(workspace.openRole, 'none'), isNotNull(member.role)))
  const rows = await db.orm
    .select({ workspace, own: member.role, corpusName: corpus.name, ...counts })
    .from(workspace)
    .innerJoin(corpus, eq(corpus.workspace, workspace.id))
    .leftJoin(member, and(eq(member.workspace, workspace.id), eq(member.person, personId ?? '')))
    .where(visible)
    .orderBy(sql`${workspace.example}, ${workspace.changedAt} desc, ${workspace.id}`)
  return rows.map((row) => toListed(row, personId))
}

export async function readListed(db: Connection, id: string, personId: string | null): Promise<Listed | null> {
  const [row] = await db.orm
    .select({ workspace, own: member.role, corpusName: corpus.name, ...counts })
    .from(workspace)
    .innerJoin(corpus, eq(corpus.workspace, workspace.id))
    .leftJoin(member, and(eq(member.workspace, workspace.id), eq(member.person, personId ?? '')))
    .where(eq(workspace.id, id))
  return row === undefined ? null : toListed(row, personId)
}

/** Counts and sizes, as questions of their own per workspace: joined, they would multiply each other. */
const counts = {
  instances: sql<number>`(select count(*)::int from instance where instance.workspace = ${workspace.id} and instance.origin is null)`,
  outputs: sql<number>`(select count(*)::int from ${output} where ${output.workspace} = ${workspace.id} and ${output.problem} is null
    and not exists (select 1 from instance
      where instance.workspace = ${workspace.id} and instance.id = ${output.instance} and instance.origin is not null))`,
  bytes: sql<string>`(
    ${corpus.bytes}
    + (select coalesce(sum(${output.bytes}), 0) from ${output} where ${output.workspace} = ${workspace.id})
    + (select coalesce(sum(${stateChunk.bytes}), 0) from ${stateChunk} where ${stateChunk.workspace} = ${workspace.id})
    + (select coalesce(sum(${result.bytes}), 0) from ${runRequest} join ${run} on ${run.key} = ${runRequest.key}
       join ${result} on ${result.hash} = ${run.result} where ${runRequest.workspace} = ${workspace.id})
    + (select coalesce(sum(octet_length(${document.state})), 0) from ${document} where ${document.workspace} = ${workspace.id})
    + (select coalesce(sum(octet_length(${documentUpdate.update})), 0) from ${documentUpdate}
       where ${documentUpdate.workspace} = ${workspace.id}))`,
}

interface ListedRow {
  readonly workspace: WorkspaceRow
  readonly own: string | null
  readonly corpusName: string
  readonly instances: number
  readonly outputs: number
  readonly bytes: string
}

function toListed({ own, bytes, ...row }: ListedRow, personId: string | null): Listed {
  return { ...row, bytes: Number(bytes), role: personId === null ? null : roleOf(row.workspace.openRole, own) }
}

export async function insertWorkspace(
  tx: Connection,
  row: typeof workspace.$inferInsert,
  owner: string | null,
): Promise<void> {
  await tx.orm.insert(workspace).values(row)
  if (owner !== null) await tx.orm.insert(member).values({ workspace: row.id, person: owner, role: 'owner' })
}

export async function changeWorkspace(
  db: Connection,
  id: string,
  change: Partial<Pick<WorkspaceRow, 'name' | 'openRole' | 'deletedAt'>> & { changedAt: Date },
): Promise<void> {
  await db.orm.update(workspace).set(change).where(eq(workspace.id, id))
}

/** Removes a workspace and, by the foreign keys, everything that is its own. */
export async function deleteWorkspace(db: Connection, id: string): Promise<void> {
  await db.orm.delete(workspace).where(eq(workspace.id, id))
}

/** Workspaces without the document that all of them have: their making was interrupted. */
export async function listWithoutShared(
  db: Connection,
): Promise<readonly Pick<WorkspaceRow, 'id' | 'checkpoint' | 'languages'>[]> {
  return db.orm
    .select({ id: workspace.id, checkpoint: workspace.checkpoint, languages: workspace.languages })
    .from(workspace)
    .leftJoin(document, and(eq(document.workspace, workspace.id), eq(document.name, 'shared')))
    .where(isNull(document.name))
}

export interface Member {
  readonly person: string
  readonly name: string
  readonly role: Role
}

export async function listMembers(db: Connection, id: string): Promise<readonly Member[]> {
  const rows = await db.orm
    .select({ person: member.person, name: person.name, role: member.role })
    .from(member)
    .innerJoin(person, eq(person.id, member.person))
    .where(eq(member.workspace, id))
    .orderBy(person.ordinal)
  return rows.map((row) => ({ ...row, role: roleSchema.parse(row.role) }))
}

/** Gives a person a role of their own, or with null takes it away. */
export async function setMember(db: Connection, id: string, personId: string, role: Role | null): Promise<void> {
  if (role === null) {
    await db.orm.delete(member).where(and(eq(member.workspace, id), eq(member.person, personId)))
    return
  }
  await db.orm
    .insert(member)
    .values({ workspace: id, person: personId, role })
    .onConflictDoUpdate({ target: [member.workspace, member.person], set: { role } })
}

/** How many owners a workspace has; locks their rows, so that two of them cannot both step down. */
export async function countOwners(tx: Connection, id: string): Promise<number> {
  const rows = await tx.orm
    .select({ person: member.person })
    .from(member)
    .where(and(eq(member.workspace, id), eq(member.role, 'owner')))
    .for('update')
  return rows.length
}
