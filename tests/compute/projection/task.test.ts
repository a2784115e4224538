import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeSafetensors, openPool } from '#compute/index.ts'
import type { LayerPart, ProjectTask, StateMatrix, StoredStates } from '#compute/types.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { points, usual } from './reference.ts'

const layers = 3

/** The same points, a little moved from layer to layer. */
const layerOf = (layer: number): StateMatrix => {
  const random = makeRandom(layer)
  return { ...points, data: points.data.map((entry) => entry + layer * 0.05 * (random() - 0.5)) }
}

describe('a projection in a compute process', () => {
  const cache = mkdtempSync(join(tmpdir(), 'coattend-projection-'))
  let pool: Awaited<ReturnType<typeof openPool>>
  let stored: StoredStates
  beforeAll(async () => {
    stored = storeStates(cache)
    pool = await openPool({ device: 'cpu', threads: 1, cache, processes: 1, log: () => {} })
  })
  afterAll(async () => {
    await pool.close()
    rmSync(cache, { recursive: true })
  })

  const task = (change: Partial<ProjectTask> = {}): ProjectTask => ({
    kind: 'project',
    points: stored,
    added: null,
    given: null,
    options: usual,
    ...change,
  })

  async function run(change: Partial<ProjectTask> = {}): Promise<readonly LayerPart[]> {
    const parts: LayerPart[] = []
    const running = pool.run(task(change), 'waited', { partial: (part) => parts.push(part) })
    expect(await running.result).toMatchObject({ layers })
    return parts
  }
  const finished = (parts: readonly LayerPart[]): readonly LayerPart[] => parts.filter((part) => part.finished !== null)

  it('[PJ28] components of all layers come first, then every layer from the last to the first, each finished once', async () => {
    const parts = await run()
    expect(parts.slice(0, layers).map(({ layer }) => layer)).toEqual([2, 1, 0])
    expect(finished(parts).map(({ layer }) => layer)).toEqual([2, 1, 0])
    for (const { layer, layout, finished: end } of finished(parts)) {
      expect(layout).toHaveLength(2 * points.rows)
      expect(end!.neighbours).toHaveLength(15 * points.rows)
      expect(end!.means.trustworthiness).toBeGreaterThan(0.85)
      expect(end!.duplicates).toBe(layer === 0 ? 2 : 0)
    }
  })

  it('[PJ36] the rows of several files become the points they are meant for, whatever the order of the files', async () => {
    const turned = { ...stored, files: stored.files.toReversed() }
    const [first, second] = [await run(), await run({ points: turned })]
    expect(finished(second).map(({ layout }) => layout)).toEqual(finished(first).map(({ layout }) => layout))
  })

  it('[PJ37] steps are read from their own tensor, and placed near the points they are equal to', async () => {
    const steps: StoredStates = { ...stored, tensor: 'steps' }
    const corpus = finished(await run())
    const placed = await run({ added: steps, given: corpus.toReversed().map(({ layout }) => layout) })
    expect(placed.map(({ layer }) => layer)).toEqual([2, 1, 0])
    expect(await run({ added: steps })).toEqual(placed)
    for (const [at, { layout }] of placed.entries()) {
      const home = corpus[at]!.layout
      const distances = Array.from({ length: points.rows }, (_, i) =>
        Math.hypot(layout[2 * i]! - home[2 * i]!, layout[2 * i + 1]! - home[2 * i + 1]!),
      ).toSorted((a, b) => a - b)
      expect(distances[points.rows >> 1]).toBeLessThan(2)
    }
  })

  it('[PJ29] it is cancelled at once, and what cannot be projected is refused in words', async () => {
    const running = pool.run(task({ options: { ...usual, epochs: 1_000_000 } }), 'background')
    await new Promise((resolve) => setTimeout(resolve, 100))
    running.cancel()
    await expect(running.result).rejects.toMatchObject({ kind: 'cancelled' })
    const { path } = stored.files[0]!
    const few = { ...stored, count: 1, files: [{ path, rows: Int32Array.of(0), points: Int32Array.of(0) }] }
    await expect(pool.run(task({ points: few }), 'interactive').result).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringContaining('Layer 2 cannot be projected: it has the shape [1, 12]'),
    })
  })
})

/** The points over two files, the second half first and backwards; as sources and as steps. */
function storeStates(folder: string): StoredStates {
  const half = points.rows >> 1
  const parts = [range(half, points.rows).toReversed(), range(0, half)]
  const files = parts.map((chosen, file) => {
    const path = join(folder, `states-${file}.safetensors`)
    const row = (layer: number, point: number): Float32Array =>
      layerOf(layer).data.slice(point * points.width, (point + 1) * points.width)
    const all = range(0, layers)
    const joined = (rows: readonly Float32Array[]): Float32Array => Float32Array.from(rows.flatMap((each) => [...each]))
    const source = joined(chosen.flatMap((point) => all.map((layer) => row(layer, point))))
    const steps = joined(all.flatMap((layer) => chosen.map((point) => row(layer, point))))
    const { width } = points
    writeFileSync(
      path,
      encodeSafetensors({
        source: { dtype: 'F32', shape: [chosen.length, layers, width], data: source },
        steps: { dtype: 'F32', shape: [layers, chosen.length, width], data: steps },
      }),
    )
    return { path, rows: Int32Array.from(range(0, chosen.length)), points: Int32Array.from(chosen) }
  })
  return { tensor: 'source', files, count: points.rows }
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
