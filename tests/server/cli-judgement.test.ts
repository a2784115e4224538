import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '#compute/index.ts'
import { openCommandLine } from '#tests/support/command-line.ts'
import { example, fixture } from '#tests/support/golden.ts'

const { folder, run, ask } = openCommandLine('judgement')

const phrasebook = example('checkpoints/phrasebook')
const sentence = ['--text', 'We wanted to buy the small bread.', '--target', 'Wir wollten das kleine Brot kaufen.']

describe('judging scores and reading layers from the command line', () => {
  it('[CL22] lens shows the tokens of every layer, the last one being what the model writes', async () => {
    interface Report {
      readonly targets: readonly {
        readonly token: string
        readonly layers: readonly { readonly rank: number; readonly best: readonly { readonly token: string }[] }[]
      }[]
    }
    const output = join(folder, 'lens.safetensors')
    const words = ['lens', phrasebook, ...sentence, '--top-k', '2', '--positions', '0-2', '--output', output]
    const { targets } = await ask<Report>(...words)
    expect(targets.map(({ token }) => token)).toEqual(['▁Wir', '▁wollten', '▁das'])
    expect(targets.map(({ layers }) => layers.at(-1)!.best[0]!.token)).toEqual(['▁Wir', '▁wollten', '▁das'])
    expect(targets.every(({ layers }) => layers.length === 4 && layers.at(-1)!.rank === 1)).toBe(true)
    const found = decodeSafetensors(readFileSync(output), output)
    expect(found.get('lens.log-probs')!.shape).toEqual([3, 4, 2])
    expect((await run('lens', phrasebook, ...sentence, '--positions', '1')).out).toMatch(/layer 3 {2}rank 1 /)
  })

  it('[CL23] scores of a file are judged, and those of a good method beat random and reversed orders', async () => {
    interface Curve {
      readonly aopc: { readonly comprehensiveness: number; readonly sufficiency: number }
    }
    interface Report {
      readonly targets: readonly {
        readonly gap: number
        readonly scores: Curve
        readonly reversed: Curve
        readonly random: readonly Curve[]
      }[]
    }
    const scores = join(folder, 'scores.safetensors')
    const chosen = [...sentence, '--positions', '1,3,4', '--baseline', 'mean']
    await ask('attribute', phrasebook, ...chosen, '--output', scores, '--method', 'occlusion')
    const output = join(folder, 'faithfulness.safetensors')
    const { targets } = await ask<Report>('faithfulness', phrasebook, ...chosen, '--scores', scores, '--output', output)
    expect(targets).toHaveLength(3)
    for (const { scores: own, reversed, random } of targets) {
      expect(random).toHaveLength(5)
      expect(own.aopc.comprehensiveness).toBeGreaterThan(reversed.aopc.comprehensiveness)
      const chance = random.reduce((sum, { aopc }) => sum + aopc.comprehensiveness, 0) / 5
      expect(own.aopc.comprehensiveness).toBeGreaterThan(chance)
      expect(own.aopc.sufficiency).toBeLessThan(reversed.aopc.sufficiency)
    }
    const found = decodeSafetensors(readFileSync(output), output)
    expect(found.get('random.comprehensiveness')!.shape).toEqual([3, 5, 10])
    expect(found.get('gap')!.data[0]).toBeCloseTo(targets[0]!.gap, 4)
    const byMethod = await ask<Report>('faithfulness', phrasebook, ...chosen, '--method', 'occlusion')
    expect(byMethod.targets[0]!.scores.aopc).toEqual(targets[0]!.scores.aopc)
  })

  it('[CL25] words add up the scores of their tokens, and are occluded as a whole', async () => {
    interface Report {
      readonly targets: readonly { readonly source: readonly number[]; readonly prefix: readonly number[] }[]
      readonly grouped: Readonly<Record<string, readonly number[]>> & {
        readonly 'scores.source.grouped': readonly (readonly number[])[]
      }
    }
    const words = ['attribute', phrasebook, ...sentence, '--positions', '3', '--baseline', 'mean', '--group', 'word']
    for (const method of [
      ['--nodes', '4'],
      ['--method', 'occlusion'],
    ]) {
      const { targets, grouped } = await ask<Report>(...words, ...method)
      const groups = grouped['groups.source']!
      expect(Math.max(...groups)).toBeLessThan(groups.length - 1)
      expect(grouped['groups.prefix']!.slice(0, 2)).toEqual([0, 1])
      grouped['scores.source.grouped'][0]!.forEach((score, group) => {
        const parts = targets[0]!.source.filter((_, i) => groups[i] === group)
        expect(score).toBeCloseTo(
          parts.reduce((sum, part) => sum + part, 0),
          4,
        )
        if (method[0] === '--method') expect(new Set(parts.map((part) => part.toFixed(5))).size).toBe(1)
      })
    }
    expect((await run(...words, '--method', 'gradient-norm')).err).toMatch(/--group belongs to scores that add up/)
    const ids = ['attribute', fixture('gpt2/checkpoint'), '--inputs', fixture('gpt2/inputs.safetensors')]
    expect((await run(...ids, '--group', 'word')).err).toMatch(/give --text TEXT/)
  })

  it('[CL26] interactions of words are the sums of those of their tokens, in files and on the screen', async () => {
    interface Report {
      readonly targets: readonly { readonly interactions: readonly (readonly number[])[] }[]
      readonly grouped: {
        readonly 'interactions.grouped': readonly (readonly (readonly number[])[])[]
        readonly 'groups.source': readonly number[]
        readonly 'groups.prefix': readonly number[]
        readonly 'names.source': readonly string[]
        readonly 'names.prefix': readonly string[]
        readonly meaning: string
      }
    }
    const output = join(folder, 'word-pairs.safetensors')
    const words = ['attribute', phrasebook, ...sentence, '--positions', '2,3', '--group', 'word']
    for (const kind of ['masked-pairs', 'attention-edges']) {
      const method = ['--method', 'interactions', '--kind', kind, '--nodes', '2', '--output', output]
      const { targets, grouped } = JSON.parse((await run(...words, ...method, '--json')).out) as Report
      const [source, prefix] = [grouped['names.source'], grouped['names.prefix']]
      const numbers = [...grouped['groups.source'], ...grouped['groups.prefix'].map((group) => source.length + group)]
      const groups = source.length + prefix.length
      expect(groups).toBeLessThan(numbers.length)
      expect([source.at(-1), source.some((name) => sentence.join(' ').includes(` ${name} `))]).toEqual(['</s>', true])
      expect(grouped.meaning).toMatch(/^\[A, B\]: /)
      const tensors = decodeSafetensors(readFileSync(output), output)
      expect(tensors.get('interactions.grouped')!.shape).toEqual([2, groups, groups])
      expect([...tensors.get('groups.source')!.data]).toEqual(grouped['groups.source'])
      targets.forEach(({ interactions }, k) => {
        const sums = Array.from({ length: groups }, () => new Array<number>(groups).fill(0))
        interactions.forEach((row, i) =>
          row.forEach((value, j) => {
            sums[numbers[i]!]![numbers[j]!]! += value
          }),
        )
        const found = grouped['interactions.grouped'][k]!
        sums.forEach((row, a) => row.forEach((sum, b) => expect(found[a]![b]).toBeCloseTo(sum, 4)))
      })
    }
    const { out } = await run(...words, '--method', 'interactions')
    expect(out).toMatch(/small×das/)
    expect(out).not.toMatch(/▁[^ ]*×|×▁/)
  })

  const other = join(folder, 'other.safetensors')
  writeFileSync(
    other,
    encodeSafetensors({ 'scores.source': { dtype: 'F32', shape: [1, 3], data: Float32Array.of(1, 2, 3) } }),
  )
  const gpt2 = [fixture('gpt2/checkpoint'), '--inputs', fixture('gpt2/inputs.safetensors')]
  const cases: readonly (readonly [why: string, words: readonly string[], message: RegExp])[] = [
    ['scores of another text', ['--scores', other], /scores\.source must be F32 \[4, 11\], not F32 \[1, 3\]/],
    ['fractions that fall', ['--fractions', '0.5,0.1'], /--fractions must rise/],
    ['a fraction above all', ['--fractions', '0.5,2'], /--fractions must rise/],
    ['a fraction that is none', ['--fractions', 'half'], /--fractions must rise/],
    ['too many controls', ['--controls', '2000'], /--controls must be at most 1000/],
    ['scores and a method', ['--scores', other, '--method', 'occlusion'], /either --scores FILE or --method/],
    ['nodes for occlusion', ['--method', 'occlusion', '--nodes', '4'], /belong to integrated-gradients/],
  ]
  for (const [why, words, message] of cases) {
    it(`[CL24] ${why} is one clear line and exit code 2`, async () => {
      const { code, err } = await run('faithfulness', ...gpt2, ...words)
      expect(err.trim()).toMatch(message)
      expect(err.trim().split('\n')).toHaveLength(1)
      expect(code).toBe(2)
    })
  }
})
