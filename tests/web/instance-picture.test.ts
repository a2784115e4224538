import { describe, expect, test } from 'vitest'
import { readInks } from '#web/export/inks.ts'
import type { Piece } from '#web/marks/pieces.ts'
import { readRamps } from '#web/marks/ramp.ts'
import type { LaneFrame } from '#web/views/instance/frame.ts'
import type { DrawingStyle } from '#web/views/instance/picture.ts'
import { flowTokens, lanePicture } from '#web/views/instance/picture.ts'

const measure = (text: string, size: number): number => (text.length * size) / 2

const piece = (index: number, label: string, word: number, more: Partial<Piece> = {}): Piece => ({
  index,
  label,
  kind: 'text',
  raw: label,
  word,
  sentence: 0,
  spaced: true,
  breaks: false,
  ...more,
})

const frame: LaneFrame = {
  tone: 'signed',
  feet: [null, 0.25, 0],
  values: [0.5, -2, null],
  clipped: new Set([1]),
  reach: 1,
  labelled: [1, 0],
  chosen: [2, 2],
  spot: null,
  waiting: null,
  unit: 'pieces',
  signs: new Map([[2, '!']]),
  held: false,
}

const style: DrawingStyle = {
  inks: readInks((property) => (property === '--ink' ? '#111111' : '#777777')),
  ramps: readRamps((property) =>
    property.includes('toward') ? '#0000ff' : property.includes('away') ? '#ff0000' : '#000000',
  ),
  measure,
  legend: [
    { kind: 'ramp', low: '−1.00', high: '+1.00 nats', colours: ['#ff0000', '#0000ff'] },
    { kind: 'bar', colour: '#777777', text: 'entropy, full: 1 nats' },
  ],
}

describe('the picture of an instance', () => {
  test('[IP1] pieces of a word touch and stay together; a line ends where the next word does not fit', () => {
    const pieces = [piece(0, 'aaaa', 0), piece(1, 'bb', 1), piece(2, 'cc', 1, { spaced: false }), piece(3, 'd', 2)]
    const placed = flowTokens(pieces, measure, 70)
    expect(placed.map(({ y }) => y)).toEqual([0, 42, 42, 42])
    expect(placed[2]!.x).toBe(placed[1]!.x + placed[1]!.width)
    expect(placed[3]!.x).toBeGreaterThan(placed[2]!.x + placed[2]!.width)
    for (const { x, width } of placed) expect(x + width).toBeLessThanOrEqual(70)
  })

  test('[IP2] a word longer than a line begins its own, and a line of the text ends one', () => {
    const pieces = [piece(0, 'a', 0, { breaks: true }), piece(1, 'b', 1), piece(2, 'c'.repeat(40), 2), piece(3, 'd', 3)]
    expect(flowTokens(pieces, measure, 100).map(({ y }) => y)).toEqual([0, 42, 84, 126])
  })

  test('[IP4] attention has one ramp, by the square root, and no sign', () => {
    const amount: LaneFrame = { ...frame, tone: 'amount', values: [1, 0.25, 0], feet: null, clipped: new Set() }
    const pieces = [piece(0, 'a', 0), piece(1, 'b', 1), piece(2, 'c', 2)]
    const drawn = lanePicture([{ title: 'Source', note: '', pieces, frame: amount, feet: null }], style).body.join('')
    expect(drawn).toContain('>0.25<')
    expect(drawn).not.toContain('height="2" fill')
  })

  test('[IP3] fills, the line of opposing values, outline, corner, sign, foot and values are all drawn', () => {
    const pieces = [piece(0, 'for', 0), piece(1, 'against', 1), piece(2, 'chosen', 2)]
    const { body, width, height } = lanePicture(
      [{ title: 'Output', note: '', pieces, frame, feet: [0, 0, 0.5] }],
      style,
    )
    const drawn = body.join('')
    expect([width, height]).toEqual([880, 90])
    expect(drawn).toContain('fill="rgb(0, 0, 255)"')
    expect(drawn).toContain('height="2" fill="rgb(255, 0, 0)"')
    expect(drawn).toContain('stroke="#111111" stroke-width="2"')
    for (const text of ['>+0.50<', '>−2.00<', '>!<', '>−1.00<', '>+1.00 nats<', '>entropy, full: 1 nats<'])
      expect(drawn).toContain(text)
    expect(drawn.match(/height="3"/g)).toHaveLength(3)
    expect(drawn).toContain('h6v6z')
  })
})
