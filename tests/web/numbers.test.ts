import { frameText } from '#web/views/workspace/frame-times.tsx'
import { expect, test } from 'vitest'
import { ago, bytes, count, counted, percent, plain, probability, share, signed, timeLeft } from '#web/marks/numbers.ts'

test('[WN1] a contribution carries its sign, and U+2212 is the minus', () => {
  expect(signed(1.584)).toBe('+1.58')
  expect(signed(-0.731)).toBe('\u22120.73')
  expect(signed(-0.0404, 3)).toBe('\u22120.040')
})

test('[WN2] what rounds to zero has no sign', () => {
  expect([signed(0.004), signed(-0.004), signed(0), plain(-0.001)]).toEqual(['0.00', '0.00', '0.00', '0.00'])
})

test('[WN3] a quantity shows a minus and never a plus', () => {
  expect([plain(3.14459), plain(-2.5, 1)]).toEqual(['3.14', '\u22122.5'])
})

test('[WN4] a probability is never rounded to an impossible or a certain one', () => {
  expect([0.0004, 0.42, 0.9996, 1].map((value) => probability(value, 3))).toEqual([
    '<0.001',
    '0.420',
    '>0.999',
    '1.000',
  ])
})

test('[WN5] numbers that are no numbers are a dash', () => {
  expect([signed(Number.NaN), plain(Number.POSITIVE_INFINITY), percent(Number.NaN)]).toEqual(['–', '–', '–'])
})

test('[WN6] counts have thousands commas and say of how many', () => {
  expect([count(1_234_567), count(999), share(24, 1200)]).toEqual(['1,234,567', '999', '24 of 1,200'])
  expect([counted(1, 'token'), counted(31, 'token'), counted(2, 'person', 'people')]).toEqual([
    '1 token',
    '31 tokens',
    '2 people',
  ])
})

test('[WN7] percent has one digit, and none from 100 % on', () => {
  expect([percent(0.0038), percent(-0.02), percent(2.2)]).toEqual(['0.4 %', '\u22122.0 %', '220 %'])
})

test('[WN8] time left is told in the unit a person would use', () => {
  expect([0.2, 3.6, 99, 150, 7_000].map(timeLeft)).toEqual([
    '1 s left',
    '4 s left',
    '99 s left',
    '3 min left',
    '1 h 57 min left',
  ])
})

test('[WN9] sizes on disk have two to three digits', () => {
  expect([0, 999, 1000, 3_524_576, 99_960_000, 53e9].map(bytes)).toEqual([
    '0 bytes',
    '999 bytes',
    '1.0 KB',
    '3.5 MB',
    '100 MB',
    '53.0 GB',
  ])
})

test('[WN10] how long ago is told in words', () => {
  const now = new Date(2026, 10, 22, 12, 0).getTime()
  const minute = 60_000
  expect([10_000, 3 * minute, 130 * minute].map((before) => ago(now - before, now))).toEqual([
    'just now',
    '3 min ago',
    'today 09:50',
  ])
  expect(ago(new Date(2026, 9, 3).getTime(), now)).toBe('3 Oct')
  expect(ago(new Date(2025, 0, 3).getTime(), now)).toBe('3 Jan 2025')
})

test('[PF7] frame times name the middle one and the longest, and the memory where it is known', () => {
  expect(frameText([16.6, 16.7, 50, 16.7], 84_000_000)).toBe('16.7 ms a frame, longest 50 ms, 84.0 MB')
  expect(frameText([], null)).toBe('0.0 ms a frame, longest 0 ms')
})
