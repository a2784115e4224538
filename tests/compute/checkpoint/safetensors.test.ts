import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '#compute/index.ts'
import { parseMetadata } from '#compute/checkpoint/safetensors.ts'

const whole = (header: unknown, data = new Uint8Array(0)): Uint8Array => {
  const json = typeof header === 'string' ? header : JSON.stringify(header)
  const text = new TextEncoder().encode(json)
  const bytes = new Uint8Array(8 + text.byteLength + data.byteLength)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.byteLength), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.byteLength)
  return bytes
}
const f32 = (shape: readonly unknown[], from: unknown, to: unknown, dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to],
})

describe('safetensors', () => {
  it('[ST1] what is written is read again, of every type, with its metadata', () => {
    const tensors = {
      flags: { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 0, 1) },
      numbers: { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1.5, -2, 3e-20, Infinity) },
      ids: { dtype: 'I64', shape: [2], data: BigInt64Array.of(-1n, 2n ** 60n) },
      counts: { dtype: 'I32', shape: [1], data: Int32Array.of(-7) },
      exact: { dtype: 'F64', shape: [], data: Float64Array.of(Math.PI) },
      none: { dtype: 'F32', shape: [0, 4], data: new Float32Array(0) },
    } as const
    const bytes = encodeSafetensors(tensors, { made: 'here' })
    expect(Object.fromEntries(decodeSafetensors(bytes, 'test'))).toEqual(tensors)
    expect(
      parseMetadata(bytes.subarray(8, 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))), 'test'),
    ).toEqual({ made: 'here' })
  })

  it('[ST2] a name such as __proto__ is only a name', () => {
    const bytes = encodeSafetensors(
      Object.fromEntries([['__proto__', { dtype: 'U8', shape: [1], data: Uint8Array.of(5) }]]),
    )
    expect([...decodeSafetensors(bytes, 'test').keys()]).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['dtype']).toBeUndefined()
  })

  const four = new Uint8Array(4)
  const cases: readonly (readonly [why: string, bytes: Uint8Array, message: RegExp])[] = [
    ['nothing', new Uint8Array(0), /it has 0 bytes/],
    ['seven bytes', new Uint8Array(7), /it has 7 bytes/],
    ['a header longer than the file', whole({}).subarray(0, 9), /claims 2 bytes but the file has 9/],
    [
      'a header of 2⁶³ bytes',
      Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127),
      /claims 9223372036854775807 bytes/,
    ],
    ['a header that is no JSON', whole('{"a":'), /not valid JSON/],
    ['a header that is a list', whole('[]'), /not a JSON object/],
    ['a header that is no UTF-8', whole('{}').fill(0xff, 9), /not valid JSON/],
    ['an unknown type', whole({ a: f32([1], 0, 4, 'F7') }, four), /unknown type "F7"/],
    ['a type named like a method', whole({ a: f32([1], 0, 4, 'constructor') }, four), /unknown type/],
    ['no shape', whole({ a: { dtype: 'F32', data_offsets: [0, 4] } }, four), /no valid shape/],
    ['a negative size', whole({ a: f32([-1], 0, 4) }, four), /no valid shape/],
    ['a fractional size', whole({ a: f32([0.5], 0, 4) }, four), /no valid shape/],
    ['a size beyond whole numbers', whole({ a: f32([2 ** 60], 0, 4) }, four), /no valid shape/],
    ['sizes whose product is too large', whole({ a: f32([2 ** 40, 2 ** 40], 0, 4) }, four), /needs .* bytes but has 4/],
    ['nine axes', whole({ a: f32([1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 4) }, four), /no valid shape/],
    ['offsets that run backwards', whole({ a: f32([1], 4, 0) }, four), /no valid data_offsets/],
    ['offsets that are texts', whole({ a: f32([1], '0', '4') }, four), /no valid data_offsets/],
    ['offsets past the end', whole({ a: f32([2], 0, 8) }, four), /end at byte \d+ but the file has/],
    ['bytes left over', whole({ a: f32([1], 0, 4) }, new Uint8Array(8)), /may be truncated/],
    ['an overlap', whole({ a: f32([2], 0, 8), b: f32([1], 4, 8) }, new Uint8Array(8)), /"b" overlaps/],
    ['a gap', whole({ a: f32([1], 0, 4), b: f32([1], 8, 12) }, new Uint8Array(12)), /"b" leaves a gap/],
    [
      'one name twice',
      whole(
        '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
        new Uint8Array(8),
      ),
      /"a" leaves a gap/,
    ],
    ['an entry that is null', whole({ a: null }), /unknown type "undefined"/],
    ['numbers of two bytes', whole({ a: f32([2], 0, 4, 'I16') }, four), /type I16, which is not read here/],
  ]
  for (const [why, bytes, message] of cases) {
    it(`[ST3] ${why} is one clear error`, () => expect(() => decodeSafetensors(bytes, 'some.file')).toThrow(message))
  }
})
