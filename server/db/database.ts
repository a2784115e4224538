import { AsyncLocalStorage } from 'node:async_hooks'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import { ServerError } from '../errors.ts'

/** A way to ask the database: the database itself, or a transaction. */
export interface Connection {
  readonly orm: NodePgDatabase
  query(text: string, values?: unknown[]): Promise<pg.QueryResult>
}

/** One database, embedded or PostgreSQL: the same driver, the same tables. */
export interface Database extends Connection {
  readonly kind: 'embedded' | 'postgresql'
  /**
   * Runs `work` in a transaction. Inside it only `tx` may be used: the embedded database has a single session, so a question
   * asked beside the transaction would wait for it for ever. Asking anyway throws, on both databases.
   */
  transaction<T>(work: (tx: Connection) => Promise<T>): Promise<T>
  /** Resolves when the database ended by itself and the process cannot go on. */
  readonly died: Promise<Error>
  close(): Promise<void>
}

/** Makes a Database of a pool's settings; `onClose` ends what the pool is connected to. */
export function makeDatabase(
  kind: Database['kind'],
  settings: pg.PoolConfig,
  died: Promise<Error>,
  onClose: () => Promise<void>,
): Database {
  const inside = new AsyncLocalStorage<{ open: boolean }>()
  const pool = new (guardedPool(inside))(settings)
  // An idle connection that breaks is replaced at the next question, which then says what is wrong.
  pool.on('error', () => {})
  return {
    kind,
    orm: drizzle(pool),
    query: async (text, values) => pool.query(text, values),
    transaction: (work) => transact(pool, inside, work),
    died,
    async close() {
      await pool.end()
      await onClose()
    },
  }
}

/** A pool that refuses to hand out a connection to code that is inside a transaction already. */
function guardedPool(inside: AsyncLocalStorage<{ open: boolean }>): typeof pg.Pool {
  return class GuardedPool extends pg.Pool {
    // The overloads of `connect` cannot be spelt out by an override; all arguments are passed on as they came.
    override connect(...args: unknown[]): never {
      if (inside.getStore()?.open) {
        throw new ServerError('internal', 'internal: a question beside an open transaction; ask through `tx`')
      }
      return Reflect.apply(super.connect, this, args) as never
    }
  }
}

async function transact<T>(
  pool: pg.Pool,
  inside: AsyncLocalStorage<{ open: boolean }>,
  work: (tx: Connection) => Promise<T>,
): Promise<T> {
  const client = await pool.connect()
  const mark = { open: true }
  let broken = false
  try {
    await client.query('begin')
    const tx: Connection = { orm: drizzle(client), query: (text, values) => client.query(text, values) }
    const result = await inside.run(mark, () => work(tx))
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => (broken = true))
    throw error
  } finally {
    mark.open = false
    client.release(broken)
  }
}

/** PostgreSQL's code of an error, also where drizzle has wrapped it: `23505` is a duplicate key. */
export function databaseCode(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  }
  return null
}
