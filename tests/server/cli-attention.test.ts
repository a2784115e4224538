import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeSafetensors } from '#compute/index.ts'
import { openCommandLine } from '#tests/support/command-line.ts'
import { example, fixture, readTensors, relativeError } from '#tests/support/golden.ts'

const { folder, run } = openCommandLine('cli-attention')

const checkpoint = fixture('marian/checkpoint')
const inputs = fixture('marian/inputs.safetensors')
const golden = readTensors(fixture('marian/golden.safetensors'))

describe('attention on the command line', () => {
  it('[AA5] attention attribution writes every layer, its gaps, and the importance of its heads', async () => {
    const output = join(folder, 'attribution.safetensors')
    const words = ['attribute', checkpoint, '--inputs', inputs, '--method', 'attention-attribution', '--nodes', '24']
    const { code, out, err } = await run(...words, '--output', output, '--json')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const found = decodeSafetensors(readFileSync(output), output)
    for (const kind of ['encoder', 'decoder', 'cross']) {
      const importance = found.get(`importance.${kind}`)!
      expect(importance.shape).toEqual([2, 4])
      for (const layer of [0, 1]) {
        const { shape, data } = golden.get(`attribution.${kind}.${layer}`)!
        expect(found.get(`attribution.${kind}.${layer}`)!.shape).toEqual(shape)
        expect(relativeError(found.get(`attribution.${kind}.${layer}`)!.data, data)).toBeLessThan(1e-3)
        const [K, heads, queries, keys] = shape as [number, number, number, number]
        const largest = (k: number, h: number): number =>
          Math.max(
            ...Array.from(data.slice((k * heads + h) * queries * keys, (k * heads + h + 1) * queries * keys), Number),
          )
        const means = Array.from({ length: heads }, (_, h) =>
          Array.from({ length: K }, (_target, k) => largest(k, h)).reduce((sum, value) => sum + value / K, 0),
        )
        expect(relativeError(importance.data.slice(layer * heads, (layer + 1) * heads), means)).toBeLessThan(1e-3)
        expect(found.get(`gap.${kind}.${layer}`)!.shape).toEqual([K])
      }
    }
    const report = JSON.parse(out) as { readonly layers: readonly unknown[]; readonly targets: readonly unknown[] }
    expect(report.layers).toHaveLength(6)
    expect(report.targets).toHaveLength(golden.get('target_ids')!.data.length)
  })

  it('[AA6] one kind can be asked for; a kind that is not there, and options of other methods, are refused', async () => {
    const words = ['attribute', checkpoint, '--inputs', inputs, '--method', 'attention-attribution', '--json']
    const { code, out } = await run(...words, '--nodes', '2', '--attention', 'cross')
    const { layers } = JSON.parse(out) as { readonly layers: readonly { readonly kind: string }[] }
    expect([code, ...layers.map(({ kind }) => kind)]).toEqual([0, 'cross', 'cross'])
    expect(await run(...words, '--attention', 'sideways')).toMatchObject({ code: 2 })
    expect((await run(...words, '--baseline', 'zero')).err).toMatch(/--baseline belongs to paths between embeddings/)
    const decoderOnly = ['attribute', fixture('gpt2/checkpoint'), '--inputs', fixture('gpt2/inputs.safetensors')]
    const refused = await run(...decoderOnly, '--method', 'attention-attribution', '--attention', 'encoder')
    expect(refused).toMatchObject({ code: 2, err: 'A decoder-only model has no encoder attention; it has decoder\n' })
  })
})

describe('ablation on the command line', () => {
  it('[AB4] heads that are named together are switched off together; without names each is measured by itself', async () => {
    const output = join(folder, 'ablation.safetensors')
    const one = await run(
      'ablate',
      checkpoint,
      '--inputs',
      inputs,
      '--heads',
      'cross.1.2',
      '--output',
      output,
      '--json',
    )
    expect(one).toMatchObject({ code: 0, err: '' })
    const found = decodeSafetensors(readFileSync(output), output)
    expect(relativeError(found.get('objective')!.data, golden.get('objective')!.data)).toBeLessThan(1e-4)
    const reference = golden.get('ablated.objective.cross.1.2')!.data
    expect(relativeError(found.get('objective.ablated')!.data, reference)).toBeLessThan(1e-4)
    const each = join(folder, 'effects.safetensors')
    expect(await run('ablate', checkpoint, '--inputs', inputs, '--output', each, '--json')).toMatchObject({ code: 0 })
    const { shape, data } = decodeSafetensors(readFileSync(each), each).get('effect.cross')!
    expect(shape.slice(1)).toEqual([2, 4])
    const whole = Array.from(golden.get('objective')!.data, Number)
    const change = Array.from(reference, Number).map((value, k) => value - whole[k]!)
    expect(
      relativeError(
        change.map((_, k) => data[k * 8 + 4 + 2]!),
        change,
      ),
    ).toBeLessThan(1e-3)
  })

  it('[AB5] writing without heads gives what transformers writes without them', async () => {
    // By transformers in float32, the heads' slices zeroed before the output projection; text and heads chosen so that they matter.
    const words = ['ablate', example('checkpoints/phrasebook'), '--text', 'We wanted a house.', '--json', '--generate']
    const { out } = await run(...words, '--heads', 'cross.2.1,cross.1.0')
    const { written, 'written.ablated': ablated } = JSON.parse(out) as Record<
      string,
      { readonly ids: readonly number[] }
    >
    expect(written!.ids).toEqual([941, 1478, 918, 1186, 1354, 2, 0])
    expect(ablated!.ids).toEqual([941, 1478, 918, 1186, 1351, 2, 0])
  })

  it('[AB6] heads that are misspelt or missing are refused in one line', async () => {
    for (const heads of ['cross.1', 'cross.2.0', 'encoder.0.4', 'side.0.0', '']) {
      const { code, err } = await run('ablate', checkpoint, '--inputs', inputs, '--heads', heads, '--json')
      expect({ code, lines: err.trim().split('\n').length }).toEqual({ code: 2, lines: 1 })
    }
    const decoderOnly = ['ablate', fixture('gpt2/checkpoint'), '--inputs', fixture('gpt2/inputs.safetensors')]
    expect((await run(...decoderOnly, '--heads', 'cross.0.0')).err).toMatch(/this model has decoder attention/)
  })
})
