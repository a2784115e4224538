import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '#compute/index.ts'
import { openCommandLine } from '#tests/support/command-line.ts'
import { example, fixture, readJson, readTensors, relativeError } from '#tests/support/golden.ts'

const { folder, run, ask } = openCommandLine('cli')

const checkpoint = fixture('gpt2/checkpoint')
const inputs = fixture('gpt2/inputs.safetensors')
const quiz = example('checkpoints/quiz')
const phrasebook = example('checkpoints/phrasebook')

describe('the command line', () => {
  it('[CL1] inspect tells what a checkpoint is', async () => {
    expect(await ask('inspect', checkpoint)).toMatchObject({
      architecture: 'gpt2',
      kind: 'decoder-only',
      layers: { encoder: 0, decoder: 2 },
      vocabulary: 96,
      maxTokens: 64,
      tokenizer: null,
    })
  })

  it('[CL2] tokenize gives ids, tokens and UTF-16 offsets, special tokens included', async () => {
    const { ids, tokens, offsets } = await ask<Record<string, unknown[]>>(
      'tokenize',
      phrasebook,
      '--text',
      'We wanted 👍.',
    )
    expect(tokens!.at(-1)).toBe('</s>')
    expect(ids).toHaveLength(tokens!.length)
    expect(offsets).toContainEqual([10, 12])
  })

  it('[CL3] a text may be empty, may be spaces, may begin with a dash', async () => {
    expect(await ask('tokenize', phrasebook, '--text', '')).toMatchObject({ ids: [0] })
    expect(await ask('tokenize', phrasebook, '--text=  ')).toHaveProperty('ids')
    expect(await ask('tokenize', phrasebook, '--text', '-5 degrees')).toHaveProperty('ids')
    expect(await run('tokenize', quiz, '--text', '')).toMatchObject({ code: 2 })
  })

  it('[CL4] forward writes logits, hidden states and attention that agree with the fixtures', async () => {
    const output = join(folder, 'forward.safetensors')
    await ask('forward', checkpoint, '--inputs', inputs, '--output', output)
    const golden = readTensors(fixture('gpt2/golden.safetensors'))
    const found = decodeSafetensors(readFileSync(output), output)
    for (const name of ['logits', 'hidden.decoder.2', 'attention.decoder.1']) {
      expect(relativeError(found.get(name)!.data, golden.get(name)!.data), name).toBeLessThan(1e-4)
    }
    expect(readFileSync(output, 'latin1').slice(8, 400)).toMatch(/"device":"cpu"/)
  })

  it('[CL5] generate gives what transformers gives, with log-prob and entropy per token', async () => {
    const { generate } = readJson(fixture('gpt2/golden.json')) as { generate: Record<string, { ids: number[] }> }
    const words = ['--beams', '3', '--length-penalty', '0.6', '--no-repeat-ngram=2', '--max-new-tokens', '12']
    const found = await ask<{ ids: number[]; steps: object[]; text: null }>(
      'generate',
      checkpoint,
      '--inputs',
      inputs,
      ...words,
    )
    expect(found.ids).toEqual(generate['beam3_lp']!.ids.slice(11))
    expect(found.steps).toHaveLength(found.ids.length)
    expect(found.text).toBeNull()
    const { rows } = readJson(fixture('trained/quiz.json')) as { rows: { text: string; greedy_text: string }[] }
    expect(await ask('generate', quiz, '--text', rows[0]!.text)).toMatchObject({
      text: rows[0]!.greedy_text.slice(rows[0]!.text.length),
    })
  })

  it('[CL6] sampling is repeated by its seed', async () => {
    const draw = (seed: string) => ask('generate', quiz, '--text', 'question:', '--seed', seed, '--temperature', '2')
    expect(await draw('1')).toEqual(await draw('1'))
    expect(await draw('1')).not.toEqual(await draw('2'))
  })

  it('[CL7] attribute writes scores and diagnostics under the names of the fixtures', async () => {
    const output = join(folder, 'scores.safetensors')
    const words = ['--nodes', '24', '--attribute-special', '--output', output]
    await ask('attribute', checkpoint, '--inputs', inputs, ...words)
    const golden = readTensors(fixture('gpt2/golden.safetensors'))
    const found = decodeSafetensors(readFileSync(output), output)
    expect(relativeError(found.get('scores.source')!.data, golden.get('ig.zero.source')!.data)).toBeLessThan(1e-3)
    expect([...found.keys()].toSorted()).toEqual([
      'converged',
      'gap',
      'nodes',
      'objective',
      'objective.baseline',
      'scores.source',
    ])
    expect([...found.get('nodes')!.data]).toEqual([24, 24, 24, 24])
  })

  it('[CL8] the plain gradient holds every position', async () => {
    const output = join(folder, 'gradient.safetensors')
    await ask('attribute', checkpoint, '--inputs', inputs, '--method', 'gradient', '--output', output)
    const golden = readTensors(fixture('gpt2/golden.safetensors'))
    const found = decodeSafetensors(readFileSync(output), output)
    expect(found.get('gradient.source')!.shape).toEqual([4, 11, 32])
    expect(relativeError(found.get('gradient.source')!.data, golden.get('gradient.source')!.data)).toBeLessThan(1e-3)
  })

  it('[CL9] special tokens score 0 unless asked; positions and a contrast choose what is explained', async () => {
    interface Report {
      readonly targets: readonly {
        readonly token: string
        readonly source: readonly number[]
        readonly prefix: readonly number[]
        readonly converged: boolean
      }[]
    }
    const text = ['--text', 'We wanted to buy the small bread that painters ordered.']
    const found = await ask<Report>('attribute', phrasebook, ...text, '--positions', '4,3', '--tolerance', '0.05')
    expect(found.targets.map(({ token }) => token)).toEqual(['▁Brot', '▁kleine'])
    expect(found.targets.every(({ source, prefix }) => source.at(-1) === 0 && prefix[0] === 0)).toBe(true)
    expect(found.targets.every(({ converged }) => converged)).toBe(true)
    const contrast = await ask<Report>(
      'attribute',
      phrasebook,
      ...text,
      '--positions',
      '4',
      '--contrast',
      '▁kleine',
      '--baseline',
      'mean',
    )
    expect(contrast.targets[0]!.source).not.toEqual(found.targets[0]!.source)
    const chosen = await ask<Report>(
      'attribute',
      phrasebook,
      ...text,
      '--target',
      'Wir wollten.',
      '--method=gradient-x-input',
    )
    expect(chosen.targets.map(({ token }) => token).join('')).toBe('▁Wir▁wollten.</s>')
  })

  it('[CL20] a span is explained as one: its scores are the sum of those of its tokens', async () => {
    interface Report {
      readonly targets: readonly { readonly objective: number; readonly source: readonly number[] }[]
    }
    const words = ['attribute', checkpoint, '--inputs', inputs, '--nodes', '6']
    const { targets } = await ask<Report>(...words)
    const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0)
    const joined = await ask<Report>(...words, '--joint')
    expect(joined.targets).toHaveLength(1)
    expect(joined.targets[0]!.objective).toBeCloseTo(sumOf(targets.map(({ objective }) => objective)), 4)
    joined.targets[0]!.source.forEach((score, i) => {
      expect(score).toBeCloseTo(sumOf(targets.map(({ source }) => source[i]!)), 4)
    })
    const text = [
      'attribute',
      phrasebook,
      '--text',
      'We wanted bread.',
      '--target',
      'Wir wollten Brot.',
      '--nodes',
      '4',
    ]
    const range = await ask<Report>(...text, '--positions', '1-2', '--joint', '--objective', 'probability')
    const single = await ask<Report>(...text, '--positions=1,2', '--objective', 'probability')
    expect(single.targets).toHaveLength(2)
    const product = single.targets.reduce((p, { objective }) => p * objective, 1)
    expect(range.targets[0]!.objective).toBeCloseTo(product, 5)
  })

  it('[CL21] interactions are written as a square per target, and a caution stands where activations have kinks', async () => {
    const output = join(folder, 'interactions.safetensors')
    const golden = readTensors(fixture('gpt2/interactions.safetensors'))
    const position = String(golden.get('target_positions')!.data[0])
    const { baseline_token: token } = readJson(fixture('gpt2/golden.json')) as { baseline_token: number }
    const words = ['attribute', checkpoint, '--inputs', inputs, '--method', 'interactions', '--positions', position]
    const whole = [...words, '--baseline', `token:${token}`, '--attribute-special', '--output', output]
    const pairs = await ask<{ caution: null; targets: { gap: null }[] }>(...whole)
    expect([pairs.caution, pairs.targets[0]!.gap]).toEqual([null, null])
    const found = decodeSafetensors(readFileSync(output), output)
    expect(found.get('interactions')!.shape).toEqual([1, 11, 11])
    expect(relativeError(found.get('interactions')!.data, golden.get('masked_pairs')!.data)).toBeLessThan(1e-4)
    const opt = ['attribute', fixture('opt/checkpoint'), '--inputs', fixture('opt/inputs.safetensors')]
    const kinked = await run(...opt, '--method=interactions', '--kind=integrated-hessians', '--nodes=1', '--joint')
    expect(kinked.code).toBe(0)
    expect(kinked.err).toContain('Prefer masked pairs')
  })

  it('[CL10] import makes a checkpoint known to the server', async () => {
    expect(await ask('import', checkpoint)).toMatchObject({ id: 'checkpoint', summary: { architecture: 'gpt2' } })
    expect(readFileSync(join(folder, 'data/checkpoints/checkpoint.json'), 'utf8')).toContain('"gpt2"')
  })

  it('[CL11] help names every command and option', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    for (const name of ['devices', 'inspect', 'tokenize', 'forward', 'generate', 'attribute', 'import', 'serve']) {
      expect(out).toContain(`coattend ${name}`)
    }
    expect((await run('attribute', '--help')).out).toContain('--attribute-special')
  })

  it('[CL63] a reader that stops early, as head does, is no fault', async () => {
    const program = fileURLToPath(new URL('../../bin/coattend.js', import.meta.url))
    const child = spawn(process.execPath, [program, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let err = ''
    child.stderr.on('data', (text: Buffer) => (err += text.toString()))
    expect(await once(child, 'close')).toEqual([0, null])
    expect(err).toBe('')
  })
})

