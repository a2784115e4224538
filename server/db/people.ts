import { and, eq, lt, notExists, sql } from 'drizzle-orm'
import type { Person } from '#collab/wire/presence.ts'
import type { Connection } from './database.ts'
import { member, person, session, workspace } from './schema.ts'

/** Days without a visit after which a session has to be opened anew. */
const SESSION_DAYS = 180

/** How often a visit is written down. */
const SEEN_MS = 3_600_000

/** Colours and dashes go round, so that the first 18 people of a server can be told apart. */
function describePerson(row: { id: string; name: string; ordinal: number }): Person {
  return {
    id: row.id,
    name: row.name,
    colour: (row.ordinal % 6) + 1,
    dash: (Math.floor(row.ordinal / 6) % 3) + 1,
  }
}

/**
 * Stores a new person with a session. The very first person of a server is taken for the one who started it and becomes owner of
 * all workspaces that have none: the examples.
 */
export async function createPerson(
  tx: Connection,
  { id, name, tokenHash, now }: { id: string; name: string; tokenHash: string; now: Date },
): Promise<Person> {
  // One at a time: the ordinal of the next person is this one's plus one.
  await tx.query(`select pg_advisory_xact_lock(hashtext('coattend person'))`)
  const [row] = await tx.orm
    .insert(person)
    .values({ id, name, ordinal: sql`(select coalesce(max(ordinal), -1) + 1 from person)`, createdAt: now })
    .returning()
  if (row === undefined) throw new Error('internal: an insert returned no row')
  await tx.orm.insert(session).values({ tokenHash, person: id, createdAt: now, seenAt: now })
  if (row.ordinal === 0) await adoptWorkspaces(tx, id)
  return describePerson(row)
}

async function adoptWorkspaces(tx: Connection, owner: string): Promise<void> {
  const owners = tx.orm
    .select()
    .from(member)
    .where(and(eq(member.workspace, workspace.id), eq(member.role, 'owner')))
  await tx.orm
    .insert(member)
    .select(
      tx.orm
        .select({
          workspace: workspace.id,
          person: sql<string>`${owner}`.as('person'),
          role: sql<string>`'owner'`.as('role'),
        })
        .from(workspace)
        .where(notExists(owners)),
    )
    .onConflictDoNothing()
}

/** The person of a session, or null. Writes down, at most once an hour, that it is in use. */
export async function readSession(db: Connection, tokenHash: string, now: Date): Promise<Person | null> {
  const [row] = await db.orm
    .select({ id: person.id, name: person.name, ordinal: person.ordinal, seenAt: session.seenAt })
    .from(session)
    .innerJoin(person, eq(person.id, session.person))
    .where(eq(session.tokenHash, tokenHash))
  if (row === undefined) return null
  const idle = now.getTime() - row.seenAt.getTime()
  if (idle > SESSION_DAYS * 86_400_000) return null
  if (idle > SEEN_MS) await db.orm.update(session).set({ seenAt: now }).where(eq(session.tokenHash, tokenHash))
  return describePerson(row)
}

export async function renamePerson(db: Connection, id: string, name: string): Promise<void> {
  await db.orm.update(person).set({ name }).where(eq(person.id, id))
}

export async function deleteSession(db: Connection, tokenHash: string): Promise<void> {
  await db.orm.delete(session).where(eq(session.tokenHash, tokenHash))
}

/** Removes sessions that nobody has used for half a year. */
export async function deleteOldSessions(db: Connection, now: Date): Promise<void> {
  const limit = new Date(now.getTime() - SESSION_DAYS * 86_400_000)
  await db.orm.delete(session).where(lt(session.seenAt, limit))
}

export async function readPerson(db: Connection, id: string): Promise<Person | null> {
  const [row] = await db.orm.select().from(person).where(eq(person.id, id))
  return row === undefined ? null : describePerson(row)
}
