import { expect, test } from 'vitest'
import type { AttributionOptionsValue } from '#collab/wire/document.ts'
import { encodePoints } from '#collab/wire/point-set.ts'
import type { View } from '#web/state/permalink.ts'
import {
  defaultOptions,
  emptyView,
  encodeView,
  optionsKey,
  parseToken,
  parseView,
  sameView,
} from '#web/state/permalink.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'

const defaults = defaultOptions('mean')

test('[WK1] a plain view is a short link: the options are written only where they differ', () => {
  const view: View = {
    ...emptyView(defaults),
    instance: 'newsroom-test-1',
    token: { side: 'output', index: 16 },
  }
  expect(encodeView(view, defaults).toString()).toBe('i=newsroom-test-1&t=o16')
})

test('[WK2] a view with every option changed comes back the same', () => {
  const options: AttributionOptionsValue = {
    method: 'gradient-x-input',
    baseline: 'token:42',
    objective: 'logit',
    attributeSpecial: true,
    contrast: 7,
    quadrature: { nodes: 32 },
  }
  const view: View = { ...emptyView(options), instance: 'a', token: { side: 'source', index: 3, last: 5 } }
  const query = encodeView(view, defaults)
  expect(query.toString()).toBe('i=a&t=s3-5&m=gxi&b=token%3A42&f=logit&x=1&c=7&q=n32')
  expect(parseView(query, defaults)).toEqual(view)
})

test('[WK3] every view survives being a link', () => {
  const config = fuzz(200, 20_000)
  for (const seed of roundSeeds(config)) {
    const view = randomView(makeRandom(seed))
    const back = parseView(new URLSearchParams(encodeView(view, defaults).toString()), defaults)
    expect(back !== null && sameView(back, view), `${JSON.stringify(view)} ${describeFuzz(config)}`).toBe(true)
  }
})

function randomView(random: () => number): View {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]! // never empty here
  const index = Math.floor(random() * 1000)
  return {
    instance: `case.${Math.floor(random() * 1e6)}`,
    token: pick([
      null,
      { side: pick(['source', 'output'] as const), index },
      { side: 'output', index, last: index + 1 + Math.floor(random() * 9) },
    ]),
    options: {
      method: pick(['integrated-gradients', 'gradient-x-input', 'gradient-norm', 'occlusion'] as const),
      baseline: pick(['zero', 'pad', 'unk', 'mean', `token:${index}`] as const),
      objective: pick(['log-prob', 'logit', 'probability'] as const),
      attributeSpecial: random() < 0.5,
      contrast: pick([null, index]),
      quadrature: pick([{ nodes: 1 + index }, { tolerance: 0.01 }, { tolerance: 0.05 }, { tolerance: 0.001 }]),
    },
    heads: pick([[], ['cross.2.1'], ['decoder.0.3', 'encoder.11.15']]),
    pruned: pick([[], ['cross.0.0', 'cross.0.1']]),
    pin: pick([null, { instance: 'other', options: { ...defaults, objective: 'logit' as const, contrast: index } }]),
    layer: pick([null, 0, 12]),
    points: encodePoints(Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 2000))),
  }
}

test.each([
  ['i=../../etc/passwd', null],
  ['i=__proto__', null],
  ['t=o1', null],
  ['i=a&t=x9', { side: null }],
  ['i=a&t=o1e9', { side: null }],
  ['i=a&t=o5-2', { side: 'output', index: 5 }],
])('[WK4] a broken link shows what can be understood of it: %s', (query, expected) => {
  const view = parseView(new URLSearchParams(query), defaults)
  if (expected === null) return expect(view).toBeNull()
  if (expected.side === null) expect(view?.token).toBeNull()
  else expect(view?.token).toEqual(expected)
})

test('[WK5] options of a link that make no sense stay at their defaults', () => {
  const query = new URLSearchParams('i=a&m=magic&b=token:-1&f=vibes&c=x&q=t9&x=2')
  expect(parseView(query, defaults)?.options).toEqual({ ...defaults, attributeSpecial: false })
})

test('[WK6] tokens of a link are few digits, a side and at most one span', () => {
  expect(parseToken('o16-18')).toEqual({ side: 'output', index: 16, last: 18 })
  expect([null, '', '16', 'o', 'o1-2-3', 'o9999999'].map(parseToken)).toEqual([null, null, null, null, null, null])
})

test('[WK7] two sets of options have the same key exactly when all that decides numbers is the same', () => {
  expect(optionsKey(defaults)).toBe(optionsKey({ ...defaults, quadrature: { tolerance: 0.01 } }))
  const others: Partial<AttributionOptionsValue>[] = [
    { method: 'gradient-x-input' },
    { baseline: 'zero' },
    { objective: 'logit' },
    { attributeSpecial: true },
    { contrast: 0 },
    { quadrature: { tolerance: 0.02 } },
    { quadrature: { nodes: 16 } },
  ]
  expect(new Set([defaults, ...others.map((part) => ({ ...defaults, ...part }))].map(optionsKey)).size).toBe(
    others.length + 1,
  )
})
