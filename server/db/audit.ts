import { and, eq } from 'drizzle-orm'
import type { Connection } from './database.ts'
import { audit } from './schema.ts'

/** What somebody did that others may ask about later. */
export interface Deed {
  readonly person: string | null
  readonly workspace: string | null
  readonly action:
    | 'workspace-made'
    | 'workspace-changed'
    | 'workspace-binned'
    | 'workspace-undeleted'
    | 'workspace-deleted'
    | 'workspace-exported'
    | 'workspace-restored'
    | 'member-set'
    | 'run-started'
    | 'run-cancelled'
    | 'text-deleted'
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Writes it down, within the transaction that does it. */
export async function record(tx: Connection, deed: Deed, now: Date): Promise<void> {
  await tx.orm.insert(audit).values({ ...deed, detail: deed.detail ?? null, at: now })
}

/** Whether a workspace of this id was ever made, be it deleted by now. */
export async function wasMade(db: Connection, workspace: string): Promise<boolean> {
  const made = and(eq(audit.workspace, workspace), eq(audit.action, 'workspace-made' satisfies Deed['action']))
  return (await db.orm.$count(audit, made)) > 0
}
