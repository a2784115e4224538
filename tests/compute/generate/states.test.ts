import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { teacherForce } from '#compute/generate/teacher-force.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { fixture, readTensors, relativeError } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-states-'))
afterAll(() => rmSync(cache, { recursive: true }))

describe('states of a model that narrows them after its last layer', () => {
  it('[GE15] opt: every layer is as wide as the states, the last one with zeros behind', async () => {
    const golden = readTensors(fixture('opt/golden.safetensors'))
    const ids = Array.from(golden.get('input_ids')!.data, Number)
    const engine = await openEngine(fixture('opt/checkpoint'), { device: 'cpu', threads: 1, cache })
    const { states } = await teacherForce(engine, ids.slice(0, 7), ids.slice(7), { alternatives: 1, states: true })
    await engine.close()
    const [layers, width, steps] = [3, 32, 4]
    const expected = new Float32Array(layers * steps * width)
    for (let layer = 0; layer < layers; layer++) {
      const { data, shape } = golden.get(`hidden.decoder.${layer}`)!
      const own = shape.at(-1)!
      for (let step = 0; step < steps; step++) {
        const row = (data as Float32Array).subarray((6 + step) * own, (7 + step) * own)
        expected.set(row, (layer * steps + step) * width)
      }
    }
    expect(relativeError(states!.steps, expected)).toBeLessThan(1e-5)
    expect(states!.source).toHaveLength(layers * width)
    expect([...states!.source.subarray(2 * width + 24)]).toEqual(Array.from({ length: 8 }, () => 0))
  })
})
