/** Widths of texts as an exported drawing will have them. */
import { exportFont } from './document.ts'

/** Width of a text at a size of type, CSS px. */
export type Measure = (text: string, size: number) => number

/** Measures with the fonts of this machine; drawings also state the width, so that other fonts keep to it. */
export function createMeasure(): Measure {
  const context = new OffscreenCanvas(1, 1).getContext('2d')
  return (text, size) => {
    if (context === null) return text.length * size * 0.55
    context.font = `${size}px ${exportFont}`
    return context.measureText(text).width
  }
}
