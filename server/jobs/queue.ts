import PgBoss from 'pg-boss'
import type { Connection, Database } from '../db/database.ts'
import { type Queue, queues } from './input.ts'

/**
 * The queue of runs, on the same database. An entry is no more than a hint to look at its run: the run's row decides. So an entry
 * that is lost or delivered twice does no harm, and expiry, retries and archives of pg-boss stay unused.
 */
export interface JobQueue {
  /** Queues a run within a transaction, at the place that `ordinal` gives it. */
  send(tx: Connection, queue: Queue, entry: Entry, ordinal: number): Promise<void>
  /** Takes the first entry, within the transaction that takes its run; null when there is none. */
  fetch(tx: Connection, queue: Queue): Promise<Entry | null>
  /** Removes an entry, whatever its state. */
  remove(tx: Connection, queue: Queue, job: string): Promise<void>
  close(): Promise<void>
}

export interface Entry {
  readonly job: string
  readonly key: string
}

/** pg-boss allows no longer; a run tells by its heartbeat that it is alive. */
const EXPIRE_SECONDS = 86_000

export async function openQueue(database: Database, onError: (error: Error) => void): Promise<JobQueue> {
  const through = (connection: Connection): PgBoss.Db => ({
    executeSql: (text, values) => connection.query(text, values),
  })
  const boss = new PgBoss({ db: through(database), supervise: false, schedule: false })
  boss.on('error', onError)
  await boss.start()
  for (const queue of queues) {
    await boss.createQueue(queue, { name: queue, expireInSeconds: EXPIRE_SECONDS, retryLimit: 0 })
  }
  return {
    async send(tx, queue, { job, key }, ordinal) {
      // A run that is put back keeps its place: the lower its ordinal, the higher its priority.
      await boss.send(queue, { key }, { id: job, priority: -ordinal, db: through(tx) })
    },
    async fetch(tx, queue) {
      const [entry] = await boss.fetch<{ key: string }>(queue, { db: through(tx) })
      return entry === undefined ? null : { job: entry.id, key: entry.data.key }
    },
    async remove(tx, queue, job) {
      await boss.deleteJob(queue, job, { db: through(tx) })
    },
    close: () => boss.stop({ graceful: false, close: false }),
  }
}
