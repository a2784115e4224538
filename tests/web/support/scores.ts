/** A small attribution whose numbers tell where they come from: target k, token j has the value 100 k + j (source) or −(100 k + j). */
import type { Attribution } from '#compute/types.ts'
import type { Scores } from '#web/state/scores.ts'
import { wholeScores } from '#web/state/scores.ts'

export function makeAttribution(targets: number, sourceWidth: number, prefixWidth: number): Attribution {
  const fill = (width: number, sign: number): Float32Array =>
    Float32Array.from({ length: targets * width }, (_, at) => sign * (100 * Math.floor(at / width) + (at % width)))
  return {
    source: fill(sourceWidth, 1),
    prefix: fill(prefixWidth, -1),
    objective: Float32Array.from({ length: targets }, (_, k) => -k),
    baselineObjective: Float32Array.from({ length: targets }, (_, k) => -10 - k),
    gap: Float32Array.from({ length: targets }, () => 0.05),
    nodes: Int32Array.from({ length: targets }, (_, k) => 8 + k),
    converged: new Uint8Array(targets).fill(1),
  }
}

export const makeScores = (targets: number, sourceWidth: number, prefixWidth: number): Scores =>
  wholeScores(makeAttribution(targets, sourceWidth, prefixWidth))
