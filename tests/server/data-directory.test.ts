import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { takeLock } from '#server/db/lock.ts'
import { migrate, readMigrations } from '#server/db/migrate.ts'
import { FORMAT, POSTGRES_MAJOR, inspectDirectory, writeStamp } from '#server/db/stamp.ts'
import { openDatabase } from '#server/db/open.ts'
import { copyDatabase, makeFolder, migrationsFolder, openHere } from '#tests/support/database.ts'

const folders: { readonly path: string; remove(): void }[] = []
const newFolder = (): string => {
  const folder = makeFolder()
  folders.push(folder)
  return folder.path
}
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove()
})
const silent = (): void => {}
const lockOf = (directory: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(directory, 'server.lock'), 'utf8')) as Record<string, unknown>

describe('the lock of a data directory', () => {
  it('[SV100] names the process that holds it and refuses a second one', async () => {
    const directory = newFolder()
    const lock = await takeLock(directory, silent)
    await expect(takeLock(directory, silent)).rejects.toThrow(`in use by process ${process.pid}`)
    lock.release()
    expect(existsSync(join(directory, 'server.lock'))).toBe(false)
    ;(await takeLock(directory, silent)).release()
  })

  it('[SV101] of a process that was killed is taken over at once', async () => {
    const directory = newFolder()
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    const lock = await takeLock(directory, silent)
    const mine = lockOf(directory)
    lock.release()
    const held = { ...mine, nonce: 'other', pid: child.pid, started: startOf(child.pid!) }
    writeFileSync(join(directory, 'server.lock'), JSON.stringify(held))
    await expect(takeLock(directory, silent)).rejects.toThrow(`in use by process ${child.pid}`)
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
    const start = performance.now()
    ;(await takeLock(directory, silent)).release()
    expect(performance.now() - start).toBeLessThan(1_000)
  })

  it('[SV102] is not held by another process that has got the same number', async () => {
    const directory = newFolder()
    const lock = await takeLock(directory, silent)
    const mine = lockOf(directory)
    lock.release()
    writeFileSync(join(directory, 'server.lock'), JSON.stringify({ ...mine, nonce: 'other', started: '1' }))
    ;(await takeLock(directory, silent)).release()
  })

  it.skipIf(process.platform !== 'linux')(
    '[SV119] is not held by a dead process that nobody has collected',
    async () => {
      const directory = newFolder()
      const lock = await takeLock(directory, silent)
      const mine = lockOf(directory)
      lock.release()
      // The first sleep ends; its parent, by then the second, never asks how.
      const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'inherit'] })
      try {
        const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (line) => resolve(Number(line))))
        const fields = (): readonly string[] =>
          readFileSync(`/proc/${pid}/stat`, 'utf8')
            .replace(/^.*\) /s, '')
            .split(' ')
        await expect.poll(() => fields()[0]).toBe('Z')
        const held = { ...mine, nonce: 'other', pid, started: fields()[19] }
        writeFileSync(join(directory, 'server.lock'), JSON.stringify(held))
        ;(await takeLock(directory, silent)).release()
      } finally {
        parent.kill('SIGKILL')
      }
    },
  )

  it('[SV103] of another machine or container counts as long as it is touched', async () => {
    const directory = newFolder()
    const file = join(directory, 'server.lock')
    const foreign = JSON.stringify({ nonce: 'other', pid: 1, started: '1', view: 'another machine' })
    writeFileSync(file, foreign)
    const said: string[] = []
    let taken = false
    const taking = takeLock(directory, (line) => said.push(line)).then((lock) => {
      taken = true
      return lock
    })
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    expect(taken).toBe(false)
    expect(said).toHaveLength(1)
    utimesSync(file, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000))
    ;(await taking).release()
  })

  it('[SV104] that was left empty by a crash is taken over when it is old', async () => {
    const directory = newFolder()
    const file = join(directory, 'server.lock')
    writeFileSync(file, '')
    utimesSync(file, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000))
    ;(await takeLock(directory, silent)).release()
  })

  it('[SV105] goes to one of many that find a stale one at the same time', async () => {
    const directory = newFolder()
    writeFileSync(join(directory, 'server.lock'), JSON.stringify({ ...(await exampleHolder()), pid: 2 ** 22 + 1 }))
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(directory, silent)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') outcome.value.release()
    expect(readdirSync(directory)).toEqual([])
  })

  it('[SV106] tells its holder when somebody takes it away', async () => {
    const directory = newFolder()
    const lock = await takeLock(directory, silent)
    writeFileSync(join(directory, 'server.lock'), '{}')
    expect((await lock.lost).message).toContain('stopping before anything is lost')
  })
})

async function exampleHolder(): Promise<Record<string, unknown>> {
  const directory = newFolder()
  const lock = await takeLock(directory, silent)
  const holder = lockOf(directory)
  lock.release()
  return holder
}

