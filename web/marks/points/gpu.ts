/**
 * The rasteriser's picture drawn by a graphics device through WebGL 2: the same marks in the same order, all points in every frame.
 *
 * Tested in Chromium with a software device (SwiftShader), against the rasteriser's pixels; no graphics device was at hand, so what it
 * gains on one was not measured. Squares lie on the same pixels; borders of discs are computed from the distance and not from 8 × 8
 * samples, and colours are mixed with the device's rounding, where the rasteriser cuts off. The channels of a picture differ by less
 * than 1 of 255 on average, and less than one pixel in a hundred by more than 16.
 */
import type { Arrangement } from './arrangement.ts'
import { classCount } from './arrangement.ts'
import { linkProgram } from './gpu-program.ts'
import type { Palette } from './palette.ts'
import type { ClassStyle, DrawnPoints } from './raster.ts'
import type { Size, ViewTransform } from './view-transform.ts'
import { toLayout } from './view-transform.ts'

export interface GpuPicture {
  /** In device pixels. */
  readonly size: Size
  readonly transform: ViewTransform
  readonly palette: Palette
  /** [classCount] */
  readonly styles: readonly ClassStyle[]
}

export interface Gpu {
  draw(points: DrawnPoints, picture: GpuPicture): void
  close(): void
}

export interface GpuOptions {
  /** Called once where the device takes its context away; nothing is drawn from then on. */
  lost(): void
  /** Also takes a device that is simulated on the processor, where the rasteriser is several times as fast: for tests. */
  readonly software?: boolean
}

/** Names of devices that are none: Chromium's, Mesa's, and those of Windows and of macOS without a driver. */
const simulated = /swiftshader|llvmpipe|softpipe|lavapipe|basic render|software/i

/** Whether a device draws, by the name that its driver gives it. Without a name it is not trusted. */
export const isDevice = (renderer: string): boolean => renderer !== '' && !simulated.test(renderer)

/** Opens a device on a canvas that has no context yet; null where there is none worth using. */
export function openGpu(canvas: HTMLCanvasElement, { lost, software = false }: GpuOptions): Gpu | null {
  const gl = canvas.getContext('webgl2', {
    alpha: false,
    antialias: false,
    depth: false,
    failIfMajorPerformanceCaveat: !software,
    powerPreference: 'high-performance',
  })
  if (gl === null) return null
  const giveBack = (): void => gl.getExtension('WEBGL_lose_context')?.loseContext()
  const program = software || isDevice(nameOf(gl)) ? linkProgram(gl) : null
  if (program === null) {
    giveBack()
    return null
  }
  const onLost = (event: Event): void => {
    event.preventDefault()
    lost()
  }
  canvas.addEventListener('webglcontextlost', onLost)
  const buffers = makeBuffers(gl)
  const colours = makeColours(gl)
  gl.useProgram(program.program)
  gl.disable(gl.DITHER)
  gl.enable(gl.BLEND)
  gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA)
  return {
    draw(points, picture) {
      const { width, height } = picture.size
      if (canvas.width !== width) canvas.width = width
      if (canvas.height !== height) canvas.height = height
      buffers.fill(points)
      colours.fill(picture.palette)
      clear(gl, program.at, picture)
      placeView(gl, program.at, picture)
      drawClasses(gl, program.at, points, picture.styles)
    },
    close() {
      canvas.removeEventListener('webglcontextlost', onLost)
      giveBack()
    },
  }
}

function nameOf(gl: WebGL2RenderingContext): string {
  const extension = gl.getExtension('WEBGL_debug_renderer_info')
  // Firefox tells the name without the extension.
  const name: unknown = gl.getParameter(extension === null ? gl.RENDERER : extension.UNMASKED_RENDERER_WEBGL)
  return typeof name === 'string' ? name : ''
}

type Places = NonNullable<ReturnType<typeof linkProgram>>['at']

/** Pixels round the picture where the middle of a mark may lie that still reaches into it. */
const around = 16

