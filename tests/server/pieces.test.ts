import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseCorpus } from '#server/corpus/rows.ts'
import { keyOf, type AttributionInput } from '#server/jobs/input.ts'
import { makeAccumulator } from '#server/jobs/partial.ts'
import { makeMeter, makeThrottle } from '#server/jobs/progress.ts'
import { makeRate } from '#server/middleware/rate.ts'
import { readSettings } from '#server/settings.ts'
import { printable, storable, storableJson } from '#server/text.ts'
import { encodeStates } from '#server/files/states.ts'
import { decodeSafetensors } from '#compute/index.ts'
import { attributionOf } from '#tests/support/compute-double.ts'
import { options } from '#tests/support/options.ts'

afterEach(() => void vi.useRealTimers())

describe('settings', () => {
  it('[SV140] options win over the environment, which wins over the defaults', () => {
    const env = { PORT: '5000', HOST: '0.0.0.0', COATTEND_DATA: '/data', COATTEND_CACHE: '/cache' }
    expect(readSettings([], {})).toMatchObject({ host: '127.0.0.1', port: 4884, databaseUrl: null, origins: null })
    expect(readSettings([], env)).toMatchObject({ host: '0.0.0.0', port: 5000, data: '/data', cache: '/cache' })
    expect(readSettings(['--port', '1', '--data=/other'], env)).toMatchObject({
      port: 1,
      data: '/other',
      host: '0.0.0.0',
    })
    expect(readSettings([], { PORT: '' }).port).toBe(4884)
  })

  it('[SV141] the data directory is the user’s own and never the checkout', () => {
    expect(readSettings([], {}).data).not.toContain(process.cwd())
    expect(readSettings([], {}).data).toMatch(/coattend/i)
  })

  it.each([
    [['--port', 'x'], {}, 'is no port'],
    [['--port', '70000'], {}, 'is no port'],
    [['--prot', '1'], {}, 'Known are --port'],
    [['extra'], {}, 'Known are --port'],
    [[], { PORT: '-1' }, 'is no port'],
    [[], { DATABASE_URL: 'mysql://x' }, 'postgres://'],
    [[], { COATTEND_ORIGIN: 'everywhere' }, 'is no address'],
  ] as const)('[SV142] %j with %j is refused in one line', (args, env, message) => {
    expect(() => readSettings(args, env)).toThrow(message)
  })
})

describe('a corpus', () => {
  it('[SV143] sorts its columns into categories, lists, numbers, texts and data', async () => {
    const rows = Array.from({ length: 600 }, (_, index) =>
      JSON.stringify({
        source: 's',
        kind: index % 3 === 0 ? 'x' : 'y',
        tags: ['a', index % 2 === 0 ? 'b' : 'c'],
        words: [`w${index}`],
        size: index / 2,
        title: `title ${index}`,
        flag: index % 2 === 0,
        deep: { index },
        mixed: index % 2 === 0 ? 1 : 'one',
        long: 'l'.repeat(600),
      }),
    )
    const { columns, rows: parsed } = await parseCorpus(rows.join('\n'))
    expect(Object.fromEntries(columns.map(({ name, type }) => [name, type]))).toEqual({
      kind: 'category',
      tags: 'list',
      words: 'data',
      size: 'number',
      title: 'text',
      flag: 'category',
      deep: 'data',
      mixed: 'category',
      long: 'data',
    })
    expect(parsed[1]?.attributes).toEqual({
      kind: 'y',
      tags: ['a', 'c'],
      size: 0.5,
      title: 'title 1',
      flag: false,
      mixed: 'one',
    })
    expect(parsed[0]?.attributes['mixed']).toBe('1')
    expect(parsed[1]?.data).toMatchObject({ deep: { index: 1 }, words: ['w1'] })
  })

  it('[SV144] keeps ids where they can stand in an address, and numbers the rest', async () => {
    const rows = ['train/7', 12, null, '😀', 'ok-1'].map((id) => JSON.stringify({ id, source: 's' })).join('\r\n')
    const { rows: parsed } = await parseCorpus(`\ufeff${rows}\n`)
    expect(parsed.map(({ id }) => id)).toEqual(['train-7', '12', 'row-3', 'row-4', 'ok-1'])
  })

  it('[SV145] takes the columns it is told to, and keeps the reference as an attribute where asked', async () => {
    const row = JSON.stringify({ key: 'k', prompt: 'p', answer: 'a', relation: 'r' })
    const fields = { id: 'key', source: 'prompt', reference: 'answer' }
    const { rows } = await parseCorpus(row, fields, ['answer'])
    expect(rows).toEqual([
      { id: 'k', ordinal: 0, source: 'p', reference: 'a', attributes: { answer: 'a', relation: 'r' }, data: null },
    ])
  })
})

describe('texts', () => {
  it('[SV146] lose what PostgreSQL cannot store, in names and in values, and nothing else', () => {
    expect(storable('a\0b\ud800c😀')).toBe('a\ufffdb\ufffdc😀')
    const value = { 'n\0': ['\0', '\\u0000', '\\', '"', '\ud83d', '😀', '\n'] }
    expect(JSON.parse(storableJson(value))).toEqual({
      'n\ufffd': ['\ufffd', '\\u0000', '\\', '"', '\ufffd', '😀', '\n'],
    })
  })

  it('[SV147] cannot forge a line of the log', () => {
    expect(printable('a\nb\u001b[2J\u202ec')).toBe('a\\u{a}b\\u{1b}[2J\\u{202e}c')
    expect(printable('x'.repeat(900)).length).toBe(501)
  })
})

