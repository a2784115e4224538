/** Points of many dimensions, checked and made ready. */
import { ComputeError } from '#compute/errors.ts'
import type { Metric, StateMatrix } from '#compute/types.ts'

/** Fewer points have no layout to speak of. */
export const fewestPoints = 3

/**
 * Refuses what no projection can be made of: fewer than three points, numbers that are not finite, points that are all the same,
 * and, for the cosine, points without a direction. `name` stands in the message (kind `bad-input`).
 */
export function checkPoints({ rows, width, data }: StateMatrix, metric: Metric, name: string): void {
  if (data.length !== rows * width) {
    throw new ComputeError('internal', `internal: ${name} holds ${data.length} numbers, not ${rows} × ${width}`)
  }
  if (rows < fewestPoints || width < 1) {
    throw refusal(
      name,
      `it has the shape [${rows}, ${width}], but a projection needs at least 3 points of 1 number each`,
    )
  }
  const odd = data.findIndex((number) => !Number.isFinite(number))
  if (odd >= 0) {
    const place = `row ${Math.floor(odd / width)}, column ${odd % width}`
    throw refusal(name, `it holds ${data[odd]} at ${place}; remove such rows or replace the number`)
  }
  if (data.every((number, i) => number === data[i % width])) {
    throw refusal(name, `all ${rows} points are the same, so there is nothing to lay out; check how they were made`)
  }
  if (metric === 'cosine') checkDirections({ rows, width, data }, name)
}

/** Points to be placed among others: any number of them, as wide as those, and finite. */
export function checkNewPoints(
  { rows, width, data }: StateMatrix,
  like: StateMatrix,
  metric: Metric,
  name: string,
): void {
  if (width !== like.width)
    throw refusal(name, `its points have ${width} numbers each, those of the layout ${like.width}`)
  const odd = data.findIndex((number) => !Number.isFinite(number))
  if (odd >= 0) throw refusal(name, `it holds ${data[odd]} at row ${Math.floor(odd / width)}, column ${odd % width}`)
  if (metric === 'cosine') checkDirections({ rows, width, data }, name)
}

function checkDirections({ rows, width, data }: StateMatrix, name: string): void {
  for (let i = 0; i < rows; i++) {
    if (data.subarray(i * width, (i + 1) * width).some((number) => number !== 0)) continue
    throw refusal(
      name,
      `row ${i} is all zeros and has no direction for the cosine; remove it or use the euclidean metric`,
    )
  }
}

const refusal = (name: string, fault: string): ComputeError =>
  new ComputeError('bad-input', `${name} cannot be projected: ${fault}`)

/** The mean of every column, as float64 [width]. */
export function meanOf({ rows, width, data }: StateMatrix): Float64Array {
  const mean = new Float64Array(width)
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < width; j++) mean[j]! += data[at++]!
  return mean.map((sum) => sum / rows)
}

/** The points moved by −`origin`, so that float32 products of them lose little. */
export function centre({ rows, width, data }: StateMatrix, origin: Float64Array): StateMatrix {
  const moved = new Float32Array(data.length)
  for (let i = 0, at = 0; i < rows; i++) for (let j = 0; j < width; j++, at++) moved[at] = data[at]! - origin[j]!
  return { rows, width, data: moved }
}

/** Some of the points, in the order they are named. */
export function pickRows({ width, data }: StateMatrix, rows: Int32Array): StateMatrix {
  const chosen = new Float32Array(rows.length * width)
  rows.forEach((row, at) => chosen.set(data.subarray(row * width, (row + 1) * width), at * width))
  return { rows: rows.length, width, data: chosen }
}

/** Every point scaled to length 1: the squared distance of two is then twice their cosine distance. */
export function normalise({ rows, width, data }: StateMatrix): StateMatrix {
  const unit = new Float32Array(data.length)
  for (let i = 0; i < rows; i++) {
    const start = i * width
    let square = 0
    for (let j = start; j < start + width; j++) square += data[j]! * data[j]!
    const length = Math.sqrt(square)
    for (let j = start; j < start + width; j++) unit[j] = data[j]! / length
  }
  return { rows, width, data: unit }
}

/** How many points are equal to an earlier one. */
export function countDuplicates({ rows, width, data }: StateMatrix): number {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  const seen = new Set<string>()
  for (let i = 0; i < rows; i++) seen.add(bytes.toString('latin1', 4 * i * width, 4 * (i + 1) * width))
  return rows - seen.size
}