describe('bad input on the command line', () => {
  const write = (name: string, bytes: Uint8Array | string): string => {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return path
  }
  const rows = (name: string, data: readonly number[], shape = [1, data.length]): string =>
    write(name, encodeSafetensors({ input_ids: { dtype: 'I64', shape, data: BigInt64Array.from(data, BigInt) } }))
  const floats = write(
    'floats.safetensors',
    encodeSafetensors({ input_ids: { dtype: 'F32', shape: [1, 1], data: Float32Array.of(1) } }),
  )

  const cases: readonly (readonly [why: string, words: readonly string[], message: RegExp])[] = [
    ['no command', [], /^$/],
    ['an unknown command', ['explain'], /Unknown command explain; there are devices, inspect/],
    ['an unknown option', ['generate', quiz, '--beam', '4'], /Unknown option --beam; this command takes --text/],
    ['a short option', ['generate', quiz, '-b'], /Unknown option -b/],
    ['an option without its value', ['generate', quiz, '--text'], /--text needs a value/],
    ['a value for a flag', ['inspect', quiz, '--json=yes'], /--json takes no value/],
    ['no checkpoint', ['inspect'], /CHECKPOINT is missing/],
    ['two checkpoints', ['inspect', quiz, phrasebook], /one argument too many/],
    ['a folder that is not there', ['inspect', join(folder, 'nowhere')], /There is no folder/],
    ['a file for a folder', ['inspect', floats], /is a file; give the folder/],
    ['a folder without config.json', ['inspect', folder], /has no config\.json/],
    ['neither text nor ids', ['generate', quiz], /either --text TEXT or --inputs FILE/],
    ['both text and ids', ['generate', quiz, '--text', 'a', '--inputs', inputs], /either --text TEXT or --inputs FILE/],
    ['a file that is not there', ['generate', quiz, '--inputs', join(folder, 'no')], /there is no such file/],
    [
      'a file that is no safetensors',
      ['generate', quiz, '--inputs', write('text', 'hello world')],
      /not a valid safetensors file/,
    ],
    ['ids that are not whole numbers', ['generate', quiz, '--inputs', floats], /must hold whole numbers/],
    ['ids of two rows', ['generate', quiz, '--inputs', rows('two', [1, 2], [2, 1])], /must have the shape \[1, n\]/],
    ['no ids', ['generate', quiz, '--inputs', rows('none', [])], /input_ids is empty/],
    [
      'an id outside the vocabulary',
      ['generate', quiz, '--inputs', rows('out', [1, 2000])],
      /holds 2000, but token ids go from 0 to 1999/,
    ],
    ['a negative id', ['generate', quiz, '--inputs', rows('minus', [-1])], /holds -1/],
    [
      'more tokens than the model reads',
      ['generate', quiz, '--inputs', rows('long', new Array<number>(257).fill(5))],
      /has 257 tokens; this model reads at most 256/,
    ],
    [
      'a prompt that leaves no room',
      [
        'generate',
        quiz,
        '--inputs',
        rows('full', new Array<number>(256).fill(5)),
        '--max-new-tokens',
        '4',
        '--beams',
        '65',
      ],
      /beams must be from 1 to 64/,
    ],
    ['no beams', ['generate', quiz, '--text', 'a', '--beams', '0'], /--beams must be a whole number from 1/],
    ['beams and sampling', ['generate', quiz, '--text', 'a', '--beams', '2', '--seed', '1'], /cannot be combined/],
    [
      'a temperature of nothing',
      ['generate', quiz, '--text', 'a', '--temperature', '0'],
      /temperature must be above 0/,
    ],
    [
      'a number that is none',
      ['generate', quiz, '--text', 'a', '--length-penalty', 'high'],
      /must be a number, not "high"/,
    ],
    ['an empty prompt', ['generate', quiz, '--text', ''], /The text is empty/],
    [
      'a missing decoder input',
      ['forward', fixture('marian/checkpoint'), '--inputs', inputs, '--output', join(folder, 'x')],
      /holds no tensor decoder_input_ids/,
    ],
    [
      'an unknown method',
      ['attribute', quiz, '--text', 'a', '--method', 'magic'],
      /--method must be integrated-gradients or/,
    ],
    ['an unknown baseline', ['attribute', quiz, '--text', 'a', '--baseline', 'noise'], /--baseline must be zero, pad/],
    [
      'a baseline the checkpoint lacks',
      ['attribute', quiz, '--text', 'question:', '--baseline', 'pad'],
      /has no padding token/,
    ],
    [
      'a baseline outside the vocabulary',
      ['attribute', quiz, '--text', 'question:', '--baseline', 'token:2000'],
      /baseline holds 2000/,
    ],
    [
      'nodes and tolerance',
      ['attribute', quiz, '--text', 'a', '--nodes', '4', '--tolerance', '0.1'],
      /either --nodes or --tolerance/,
    ],
    [
      'nodes for a gradient',
      ['attribute', quiz, '--text', 'a', '--nodes', '4', '--method', 'gradient'],
      /belong to integrated-gradients, attention-attribution, interactions, not to gradient/,
    ],
    ['too many nodes', ['attribute', quiz, '--text', 'question:', '--nodes', '5000'], /must be from 1 to 4096/],
    [
      'a tolerance of nothing',
      ['attribute', quiz, '--text', 'question:', '--tolerance', '0'],
      /tolerance must lie between 0 and 1/,
    ],
    [
      'a position that is not there',
      ['attribute', quiz, '--text', 'question:', '--positions', '99'],
      /no target at position 99/,
    ],
    [
      'positions that are words',
      ['attribute', quiz, '--text', 'question:', '--positions', 'first'],
      /must be all or numbers such as 3,4 or 3-5/,
    ],
    [
      'a contrast that is no piece',
      ['attribute', quiz, '--text', 'question:', '--contrast', 'no such piece'],
      /no piece of the vocabulary/,
    ],
    ['a device that is not here', ['inspect', quiz, '--device', 'cuda'], /device cuda cannot be used/],
    ['an unknown device', ['inspect', quiz, '--device', 'tpu'], /--device must be cpu or webgpu or cuda/],
    ['a folder that is not there', ['inspect', './none'], /There is no folder .*none/],
    ['a port that is none', ['serve', '--port', 'http'], /is no port/],
  ]
  for (const [why, words, message] of cases) {
    it(`[CL12] ${why} is one clear line and exit code 2`, async () => {
      const { code, err } = await run(...words)
      expect(err.trim()).toMatch(message)
      expect(err.trim().split('\n')).toHaveLength(1)
      expect(code).toBe(2)
    })
  }
})
