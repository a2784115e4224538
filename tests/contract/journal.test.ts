import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Journal } from '#collab/index.ts'
import type { DocumentName } from '#collab/wire/identifiers.ts'
import type { Database } from '#server/db/database.ts'
import { makeJournal } from '#server/db/documents.ts'
import { insertWorkspace } from '#server/db/workspaces.ts'
import { copyDatabase, makeFolder, migrationsFolder } from '#tests/support/database.ts'
import { openDatabase } from '#server/db/open.ts'
import { describeBoth } from './both-databases.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describeBoth('the journal', (place) => {
  const folder = makeFolder()
  let database: Database
  let journal: Journal
  let release: () => Promise<void>
  let count = 0

  beforeAll(async () => {
    const { url, close } = await place.open()
    release = close
    if (url === null) await copyDatabase(folder.path)
    database = await openDatabase({
      directory: folder.path,
      url,
      migrations: migrationsFolder,
      version: 'test',
      log: () => {},
    })
    journal = makeJournal({ database, random: (size) => randomBytes(size), now: () => new Date() })
  })
  afterAll(async () => {
    await database.close()
    await release()
    folder.remove()
  })

  /** A workspace of its own for each test. */
  async function makeWorkspace(): Promise<string> {
    const id = `workspace-${count++}`
    const now = new Date()
    await insertWorkspace(
      database,
      { id, name: id, checkpoint: 'none', openRole: 'editor', createdAt: now, changedAt: now },
      null,
    )
    return id
  }
  const entry = (workspace: string, document: DocumentName, epoch: string, ...values: number[]) => ({
    workspace,
    document,
    epoch,
    update: bytes(...values),
    actor: null,
  })

  it('[SV1] a document that was never made is not there, and asking makes none', async () => {
    const id = await makeWorkspace()
    expect(await journal.load(id, 'shared')).toBeNull()
    expect(await journal.load(id, 'shared')).toBeNull()
  })

  it('[SV2] updates come back in the order they were appended, numbered within their document', async () => {
    const id = await makeWorkspace()
    const shared = await journal.create(id, 'shared', bytes(0))
    const note = await journal.create(id, 'notes/a', bytes(9))
    const numbers = await journal.append([
      entry(id, 'shared', shared, 1),
      entry(id, 'notes/a', note, 2),
      entry(id, 'shared', shared, 3),
    ])
    expect(numbers).toEqual([1, 1, 2])
    expect(await journal.append([entry(id, 'shared', shared, 4)])).toEqual([3])
    const loaded = await journal.load(id, 'shared')
    expect(loaded?.updates.map((update) => [...update])).toEqual([[1], [3], [4]])
    expect(loaded).toMatchObject({ epoch: shared, seq: 3 })
    expect([...(loaded?.state ?? [])]).toEqual([0])
  })

  it('[SV3] bytes of every value and of every length come back as they were', async () => {
    const id = await makeWorkspace()
    const epoch = await journal.create(id, 'shared', bytes())
    const updates = [
      bytes(),
      Uint8Array.from({ length: 256 }, (_, value) => value),
      new Uint8Array(randomBytes(300_000)),
    ]
    await journal.append(updates.map((update) => ({ ...entry(id, 'shared', epoch), update })))
    const loaded = await journal.load(id, 'shared')
    expect(loaded?.updates.map((update) => Buffer.from(update).toString('hex'))).toEqual(
      updates.map((update) => Buffer.from(update).toString('hex')),
    )
  })

  it('[SV4] a batch with one update for a document that is gone or replaced is refused as a whole', async () => {
    const id = await makeWorkspace()
    const epoch = await journal.create(id, 'shared', bytes(0))
    const batch = [entry(id, 'shared', epoch, 1), entry(id, 'notes/gone', epoch, 2)]
    await expect(journal.append(batch)).rejects.toThrow('1 of 2 updates')
    await expect(journal.append([entry(id, 'shared', 'another', 1)])).rejects.toThrow('1 of 1 updates')
    expect((await journal.load(id, 'shared'))?.updates).toEqual([])
  })

  it('[SV5] compaction keeps the updates that arrived after its state', async () => {
    const id = await makeWorkspace()
    const epoch = await journal.create(id, 'shared', bytes(0))
    await journal.append([1, 2, 3].map((value) => entry(id, 'shared', epoch, value)))
    await journal.compact(id, 'shared', epoch, 2, bytes(7))
    const loaded = await journal.load(id, 'shared')
    expect([...(loaded?.state ?? [])]).toEqual([7])
    expect(loaded?.updates.map((update) => [...update])).toEqual([[3]])
    expect(await journal.append([entry(id, 'shared', epoch, 4)])).toEqual([4])
  })

  it('[SV6] a compaction that is late, of another epoch, or ahead of the journal changes nothing', async () => {
    const id = await makeWorkspace()
    const epoch = await journal.create(id, 'shared', bytes(0))
    await journal.append([1, 2].map((value) => entry(id, 'shared', epoch, value)))
    await journal.compact(id, 'shared', epoch, 2, bytes(7))
    await journal.compact(id, 'shared', epoch, 1, bytes(8))
    await journal.compact(id, 'shared', 'another', 2, bytes(8))
    await journal.compact(id, 'shared', epoch, 99, bytes(8))
    expect([...((await journal.load(id, 'shared'))?.state ?? [])]).toEqual([7])
  })

  it('[SV7] a replaced history is kept aside whole, and its late updates are refused', async () => {
    const id = await makeWorkspace()
    const before = await journal.create(id, 'shared', bytes(0))
    await journal.append([entry(id, 'shared', before, 1)])
    const after = await journal.create(id, 'shared', bytes(5))
    expect(after).not.toBe(before)
    await expect(journal.append([entry(id, 'shared', before, 2)])).rejects.toThrow('1 of 1 updates belong')
    expect(await journal.load(id, 'shared')).toMatchObject({ epoch: after, updates: [] })
    const { rows } = await database.query('select state, updates from document_state where workspace = $1', [id])
    expect(rows.map((row) => [[...row.state], row.updates.map((update: Buffer) => [...update])])).toEqual([
      [[0], [[1]]],
    ])
    expect(await journal.append([entry(id, 'shared', after, 6)])).toEqual([2])
  })

  it('[SV8] appends from many sides at once get numbers without a gap', async () => {
    const id = await makeWorkspace()
    const epoch = await journal.create(id, 'shared', bytes(0))
    const numbers = await Promise.all(
      Array.from({ length: 20 }, (_, value) => journal.append([entry(id, 'shared', epoch, value)])),
    )
    expect(numbers.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, value) => value + 1))
  })
})
