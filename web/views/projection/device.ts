/** The graphics device over a plot's canvas: looked for when it is first wanted, and done without where there is none or it goes away. */
import type { Gpu } from '#web/marks/points/gpu.ts'

export interface Device {
  /** The device, once it is there; the first question begins to look for it. */
  get(): Gpu | null
  /** Lays its picture over the canvas, or takes it away. */
  show(shown: boolean): void
  close(): void
}

/** `changed` is called when the device is there, and when it has gone: the picture is then drawn anew by whoever is left. */
export function makeDevice(below: HTMLCanvasElement, changed: () => void, software: boolean): Device {
  let state: 'unasked' | 'asked' | 'there' | 'none' = 'unasked'
  let gpu: Gpu | null = null
  const canvas = document.createElement('canvas')
  canvas.setAttribute('aria-hidden', 'true')
  const leave = (): void => {
    state = 'none'
    gpu = null
    canvas.remove()
  }
  const look = async (): Promise<void> => {
    const { openGpu } = await import('#web/marks/points/gpu.ts')
    if (state !== 'asked') return
    gpu = openGpu(canvas, { software, lost: () => (leave(), changed()) })
    if (gpu === null) return leave()
    state = 'there'
    changed()
  }
  return {
    get() {
      if (state === 'unasked') {
        state = 'asked'
        // Without this part of the page the processor goes on drawing.
        look().catch(leave)
      }
      return gpu
    },
    show(shown) {
      if (shown && !canvas.isConnected) below.after(canvas)
      else if (!shown && canvas.isConnected) canvas.remove()
    },
    close() {
      gpu?.close()
      leave()
    },
  }
}