function startOf(pid: number): string | null {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

describe('a data directory', () => {
  it('[SV110] of somebody else is left untouched', async () => {
    const directory = newFolder()
    writeFileSync(join(directory, 'thesis.docx'), 'x')
    await expect(openHere(directory)).rejects.toThrow('it holds "thesis.docx"')
    expect(readdirSync(directory)).toEqual(['thesis.docx'])
  })

  it('[SV111] of a newer Coattend is refused with its version', () => {
    const directory = newFolder()
    writeStamp(directory, { format: FORMAT + 1, application: '9.9.9', database: 'embedded' })
    expect(() => inspectDirectory(directory)).toThrow('9.9.9')
  })

  it('[SV112] with a version file that cannot be read, or none beside a database, is refused', () => {
    const directory = newFolder()
    writeFileSync(join(directory, 'version.json'), '{"format":')
    expect(() => inspectDirectory(directory)).toThrow('cannot be read')
    const other = newFolder()
    mkdirSync(join(other, 'database'))
    expect(() => inspectDirectory(other)).toThrow('no version.json')
  })

  it('[SV113] with a database of another PostgreSQL is refused and not changed', async () => {
    const directory = newFolder()
    await copyDatabase(directory)
    const file = join(directory, 'database', 'PG_VERSION')
    expect(readFileSync(file, 'utf8').trim()).toBe(POSTGRES_MAJOR)
    writeFileSync(file, '17\n')
    await expect(openHere(directory)).rejects.toThrow('of PostgreSQL 17')
    expect(existsSync(join(directory, 'server.lock'))).toBe(false)
    writeFileSync(file, `${POSTGRES_MAJOR}\n`)
    await (await openHere(directory)).close()
  })

  it('[SV114] whose first start was interrupted is begun anew, and only then', async () => {
    const directory = newFolder()
    await copyDatabase(directory)
    const first = await openHere(directory)
    await first.query(`insert into person (id, name, ordinal, created_at) values ('p', 'P', 0, now())`)
    await first.close()
    // The same directory used with PostgreSQL for a while: the embedded database stays what it was.
    writeStamp(directory, { format: FORMAT, application: 'x', database: 'postgresql' })
    const second = await openHere(directory)
    expect((await second.query('select id from person')).rows).toEqual([{ id: 'p' }])
    await second.close()
    const broken = newFolder()
    mkdirSync(join(broken, 'database'))
    writeFileSync(join(broken, 'database', 'PG_VERSION'), `${POSTGRES_MAJOR}\n`)
    writeFileSync(join(broken, 'database.unfinished'), '')
    const begun = await openHere(broken)
    expect((await begun.query('select id from person')).rows).toEqual([])
    await begun.close()
    expect(readdirSync(broken).sort()).toEqual(['database', 'version.json'])
  }, 60_000)
})

describe('migrations', () => {
  const given = readMigrations(migrationsFolder)
  const extra = { name: '9999_extra', sql: 'create table extra (id integer)', hash: 'extra' }

  it('[SV120] bring an older database up to date, and do nothing the second time', async () => {
    const directory = newFolder()
    await copyDatabase(directory)
    const database = await openHere(directory)
    expect(await migrate(database, [...given, extra])).toBe(1)
    expect(await migrate(database, [...given, extra])).toBe(0)
    expect((await database.query('select * from extra')).rows).toEqual([])
    await database.close()
    // And the older Coattend refuses what the newer one has changed.
    await expect(openHere(directory)).rejects.toThrow('newer Coattend')
  })

  it('[SV121] that fail leave the database as it was', async () => {
    const directory = newFolder()
    await copyDatabase(directory)
    const database = await openHere(directory)
    const broken = { ...extra, sql: 'create table half (id integer); insert into nowhere values (1)' }
    await expect(migrate(database, [...given, broken])).rejects.toThrow('nothing was changed')
    expect((await database.query("select to_regclass('half') as half")).rows).toEqual([{ half: null }])
    expect(await migrate(database, given)).toBe(0)
    await database.close()
  })

  it('[SV122] of another history are refused, whatever their dates', async () => {
    const directory = newFolder()
    await copyDatabase(directory)
    const database = await openHere(directory)
    await expect(migrate(database, [{ ...given[0]!, hash: 'changed' }])).rejects.toThrow('different versions')
    await expect(migrate(database, [extra, ...given])).rejects.toThrow('different versions')
    await database.close()
  })
})

describe('the database', () => {
  it('[SV125] refuses a question beside an open transaction instead of waiting for ever', async () => {
    const directory = newFolder()
    await copyDatabase(directory)
    const database = await openHere(directory)
    await expect(database.transaction(() => database.query('select 1'))).rejects.toThrow('ask through `tx`')
    await expect(database.transaction(() => database.transaction(async () => 1))).rejects.toThrow('ask through `tx`')
    expect((await database.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await database.close()
  })

  it('[SV126] undoes a transaction that throws, and goes on', async () => {
    const directory = newFolder()
    await copyDatabase(directory)
    const database = await openHere(directory)
    const work = database.transaction(async (tx) => {
      await tx.query(`insert into person (id, name, ordinal, created_at) values ('p', 'P', 0, now())`)
      await tx.query('select * from nowhere')
    })
    await expect(work).rejects.toThrow('nowhere')
    expect((await database.query('select id from person')).rows).toEqual([])
    await database.close()
  })

  it('[SV127] reads and writes large numbers, instants and bytes as they are', async () => {
    const directory = newFolder()
    await copyDatabase(directory)
    const database = await openDatabase({
      directory,
      url: null,
      migrations: migrationsFolder,
      version: 'x',
      log: silent,
    })
    const { workspace } = await import('#server/db/schema.ts')
    const at = new Date('2026-11-22T10:11:12.345Z')
    const row = {
      id: 'w',
      name: 'é😀',
      checkpoint: 'c',
      openRole: 'none',
      eventSeq: 2 ** 40 + 1,
      createdAt: at,
      changedAt: at,
    }
    await database.orm.insert(workspace).values(row)
    expect(await database.orm.select().from(workspace)).toMatchObject([row])
    await database.close()
  })
})
