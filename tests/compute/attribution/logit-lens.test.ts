import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { logitLens } from '#compute/attribution/logit-lens.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, goldenProblem, readTensors, relativeError } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-lens-'))
afterAll(() => rmSync(cache, { recursive: true }))

const names = ['gpt2', 'llama', 'opt', 'marian', 'pegasus', 't5', 'mbart']

async function read(name: string, count: number) {
  const problem = goldenProblem(name)
  const engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
  try {
    const lens = await drain(logitLens(engine, problem, count))
    return { lens, targets: problem.targets, layers: engine.model.layers.decoder }
  } finally {
    await engine.close()
  }
}

describe('the logit lens', () => {
  it.each(names)('[LN1] the last layer of %s is the model itself', async (name) => {
    const golden = readTensors(fixture(`${name}/golden.safetensors`))
    const { lens, targets, layers } = await read(name, 3)
    expect(lens.layers).toBe(layers + 1)
    const last = targets.map((_, k) => lens.targetLogProbs[k * lens.layers + layers]!)
    expect(relativeError(last, golden.get('objective')!.data)).toBeLessThan(1e-4)
    const logits = golden.get('logits')!
    const width = logits.shape[2]!
    targets.forEach(({ position, id }, k) => {
      const row = Array.from(logits.data.slice(position * width, (position + 1) * width), Number)
      const rank = 1 + row.filter((logit) => logit > row[id]!).length
      expect(lens.targetRanks[k * lens.layers + layers]).toBe(rank)
      const best = [...row.keys()].toSorted((a, b) => row[b]! - row[a]!).slice(0, 3)
      const at = (k * lens.layers + layers) * 3
      expect([...lens.ids.subarray(at, at + 3)]).toEqual(best)
    })
  })

  it('[LN2] an inner layer of gpt2 goes through the final norm and the head', async () => {
    const { lens, targets } = await read('gpt2', 1)
    const golden = readTensors(fixture('gpt2/golden.safetensors'))
    const weights = readTensors(fixture('gpt2/checkpoint/model.safetensors'))
    const tensor = (name: string): readonly number[] =>
      Array.from((weights.get(`transformer.${name}`) ?? weights.get(name))!.data, Number)
    const [table, scale, bias] = [tensor('wte.weight'), tensor('ln_f.weight'), tensor('ln_f.bias')]
    const width = scale.length
    const states = Array.from(golden.get('hidden.decoder.1')!.data, Number)
    const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length
    targets.forEach(({ position, id }, k) => {
      const x = states.slice(position * width, (position + 1) * width)
      const centre = mean(x)
      const deviation = Math.sqrt(mean(x.map((entry) => (entry - centre) ** 2)) + 1e-5)
      const normed = x.map((entry, i) => ((entry - centre) / deviation) * scale[i]! + bias[i]!)
      const logits = Array.from({ length: table.length / width }, (_, token) =>
        normed.reduce((sum, entry, i) => sum + entry * table[token * width + i]!, 0),
      )
      const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0))
      expect(lens.targetLogProbs[k * lens.layers + 1]).toBeCloseTo(logits[id]! - total, 4)
      const entropy = -logits.reduce((sum, logit) => sum + Math.exp(logit - total) * (logit - total), 0)
      expect(lens.entropies[k * lens.layers + 1]).toBeCloseTo(entropy, 4)
    })
  })

  it('[LN3] more tokens than the vocabulary has are all of it', async () => {
    const { lens } = await read('gpt2', 5000)
    expect(lens.count).toBe(96)
  })
})
