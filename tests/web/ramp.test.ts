import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { luminance, rampStep, rampSteps, readRamps } from '#web/marks/ramp.ts'
import { keepApart } from '#web/views/instance/frame.ts'
import { covered, reachOf, roundUp, strongest } from '#web/marks/scale.ts'

const css = readFileSync(new URL('../../web/styles/tokens.css', import.meta.url), 'utf8')

/** The custom properties of one theme, read from the design tokens themselves. */
function tokensOf(theme: string): (property: string) => string {
  const block = new RegExp(`\\[data-theme="${theme}"\\] \\{([^]*?)\\n\\}`).exec(css)?.[1] ?? ''
  return (property) => new RegExp(`${property}:\\s*([^;]+);`).exec(block)?.[1] ?? ''
}

const themes = ['light', 'dark', 'contrast-light', 'contrast-dark']

test.each(themes)('[WR1] the ramps of the theme %s start at its surface and end at its end colours', (theme) => {
  const read = tokensOf(theme)
  const ramps = readRamps(read)
  const rgb = (hex: string): string => `rgb(${[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(', ')})`
  expect(ramps.toward[0]?.background).toBe(rgb(read('--surface')))
  expect(ramps.away[0]?.background).toBe(rgb(read('--surface')))
  expect(ramps.toward[rampSteps]?.background).toBe(rgb(read('--toward-8')))
  expect(ramps.away[rampSteps]?.background).toBe(rgb(read('--away-8')))
  expect(ramps.amount).toHaveLength(rampSteps + 1)
})

test.each(themes)('[WR2] the ink chosen on every step of the theme %s is read at 4.5 : 1 or better', (theme) => {
  const contrast = (one: number, two: number): number => (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05)
  for (const ramp of Object.values(readRamps(tokensOf(theme)))) {
    for (const fill of ramp) {
      expect(contrast(luminance(fill.background), fill.ink === 'dark' ? 0 : 1)).toBeGreaterThan(4.5)
    }
  }
})

test('[WR3] steps of a ramp are proportional to the value, and what is beyond the reach gets the end colour', () => {
  expect([0, 0.5, 1, 3].map((value) => rampStep(value, 1))).toEqual([0, rampSteps / 2, rampSteps, rampSteps])
  expect(rampStep(1, 0)).toBe(0)
})

test('[WR4] the scale ends at the 97.5th percentile of the absolute contributions', () => {
  const values = Array.from({ length: 1001 }, (_, index) => (index % 2 === 0 ? index : -index) / 1000)
  expect(reachOf(values)).toBeCloseTo(covered, 6)
  expect(reachOf([Number.NaN, 2, 2])).toBe(2)
})

test('[WR5] a scale never zooms in on rounding', () => {
  expect(reachOf([])).toBe(0.01)
  expect(reachOf([1e-9, -1e-9])).toBe(0.01)
})

test('[WR6] the full length of a bar is the largest value, rounded up to one digit', () => {
  expect([0.8936, 1.62, 0.02, 3, 0].map(roundUp)).toEqual([0.9, 2, 0.02, 3, 1])
})

test('[WR7] the strongest values come first, whatever their sign, and small ones are left out', () => {
  expect(strongest([0.1, -3, null, 2, 0.01], 3, 0.05)).toEqual([1, 3, 0])
})

test('[WR8] where two labels would touch, the larger one stays', () => {
  const at = (index: number, x: number, y: number) => ({ index, x, y, width: 30 })
  expect(keepApart([at(4, 100, 0), at(2, 120, 0), at(7, 134, 0), at(9, 120, 40)]).map(({ index }) => index)).toEqual([
    4, 7, 9,
  ])
})
