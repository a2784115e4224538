import { expect, test } from 'vitest'
import { encodeSafetensors, type FileTensor } from '#compute/index.ts'
import { parseAttribution, parsePartial } from '#web/api/results.ts'
import { parseTensors } from '#web/api/safetensors.ts'
import { WebError } from '#web/errors.ts'
import { convergedCount, mergePartial } from '#web/state/scores.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { describeFuzz, fuzz, roundSeeds } from '#tests/support/seeds.ts'
import { makeAttribution } from './support/scores.ts'

function tensorsOf(targets: number, sourceWidth: number, prefixWidth: number): Record<string, FileTensor> {
  const made = makeAttribution(targets, sourceWidth, prefixWidth)
  const vector = { shape: [targets] }
  return {
    source: { dtype: 'F32', shape: [targets, sourceWidth], data: made.source },
    prefix: { dtype: 'F32', shape: [targets, prefixWidth], data: made.prefix },
    objective: { dtype: 'F32', ...vector, data: made.objective },
    baselineObjective: { dtype: 'F32', ...vector, data: made.baselineObjective },
    gap: { dtype: 'F32', ...vector, data: made.gap },
    nodes: { dtype: 'I32', ...vector, data: made.nodes },
    converged: { dtype: 'U8', ...vector, data: made.converged },
  }
}

test('[WA1] a result file as compute writes it is read number for number', () => {
  const bytes = encodeSafetensors(tensorsOf(3, 4, 2), { engine: 'x' })
  expect(parseAttribution(bytes)).toEqual(makeAttribution(3, 4, 2))
})

test('[WA2] a file that does not start at the front of its buffer is read the same', () => {
  const bytes = encodeSafetensors(tensorsOf(3, 4, 2))
  const moved = new Uint8Array(bytes.length + 3)
  moved.set(bytes, 3)
  expect(parseAttribution(moved.subarray(3))).toEqual(makeAttribution(3, 4, 2))
})

test('[WA3] a decoder-only result has a prefix without columns', () => {
  expect(parseAttribution(encodeSafetensors(tensorsOf(3, 4, 0))).prefix.length).toBe(0)
})

test.each(['source', 'objective', 'nodes', 'converged', 'gap'])(
  '[WA4] a result without %s is refused by name',
  (name) => {
    const { [name]: _left, ...rest } = tensorsOf(3, 4, 2)
    expect(() => parseAttribution(encodeSafetensors(rest))).toThrow(`"${name}"`)
  },
)

test('[WA5] tensors that disagree in their number of targets are refused', () => {
  const wrong = { ...tensorsOf(3, 4, 2), nodes: { dtype: 'I32', shape: [2], data: new Int32Array(2) } as const }
  expect(() => parseAttribution(encodeSafetensors(wrong))).toThrow('"nodes"')
})

test('[WA6] damaged files end in one clear error, never in a hang or a strange result', () => {
  const config = fuzz(500, 100_000)
  const whole = encodeSafetensors({
    ...tensorsOf(3, 4, 2),
    targets: { dtype: 'I32', shape: [3], data: Int32Array.of(0, 1, 2) },
  })
  for (const seed of roundSeeds(config)) {
    const random = makeRandom(seed)
    const bytes = whole.slice(0, random() < 0.3 ? Math.floor(random() * whole.length) : whole.length)
    for (let change = 0; change < 3; change++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
    try {
      parsePartial(bytes)
    } catch (error) {
      expect(error, describeFuzz(config)).toBeInstanceOf(WebError)
      expect((error as WebError).kind).toBe('bad-file')
    }
  }
})

test('[WA7] a header with a hostile name makes an entry, not a prototype', () => {
  const header = new TextEncoder().encode('{"__proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}')
  const bytes = new Uint8Array(8 + header.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  const tensors = parseTensors(bytes)
  expect('dtype' in tensors).toBe(false)
  expect([...tensors.keys()].every((name) => name === '__proto__')).toBe(true)
})

test('[WA8] parts fill in the targets they name and leave the others unknown', () => {
  const part = { ...makeAttribution(2, 4, 2), targets: [2, 0] }
  const scores = mergePartial(null, part, 4)
  expect([...scores.known]).toEqual([1, 0, 1, 0])
  expect(scores.source.slice(0, 4)).toEqual(Float32Array.of(100, 101, 102, 103))
  expect(scores.source.slice(8, 12)).toEqual(Float32Array.of(0, 1, 2, 3))
  expect(Number.isNaN(scores.gap[1])).toBe(true)
  expect(convergedCount(scores)).toBe(2)
})

test('[WA9] a later part replaces rows, and what was shown before is not changed under the drawing', () => {
  const first = mergePartial(null, { ...makeAttribution(1, 2, 2), targets: [1] }, 2)
  const second = mergePartial(first, { ...makeAttribution(1, 2, 2), source: Float32Array.of(7, 8), targets: [1] }, 2)
  expect([...first.source]).toEqual([0, 0, 0, 1])
  expect([...second.source]).toEqual([0, 0, 7, 8])
})

test('[WA10] parts of another shape start over, and targets out of range are ignored', () => {
  const first = mergePartial(null, { ...makeAttribution(1, 2, 2), targets: [0] }, 2)
  const other = mergePartial(first, { ...makeAttribution(2, 3, 2), targets: [1, 9] }, 2)
  expect([...other.known]).toEqual([0, 1])
  expect(other.sourceWidth).toBe(3)
})