function clear(gl: WebGL2RenderingContext, at: Places, { size: { width, height }, palette }: GpuPicture): void {
  gl.viewport(-around, -around, width + 2 * around, height + 2 * around)
  const channel = (shift: number): number => ((palette.surface >>> shift) & 255) / 255
  const [red, green, blue] = [channel(0), channel(8), channel(16)]
  gl.uniform3f(at.surface, red, green, blue)
  gl.clearColor(red, green, blue, 1)
  gl.clear(gl.COLOR_BUFFER_BIT)
}

/** Coordinates are told from the middle of what is seen: single precision is then fine enough however far one zooms in. */
function placeView(gl: WebGL2RenderingContext, at: Places, { size: { width, height }, transform }: GpuPicture): void {
  const [x, y] = toLayout(transform, [width / 2, height / 2]).map(Math.fround)
  const { scale, left, top } = transform
  gl.uniform2f(at.middle, x!, y!) // two of two
  gl.uniform2f(at.shift, x! * scale + left + around, top - y! * scale + around) // likewise
  gl.uniform1f(at.scale, scale)
  gl.uniform2f(at.size, width + 2 * around, height + 2 * around)
}

/** Each class over the one before, the points of a class in their order: devices keep the order of what they are given. */
function drawClasses(
  gl: WebGL2RenderingContext,
  at: Places,
  { starts }: Arrangement,
  styles: readonly ClassStyle[],
): void {
  for (let each = 0; each < classCount; each++) {
    const style = styles[each]
    const [first, end] = [starts[each]!, starts[each + 1]!]
    if (style === undefined || style.opacity <= 0 || first === end) continue
    const diameter = style.disc ? style.diameter : Math.round(style.diameter)
    gl.uniform1f(at.box, style.disc ? Math.ceil(diameter) + 2 : diameter)
    gl.uniform1f(at.radius, style.disc ? diameter / 2 : 0)
    gl.uniform1f(at.edgeWidth, style.edge)
    gl.uniform1f(at.strength, style.strength)
    gl.uniform1f(at.opacity, Math.round(style.opacity * 256) / 256)
    gl.drawArrays(gl.POINTS, first, end - first)
  }
}

/** Coordinates and colours on the device, sent anew when the points are others. */
function makeBuffers(gl: WebGL2RenderingContext): { fill(points: DrawnPoints): void } {
  const [x, y, colour] = [gl.createBuffer(), gl.createBuffer(), gl.createBuffer()]
  let known: DrawnPoints | null = null
  for (const [place, buffer] of [x, y].entries()) {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
    gl.enableVertexAttribArray(place)
    gl.vertexAttribPointer(place, 1, gl.FLOAT, false, 0, 0)
  }
  gl.bindBuffer(gl.ARRAY_BUFFER, colour)
  gl.enableVertexAttribArray(2)
  gl.vertexAttribIPointer(2, 1, gl.UNSIGNED_BYTE, 0, 0)
  const send = (buffer: WebGLBuffer | null, values: Float32Array | Uint8Array): void => {
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.DYNAMIC_DRAW)
  }
  return {
    fill(points) {
      if (known === points) return
      send(x, points.x)
      send(y, points.y)
      send(colour, points.colour)
      known = points
    },
  }
}

/** The palette as a picture of two lines: fills, and the same under the dark edge. */
function makeColours(gl: WebGL2RenderingContext): { fill(palette: Palette): void } {
  let known: Palette | null = null
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture())
  for (const side of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) gl.texParameteri(gl.TEXTURE_2D, side, gl.NEAREST)
  return {
    fill(palette) {
      if (known === palette) return
      const width = palette.fill.length
      // Packed colours lie in memory as the device reads them: red, green, blue, alpha.
      const bytes = new Uint8Array(Int32Array.of(...palette.fill, ...palette.edge).buffer)
      gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, 2, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes)
      known = palette
    },
  }
}
