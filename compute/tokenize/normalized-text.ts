/** A text as a model's pieces spell it, and where each of its UTF-16 units comes from. */
export interface NormalizedText {
  readonly text: string
  /** Unit i stands for [starts[i], ends[i]) of the original. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/** A normalized text being written. */
export interface NormalizedWriter {
  /** Appends units that all stand for [start, end) of the original. */
  write(units: string, start: number, end: number): void
  /** Takes the last unit away if it is `unit`. */
  takeBack(unit: string): boolean
  close(): NormalizedText
}

export function makeNormalizedWriter(): NormalizedWriter {
  const units: string[] = []
  const starts: number[] = []
  const ends: number[] = []
  return {
    write(text, start, end) {
      for (let index = 0; index < text.length; index++) {
        units.push(text[index]!)
        starts.push(start)
        ends.push(end)
      }
    },
    takeBack(unit) {
      if (units.at(-1) !== unit) return false
      units.pop()
      starts.pop()
      ends.pop()
      return true
    },
    close: () => ({ text: units.join(''), starts, ends }),
  }
}

/** Where units [from, to) of a normalized text stand in the original. */
export function originOf(normalized: NormalizedText, from: number, to: number): readonly [start: number, end: number] {
  const start = normalized.starts[from] ?? 0
  let end = start
  for (let index = from; index < to; index++) end = Math.max(end, normalized.ends[index]!)
  return [start, end]
}
