/** The program that draws one mark for each point on a graphics device. */

const vertex = `#version 300 es
precision highp float;
layout(location = 0) in float x;
layout(location = 1) in float y;
layout(location = 2) in uint colour;
uniform vec2 middle;
uniform vec2 shift;
uniform vec2 size;
uniform float scale;
uniform float box;
uniform float radius;
uniform float strength;
uniform vec3 surface;
uniform mediump sampler2D colours;
flat out vec3 fill;
flat out vec3 edge;
void main() {
  vec2 at = vec2(x - middle.x, middle.y - y) * scale + shift;
  // Squares lie on whole pixels, rounded as the rasteriser rounds: devices place points on a grid of their own.
  if (radius == 0.0) at = floor(at - box * 0.5 + 0.5) + box * 0.5;
  fill = mix(surface, texelFetch(colours, ivec2(int(colour), 0), 0).rgb, strength);
  edge = mix(surface, texelFetch(colours, ivec2(int(colour), 1), 0).rgb, strength);
  gl_PointSize = box;
  // A point without a place fails every comparison, and lies where nothing is drawn.
  bool placed = abs(at.x) < 1e7 && abs(at.y) < 1e7;
  gl_Position = placed ? vec4(at.x / size.x * 2.0 - 1.0, 1.0 - at.y / size.y * 2.0, 0.0, 1.0) : vec4(9.0, 9.0, 9.0, 1.0);
}`

/** A disc covers a pixel by the distance of its middle from the border: out = under · (1 − covered) + fill · filled + edge · edged, as the rasteriser mixes. */
const fragment = `#version 300 es
precision highp float;
uniform float box;
uniform float radius;
uniform float edgeWidth;
uniform float opacity;
flat in vec3 fill;
flat in vec3 edge;
out vec4 result;
void main() {
  if (radius == 0.0) {
    result = vec4(fill, opacity);
    return;
  }
  float away = length((gl_PointCoord - 0.5) * box);
  float covered = clamp(radius - away + 0.5, 0.0, 1.0);
  if (covered <= 0.0) discard;
  float filled = clamp(radius - edgeWidth - away + 0.5, 0.0, 1.0);
  result = vec4(mix(edge, fill, filled / covered), covered * opacity);
}`

const names = [
  'middle',
  'shift',
  'size',
  'scale',
  'box',
  'radius',
  'edgeWidth',
  'opacity',
  'strength',
  'surface',
] as const

export interface GpuProgram {
  readonly program: WebGLProgram
  /** Where each of its settings lies. */
  readonly at: Readonly<Record<(typeof names)[number], WebGLUniformLocation | null>>
}

/** null where the driver does not take it. */
export function linkProgram(gl: WebGL2RenderingContext): GpuProgram | null {
  const program = gl.createProgram()
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(type)
    if (shader === null) return null
    gl.shaderSource(shader, source)
    gl.compileShader(shader)
    gl.attachShader(program, shader)
  }
  gl.linkProgram(program)
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) return null
  const at = Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(program, name)]))
  return { program, at: at as GpuProgram['at'] } // made of the same names
}
