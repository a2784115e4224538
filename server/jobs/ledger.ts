import type { Announcer } from '#collab/index.ts'
import type { DurableEvent } from '#collab/wire/events.ts'
import type { Connection, Database } from '../db/database.ts'
import { insertEvent } from '../db/events.ts'

/** Where durable events come from: stored with what they tell about, then announced, in the order of their numbers. */
export interface Ledger {
  /** Runs a transaction whose events are announced once it is committed. */
  transaction<T>(work: (tx: Connection, emit: Emit) => Promise<T>): Promise<T>
}

export type Emit = (workspace: string, event: DurableEvent) => Promise<void>

export interface LedgerDeps {
  readonly database: Database
  readonly announcer: Pick<Announcer, 'durable'>
  now(): Date
}

export function makeLedger({ database, announcer, now }: LedgerDeps): Ledger {
  // One at a time: two transactions that commit in one order must not be announced in the other.
  let last: Promise<unknown> = Promise.resolve()
  return {
    transaction<T>(work: (tx: Connection, emit: Emit) => Promise<T>): Promise<T> {
      const turn = last.then(async () => {
        const news: { workspace: string; seq: number; event: DurableEvent }[] = []
        const result = await database.transaction((tx) =>
          work(tx, async (workspace, event) => {
            const seq = await insertEvent(tx, workspace, event, now())
            if (seq !== null) news.push({ workspace, seq, event })
          }),
        )
        for (const { workspace, seq, event } of news) announcer.durable(workspace, seq, event)
        return result
      })
      last = turn.catch(() => {})
      return turn
    },
  }
}