describe('progress', () => {
  it('[SV148] has a rate and a time left only once they are measured', () => {
    let at = 0
    const meter = makeMeter(() => at)
    expect(meter({ stage: 'a', done: 0, total: 10 })).toMatchObject({ rate: null, eta: null })
    at = 500
    expect(meter({ stage: 'a', done: 1, total: 10 }).eta).toBeNull()
    at = 2_000
    expect(meter({ stage: 'a', done: 4, total: 10 })).toMatchObject({ rate: 2, eta: 3 })
    at = 2_100
    expect(meter({ stage: 'b', done: 0, total: 5 })).toMatchObject({ rate: null, eta: null })
  })

  it('[SV149] follows the last seconds and not the whole past', () => {
    let at = 0
    const meter = makeMeter(() => at)
    for (let done = 0; done <= 10; done++, at += 1_000) meter({ stage: 'a', done, total: 1_000 })
    let rate: number | null = null
    for (let done = 20; done <= 120; done += 10, at += 1_000) ({ rate } = meter({ stage: 'a', done, total: 1_000 }))
    expect(rate).toBeCloseTo(10, 5)
  })

  it('[SV150] is told at most every quarter of a second, the last state included', () => {
    vi.useFakeTimers()
    const told: number[] = []
    const throttle = makeThrottle(60, Date.now, (value: number) => told.push(value))
    for (let value = 0; value < 5; value++) throttle.push(value)
    expect(told).toEqual([0])
    vi.advanceTimersByTime(59)
    expect(told).toEqual([0])
    vi.advanceTimersByTime(1)
    expect(told).toEqual([0, 4])
    vi.advanceTimersByTime(60)
    throttle.push(5)
    throttle.push(6)
    throttle.stop()
    vi.advanceTimersByTime(120)
    expect(told).toEqual([0, 4, 5])
  })
})

describe('runs', () => {
  const input: AttributionInput = {
    kind: 'attribution',
    checkpoint: 'a',
    revision: 'r',
    source: [1, 2],
    output: [3],
    options,
    focus: null,
  }

  it('[SV151] have the same key whenever their numbers must be the same', () => {
    const key = keyOf(input, 'e')
    const turned = Object.fromEntries(Object.entries(options).toReversed()) as unknown as typeof options
    expect(keyOf({ ...input, checkpoint: 'b', focus: 3, options: turned }, 'e')).toBe(key)
    const others = [
      keyOf(input, 'f'),
      keyOf({ ...input, revision: 's' }, 'e'),
      keyOf({ ...input, source: [1, 2, 3] }, 'e'),
      keyOf({ ...input, source: [12] }, 'e'),
      keyOf({ ...input, output: [4] }, 'e'),
      keyOf({ ...input, options: { ...options, quadrature: { nodes: 8 } } }, 'e'),
      keyOf({ ...input, options: { ...options, contrast: 0 } }, 'e'),
    ]
    expect(new Set([key, ...others]).size).toBe(others.length + 1)
    expect(key).toMatch(/^[0-9a-f]{64}$/)
  })

  it('[SV152] merge their parts target by target, the latest of each', () => {
    const whole = attributionOf([5, 6, 7], [8, 9])
    const part = (target: number, converged: number) => ({
      targets: [target],
      source: whole.source.slice(target * 3, target * 3 + 3),
      prefix: whole.prefix.slice(target * 2, target * 2 + 2),
      objective: whole.objective.slice(target, target + 1),
      baselineObjective: whole.baselineObjective.slice(target, target + 1),
      gap: whole.gap.slice(target, target + 1),
      nodes: whole.nodes.slice(target, target + 1),
      converged: Uint8Array.of(converged),
    })
    const accumulator = makeAccumulator()
    expect(accumulator.finished()).toBeNull()
    accumulator.merge(part(1, 0))
    accumulator.merge(part(0, 1))
    expect(accumulator.takeNews()?.targets).toEqual([0, 1])
    expect(accumulator.takeNews()).toBeNull()
    expect(accumulator.finished()).toMatchObject({ targets: [0] })
    accumulator.merge(part(1, 1))
    expect(accumulator.takeNews()?.targets).toEqual([1])
    expect(accumulator.finished()).toEqual({ ...whole, targets: [0, 1] })
    expect(accumulator.converged).toBe(2)
  })

  it('[SV153] keep the states of a layer of all instances together', () => {
    const of = (id: string, steps: number, base: number) => ({
      id,
      steps,
      states: {
        source: Float32Array.of(base, base + 1, base + 2, base + 3),
        steps: Float32Array.from({ length: 2 * steps * 2 }, (_, place) => base + place / 100),
      },
    })
    const one = of('one', 2, 10)
    const two = of('two', 1, 20)
    const { bytes, places } = encodeStates([one, two], 2, { engine: 'e' })
    const tensors = decodeSafetensors(bytes, 'states')
    expect(tensors.get('source')?.shape).toEqual([2, 2, 2])
    expect(tensors.get('steps')?.shape).toEqual([2, 3, 2])
    expect([...(tensors.get('steps')?.data ?? [])]).toEqual([
      ...one.states.steps.slice(0, 4),
      ...two.states.steps.slice(0, 2),
      ...one.states.steps.slice(4),
      ...two.states.steps.slice(2),
    ])
    expect(places).toEqual([
      { id: 'one', row: 0, step: 0, steps: 2 },
      { id: 'two', row: 1, step: 2, steps: 1 },
    ])
  })
})

describe('a rate', () => {
  it('[SV154] lets a burst through, then as many as flow in, for each by itself', () => {
    let at = 0
    const rate = makeRate({ burst: 3, perSecond: 1, now: () => new Date(at) })
    expect([1, 2, 3, 4].map(() => rate.take('a'))).toEqual([true, true, true, false])
    expect(rate.take('b')).toBe(true)
    at = 2_000
    expect([1, 2, 3].map(() => rate.take('a'))).toEqual([true, true, false])
  })
})
