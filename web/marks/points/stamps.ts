/** The shape of one mark at one of 4 × 4 places within a pixel: what it covers, and how much of that is edge. */

export interface Stamp {
  /** Distance in the buffer from the pixel that holds the centre. */
  readonly offset: Int32Array
  /** How much of each pixel is fill, and how much is edge, of 256. */
  readonly fill: Int32Array
  readonly edge: Int32Array
}

/** Places of the centre within its pixel, each way. */
export const places = 4

/** Samples each way in which coverage is counted. */
const samples = 8

/** Discs by diameter and edge, made once for each raster. */
export type StampBook = Map<string, readonly Stamp[]>

export function discsOf(book: StampBook, diameter: number, edge: number, stride: number): readonly Stamp[] {
  const key = `${diameter} ${edge}`
  const known = book.get(key)
  if (known !== undefined) return known
  const made = makeDiscs(diameter, edge, stride)
  book.set(key, made)
  return made
}

/**
 * Discs of a diameter with an edge inside it, pixels; one stamp for each place of the centre, row of places by row of places.
 * `stride` is the width of the buffer.
 */
export function makeDiscs(diameter: number, edge: number, stride: number): readonly Stamp[] {
  return Array.from({ length: places * places }, (_, place) => {
    const x = ((place % places) + 0.5) / places
    const y = (Math.floor(place / places) + 0.5) / places
    return makeDisc(diameter / 2, edge, [x, y], stride)
  })
}

function makeDisc(radius: number, edge: number, [cx, cy]: readonly [number, number], stride: number): Stamp {
  const reach = Math.ceil(radius) + 1
  const offset: number[] = []
  const fill: number[] = []
  const edges: number[] = []
  for (let py = -reach; py <= reach; py++) {
    for (let px = -reach; px <= reach; px++) {
      const [inner, outer] = coverage(px - cx, py - cy, radius - edge, radius)
      const filled = Math.round(inner * 256)
      const edged = Math.round(outer * 256) - filled
      if (filled + edged < 2) continue
      offset.push(py * stride + px)
      fill.push(filled)
      edges.push(edged)
    }
  }
  return { offset: Int32Array.from(offset), fill: Int32Array.from(fill), edge: Int32Array.from(edges) }
}

/** Shares of the pixel whose corner is (x, y) from the centre that lie within either radius. */
function coverage(x: number, y: number, inner: number, outer: number): readonly [number, number] {
  let [within, without] = [0, 0]
  for (let row = 0; row < samples; row++) {
    for (let column = 0; column < samples; column++) {
      const square = (x + (column + 0.5) / samples) ** 2 + (y + (row + 0.5) / samples) ** 2
      if (square <= outer * outer) without++
      if (square <= inner * inner) within++
    }
  }
  return [within / samples ** 2, without / samples ** 2]
}
