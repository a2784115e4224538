/** Estimates in words. */
import type { EstimateReply } from '#server/wire/head-studies.ts'

/** "72.3 % (65.1 % to 78.0 %)": the value with its 95 % interval. */
export function withInterval({ value, interval }: EstimateReply, format: (value: number) => string): string {
  if (value === null) return '–'
  return interval === null ? format(value) : `${format(value)} (${format(interval[0])} to ${format(interval[1])})`
}
