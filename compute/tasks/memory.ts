import { bytesPerRun } from '#compute/attribution/pace.ts'
import { repackable } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'

/** Bytes that working with a checkpoint takes, beside the process itself. */
export interface MemoryEstimate {
  /** Mapped once, shared by all programs; float32, whatever the files hold. */
  readonly weights: number
  /** Private copies of the programs that run often; 0 for large checkpoints. */
  readonly repacked: number
  /** Buffers of one run, at most. */
  readonly buffers: number
}

export function estimateMemory({ checkpoint }: Engine): MemoryEstimate {
  const { bytes } = checkpoint.weights
  return { weights: bytes, repacked: 2 * Math.min(bytes, repackable(bytes)), buffers: bytesPerRun }
}
