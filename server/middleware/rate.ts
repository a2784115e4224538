/** Counts what somebody does: so many at once, then so many a second. */
export interface Rate {
  /** Takes one; false when there is none left. */
  take(who: string): boolean
}

export interface RateOptions {
  readonly burst: number
  readonly perSecond: number
  now(): Date
}

/** Token buckets by name. Full ones are forgotten, so that their number stays that of the busy. */
export function makeRate({ burst, perSecond, now }: RateOptions): Rate {
  const buckets = new Map<string, { left: number; at: number }>()
  const fill = (bucket: { left: number; at: number }, at: number): number =>
    Math.min(burst, bucket.left + ((at - bucket.at) / 1_000) * perSecond)
  return {
    take(who) {
      const at = now().getTime()
      if (buckets.size > 10_000)
        for (const [name, bucket] of buckets) if (fill(bucket, at) >= burst) buckets.delete(name)
      const left = fill(buckets.get(who) ?? { left: burst, at }, at)
      if (left < 1) return false
      buckets.set(who, { left: left - 1, at })
      return true
    },
  }
}
