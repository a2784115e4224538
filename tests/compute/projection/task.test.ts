import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openPool } from '#compute/index.ts'
import type { LayoutSnapshot, ProjectTask } from '#compute/types.ts'
import { points, usual } from './reference.ts'

const task: ProjectTask = { kind: 'project', layers: [points], added: null, options: usual }

describe('a projection in a compute process', () => {
  const cache = mkdtempSync(join(tmpdir(), 'coattend-projection-'))
  let pool: Awaited<ReturnType<typeof openPool>>
  beforeAll(async () => {
    pool = await openPool({ device: 'cpu', threads: 1, cache, processes: 1, log: () => {} })
  })
  afterAll(async () => {
    await pool.close()
    rmSync(cache, { recursive: true })
  })

  it('[PJ28] pictures come while it is under way, and the layout in the end', async () => {
    const pictures: LayoutSnapshot[] = []
    const running = pool.run(task, 'interactive', { partial: (picture) => pictures.push(picture) })
    const { layers, placed } = await running.result
    expect(pictures.length).toBeGreaterThan(0)
    expect(pictures[0]).toMatchObject({ layer: 0 })
    expect(pictures[0]!.layout).toHaveLength(2 * points.rows)
    expect(layers[0]!.layout).toHaveLength(2 * points.rows)
    expect(placed).toBeNull()
  })

  it('[PJ29] it is cancelled at once, and what cannot be projected is refused in words', async () => {
    const running = pool.run({ ...task, options: { ...usual, epochs: 1_000_000 } }, 'background')
    await new Promise((resolve) => setTimeout(resolve, 100))
    running.cancel()
    await expect(running.result).rejects.toMatchObject({ kind: 'cancelled' })
    const few = { ...task, layers: [{ rows: 1, width: 2, data: Float32Array.of(1, 2) }] }
    await expect(pool.run(few, 'interactive').result).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringContaining('The data cannot be projected'),
    })
  })
})
