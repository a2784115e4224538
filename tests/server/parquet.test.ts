import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, describe, expect, it } from 'vitest'
import { readParquetApart } from '#server/intake/parquet-process.ts'
import { until } from '#tests/support/server.ts'

describe('a Parquet file, read in a process of its own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parquet-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  const write = (name: string, codec: 'UNCOMPRESSED' | 'LZO'): string => {
    const data = Array.from({ length: 1_200 }, (_, index) => `Text ${index}.`)
    const buffer = parquetWriteBuffer({
      columnData: [{ name: 'text', data, type: 'STRING' }],
      codec,
      compressors: { LZO: (bytes) => bytes },
    })
    const path = join(folder, name)
    writeFileSync(path, Buffer.from(buffer))
    return path
  }
  const countProcesses = (): number =>
    process.getActiveResourcesInfo().filter((resource) => resource === 'ProcessWrap').length

  it('[CI18] is given row by row in its order, and its process ends also where nobody reads on', async () => {
    const path = write('rows.parquet', 'UNCOMPRESSED')
    const before = countProcesses()
    const seen: unknown[] = []
    for await (const row of readParquetApart(path, 10)) {
      seen.push(row.values?.get('text'))
      if (seen.length === 1) expect(countProcesses()).toBe(before + 1)
      if (seen.length === 700) break
    }
    expect([seen[0], seen[499], seen[500], seen[699]]).toEqual(['Text 0.', 'Text 499.', 'Text 500.', 'Text 699.'])
    await until('its process has ended', () => Promise.resolve(countProcesses() === before))
  })

  it('[CI19] that is packed in a way we cannot read is refused by the name of that way', async () => {
    const path = write('rows-lzo.parquet', 'LZO')
    const readAll = async (): Promise<void> => {
      for await (const row of readParquetApart(path, 10)) expect(row).toBeUndefined()
    }
    await expect(readAll()).rejects.toThrow(
      'This Parquet file is packed with LZO, which cannot be read: write it with SNAPPY, ZSTD or GZIP',
    )
  })
})
