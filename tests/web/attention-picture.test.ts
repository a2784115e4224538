import { describe, expect, test } from 'vitest'
import { readInks } from '#web/export/inks.ts'
import { readRamps } from '#web/marks/ramp.ts'
import type { HeadMap } from '#web/views/attention/heads.ts'
import { mapsPicture } from '#web/views/attention/maps-picture.ts'
import { patternPicture } from '#web/views/attention/pattern-picture.ts'
import type { Place } from '#web/views/attention/sides.ts'

const inks = readInks((property) => (property === '--line' ? '#dddddd' : property === '--ink' ? '#111111' : '#777777'))
const ends: Readonly<Record<string, string>> = { toward: '#0000ff', away: '#ff0000', amount: '#00aa00' }
const ramps = readRamps((property) => {
  const [, , name = '', step] = property.split('-')
  return step === '0' ? '#ffffff' : (ends[name] ?? '#000000')
})
const measure = (text: string, size: number): number => (text.length * size) / 2
const map: HeadMap = { kind: 'cross', title: 'Cross', layers: 2, heads: 2 }

const style = {
  inks,
  ramps,
  measure,
  metric: { digits: 2, unit: 'nats' },
  countFrom: 0,
  chosen: new Set<string>(),
  pruned: new Set<string>(),
}

describe('the picture of head maps', () => {
  test('[HP1] layer 0 stands at the bottom or on top, and names count as asked', () => {
    const cells = { signed: false, maps: [{ map, lower: new Float32Array([1, 0, 0, 0]), upper: null, reach: 1 }] }
    const up = mapsPicture(cells, { ...style, upwards: true, countFrom: 1 }).body.join('')
    expect(up).toMatch(/y="65.5"[^>]*>L1<.*y="37.5"[^>]*>L2</)
    expect(up).toContain('>H2<')
    const down = mapsPicture(cells, { ...style, upwards: false }).body.join('')
    expect(down).toMatch(/y="37.5"[^>]*>L0<.*y="65.5"[^>]*>L1</)
  })

  test('[HP2] both triangles, what is not known, what opposes, choices and pruned heads can be told apart', () => {
    const lower = new Float32Array([1, Number.NaN, -1, 0])
    const cells = { signed: true, maps: [{ map, lower, upper: new Float32Array([-1, 0, 0, 0]), reach: 1 }] }
    const drawn = mapsPicture(cells, {
      ...style,
      upwards: true,
      chosen: new Set(['cross.0.0']),
      pruned: new Set(['cross.1.1']),
    }).body.join('')
    expect(drawn).toContain('d="M0 0V27H27z" fill="rgb(0, 0, 255)"')
    expect(drawn).toContain('d="M0 0H27V27z" fill="rgb(255, 0, 0)"')
    expect(drawn).toContain('d="M0 0V27H27z" fill="#dddddd"')
    expect(drawn).toContain('height="2" fill="#777777"')
    expect(drawn).toContain('stroke="#111111" stroke-width="2"')
    expect(drawn).toContain('M3 3L24 24')
    for (const text of ['>−1.00<', '>+1.00 nats<']) expect(drawn).toContain(text)
  })
})

describe('the picture of a pattern', () => {
  const place = (label: string): Place => ({ label, words: label, token: null, special: false })
  const sides = { queries: ['a', 'b'].map(place), keys: ['x', 'y', 'z'].map(place), causal: false }
  const look = { inks, ramps, measure, kind: 'amount' as const, curve: 'linear' as const, reach: 1 }

  test('[HP3] cells of one colour side by side are one element, empty and hidden ones none', () => {
    const pattern = { values: new Float32Array([1, 1, 0, 0.9, 0, 1]), queries: 2, keys: 3 }
    const shown = patternPicture(pattern, sides, { ...look, hidden: null }).body.join('')
    expect(shown.match(/<rect[^>]*fill="rgb\(0, 170, 0\)"/g)?.length).toBe(3 + 8)
    expect(shown).toContain('width="36" height="18"')
    const hidden = patternPicture(pattern, sides, { ...look, hidden: 0 }).body.join('')
    expect(hidden).toContain('the sink is left out')
    expect(hidden).not.toContain('width="36" height="18"')
  })

  test('[HP4] a matrix of 1,024 a side has no more elements than other programs can open', () => {
    const side = 1024
    const values = Float32Array.from({ length: side * side }, (_, at) => (at % 7) / 7)
    const many = Array.from({ length: side }, () => place('word'))
    const picture = patternPicture(
      { values, queries: side, keys: side },
      { queries: many, keys: many, causal: false },
      { ...look, hidden: null },
    )
    const drawn = picture.body.join('')
    expect(drawn.match(/<rect/g)?.length).toBeLessThan(256 * 256 + 20)
    expect(drawn).toContain('one cell is the largest of 4 × 4')
  })
})
