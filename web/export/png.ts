/** Text inside PNG files: an `iTXt` chunk before the end, https://www.w3.org/TR/png-3/#11iTXt. */

/** The image with one more text, which image programs show among its properties. */
export function withText(png: Uint8Array, keyword: string, text: string): Uint8Array {
  const chunk = textChunk(keyword, text)
  // The last twelve bytes are the empty chunk that ends the image.
  const end = png.length - 12
  const file = new Uint8Array(png.length + chunk.length)
  file.set(png.subarray(0, end), 0)
  file.set(chunk, end)
  file.set(png.subarray(end), end + chunk.length)
  return file
}

function textChunk(keyword: string, text: string): Uint8Array {
  const encoder = new TextEncoder()
  // Keyword, its end, not compressed (two bytes), no language, no translated keyword, the text.
  const data = [...encoder.encode(keyword), 0, 0, 0, 0, 0, ...encoder.encode(text)]
  const body = new Uint8Array([...encoder.encode('iTXt'), ...data])
  const chunk = new Uint8Array(body.length + 8)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, data.length)
  chunk.set(body, 4)
  view.setUint32(body.length + 4, crc32(body))
  return chunk
}

/** The checksum of PNG chunks, bit by bit: https://www.w3.org/TR/png-3/#5CRC-algorithm. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
