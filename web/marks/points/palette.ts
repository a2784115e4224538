/**
 * Colours as the rasteriser writes them: 0xAABBGGRR as a signed word (unsigned ones would be computed as doubles), the byte order of
 * ImageData on a little-endian machine, which is all that browsers run on.
 */
export type Packed = number

/**
 * A colour of the stylesheet: three channels 0 to 255 and an alpha 0 to 1. Hex of three to eight digits, as minifiers write them, or
 * `rgb(r g b / a)`.
 */
export function parseColour(text: string): readonly [number, number, number, number] {
  const hex = /^#([0-9a-f]{3,8})$/i.exec(text.trim())?.[1]
  if (hex !== undefined) {
    const full = hex.length < 6 ? Array.from(hex, (digit) => digit + digit).join('') : hex
    const channel = (at: number): number => Number.parseInt(full.slice(2 * at, 2 * at + 2), 16)
    return [channel(0), channel(1), channel(2), full.length === 8 ? channel(3) / 255 : 1]
  }
  const parts = (text.match(/\d*\.?\d+/g) ?? []).map(Number)
  return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0, parts[3] ?? 1]
}

/** An opaque packed colour. */
export const pack = (red: number, green: number, blue: number): Packed =>
  (255 << 24) | (blue << 16) | (green << 8) | red

/** A stylesheet colour, laid over an opaque one where it is translucent. */
export function packed(text: string, under: Packed = -1): Packed {
  const [red, green, blue, alpha] = parseColour(text)
  const over = (channel: number, shift: number): number =>
    Math.round(channel * alpha + ((under >>> shift) & 255) * (1 - alpha))
  return pack(over(red, 0), over(green, 8), over(blue, 16))
}

/** Fills by index, and the same under the dark edge that large marks have. */
export interface Palette {
  readonly surface: Packed
  /** [colours], at most 256 */
  readonly fill: Int32Array
  /** [colours] */
  readonly edge: Int32Array
}

/** The same colours mixed with the surface, of which so much is left: what is set back stays pale however much of it lies on one place. */
export function paler({ surface, fill, edge }: Palette, share: number): Palette {
  const mixed = (colour: Packed): Packed => {
    const channel = (shift: number): number =>
      Math.round(((colour >>> shift) & 255) * share + ((surface >>> shift) & 255) * (1 - share))
    return pack(channel(0), channel(8), channel(16))
  }
  return { surface, fill: fill.map(mixed), edge: edge.map(mixed) }
}

export function makePalette(surface: string, edge: string, fills: readonly string[]): Palette {
  const under = packed(surface)
  const fill = Int32Array.from(fills.slice(0, 256), (colour) => packed(colour, under))
  return { surface: under, fill, edge: fill.map((colour) => packed(edge, colour)) }
}
