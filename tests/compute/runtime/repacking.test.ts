import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { input, weight } from '#compute/graph/node.ts'
import { linear, project } from '#compute/ops/matrix.ts'
import { repackable } from '#compute/runtime/engine.ts'
import { chooseRepacked, openSession } from '#compute/runtime/session.ts'
import { floats } from '#compute/runtime/tensor.ts'
import { makeRandom } from '#compute/generate/sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'coattend-repacking-'))
afterAll(() => rmSync(folder, { recursive: true }))
const [inner, outer] = [24, 40]
const random = makeRandom(7)
const numbers = Float32Array.from({ length: inner * outer + outer * outer }, () => random() - 0.5)
const file = join(folder, 'weights')
writeFileSync(file, new Uint8Array(numbers.buffer))
const small = { name: 'small', file, offset: 0, length: 4 * inner * outer }
const large = { name: 'large', file, offset: small.length, length: 4 * outer * outer }

const x = input('x', 'float32', [3, inner])
const hidden = linear(x, weight(small, [outer, inner]), null)
const graph = {
  name: 'two',
  inputs: [x],
  outputs: [{ name: 'y', value: project(hidden, weight(large, [outer, outer]), null) }],
}

describe('repacking', () => {
  it('[RP1] takes the smallest weights first, as far as they fit', () => {
    expect(chooseRepacked(graph, Infinity)).toEqual({ chosen: small.length + large.length, plain: new Set() })
    expect(chooseRepacked(graph, large.length)).toEqual({ chosen: small.length, plain: new Set([large]) })
    expect(chooseRepacked(graph, 0)).toEqual({ chosen: 0, plain: new Set([small, large]) })
  })

  it('[RP2] changes no number, whether all weights are repacked, some or none', async () => {
    const feed = { x: floats([3, inner], Float32Array.from({ length: 3 * inner }, random)) }
    const found: number[][] = []
    for (const repack of [0, large.length, Infinity]) {
      const session = await openSession(graph, { folder, device: 'cpu', threads: 1, repack })
      found.push(Array.from((await session.run(feed))['y']!.data, Number))
      await session.close()
    }
    for (const other of found.slice(1)) other.forEach((y, i) => expect(y).toBeCloseTo(found[0]![i]!, 5))
    expect(new Set(found[0]).size).toBeGreaterThan(100)
  })

  it('[RP3] leaves a checkpoint of any size within one and a half times its weights and 600 MB', () => {
    for (const bytes of [100e6, 300e6, 500e6, 800e6, 3e9]) {
      const repacked = Math.min(bytes, repackable(bytes))
      const [process, writing, buffers] = [50e6, 80e6, 110e6]
      expect(bytes + 2 * repacked + process + writing + buffers).toBeLessThan(1.5 * bytes + 600e6)
    }
  })
})
