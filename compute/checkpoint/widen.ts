import { ComputeError } from '#compute/errors.ts'
import type { StoredType } from './safetensors.ts'

/** Floating-point data of any stored type as float32. Half-precision numbers are exact in float32; float64 is rounded. */
export function widen(dtype: StoredType, bytes: Uint8Array): Float32Array {
  const { buffer, byteOffset: offset } = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes)
  const count = (size: number): number => bytes.byteLength / size
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer, offset, count(4))
    case 'F64':
      return Float32Array.from(new Float64Array(buffer, offset, count(8)))
    case 'BF16':
      return widenBrainFloat(new Uint16Array(buffer, offset, count(2)))
    case 'F16':
      return widenHalf(new Uint16Array(buffer, offset, count(2)))
    default:
      throw new ComputeError('internal', `internal: ${dtype} is not a floating-point type`)
  }
}

/** bfloat16 is the upper half of a float32. */
function widenBrainFloat(source: Uint16Array): Float32Array {
  const bits = new Uint32Array(source.length)
  for (let i = 0; i < source.length; i++) bits[i] = source[i]! << 16
  return new Float32Array(bits.buffer)
}

/** IEEE 754 binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
function widenHalf(source: Uint16Array): Float32Array {
  const bits = new Uint32Array(source.length)
  const result = new Float32Array(bits.buffer)
  for (let i = 0; i < source.length; i++) {
    const half = source[i]!
    const sign = (half & 0x8000) << 16
    const exponent = (half >>> 10) & 0x1f
    const fraction = half & 0x3ff
    if (exponent === 0) result[i] = (sign === 0 ? 1 : -1) * fraction * 2 ** -24
    else bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13)
  }
  return result
}
