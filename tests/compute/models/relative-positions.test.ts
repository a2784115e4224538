import { describe, expect, it } from 'vitest'
import { bucketOf } from '#compute/models/relative-positions.ts'
import { fixture, readJson } from '#tests/support/golden.ts'

interface Case {
  readonly count: number
  readonly maxDistance: number
  readonly isBidirectional: boolean
  readonly to: number
  readonly runs: readonly (readonly [first: number, bucket: number])[]
}

describe('buckets of relative positions', () => {
  const { cases } = readJson(fixture('relative-buckets.json')) as { cases: readonly Case[] }
  for (const { to, runs, ...buckets } of cases) {
    const direction = buckets.isBidirectional ? 'both directions' : 'earlier keys'
    it(`[MO7] ${buckets.count} buckets to distance ${buckets.maxDistance}, ${direction}: those of transformers`, () => {
      runs.forEach(([first, bucket], i) => {
        const end = runs[i + 1]?.[0] ?? to + 1
        for (let distance = first; distance < end; distance++) {
          expect(bucketOf(distance, buckets), `distance ${distance}`).toBe(bucket)
        }
      })
    })
  }
})
