import { expect, test } from 'vitest'
import { makeRandom } from '#compute/generate/sample.ts'
import { decodePoints, encodePoints, pointSet } from '#collab/wire/point-set.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'

test('[PT1] neighbouring rows are written as runs, and no rows as nothing', () => {
  expect(encodePoints([3, 4, 5, 6, 7, 8, 10])).toBe('r3.5,1')
  expect(encodePoints([40, 2, 2])).toBe('r2,11')
  expect(encodePoints([])).toBeNull()
  expect(decodePoints(null)).toEqual(new Uint32Array())
})

test('[PT2] every set comes back, and fits into what the shared document takes', () => {
  const config = fuzz(20, 5_000)
  for (const seed of roundSeeds(config)) {
    const random = makeRandom(seed)
    const [rows, density] = [1 + Math.floor(random() ** 3 * 199_999), random()]
    const chosen = Array.from({ length: rows }, (_, row) => row).filter(() => random() < density)
    const text = encodePoints(chosen)
    if (text === null) continue
    expect(pointSet.safeParse(text).success, describeFuzz(config)).toBe(true)
    expect(decodePoints(text).join() === chosen.join(), describeFuzz(config)).toBe(true)
  }
})

test.each(['r', 'r.', 'rzzzzzzzzzz', 'r5,,3', 'r1.zzzzz', 'b', 'bA', 'b!'])(
  '[PT3] what is no set of rows gives rows that can be: %s',
  (text) => {
    for (const ordinal of decodePoints(text)) expect(ordinal).toBeLessThan(200_000)
  },
)
