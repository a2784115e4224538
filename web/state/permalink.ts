/** The query of a workspace's address: instance, token, options and unit, in as few characters as a link can have. */
import type { AttributionOptionsValue, TokenChoice } from '#collab/wire/document.ts'
import { attributionOptions } from '#collab/wire/document.ts'
import { identifier } from '#collab/wire/identifiers.ts'
import type { CheckpointReply } from '#server/wire/checkpoints.ts'

/** What one person looks at. */
export interface View {
  readonly instance: string | null
  readonly token: TokenChoice | null
  readonly options: AttributionOptionsValue
}

const methods = { ig: 'integrated-gradients', gxi: 'gradient-x-input' } as const
const letters = { s: 'source', o: 'output' } as const

/** The options a workspace starts with; `baseline` is the first that its model offers. */
export function defaultOptions(baseline: AttributionOptionsValue['baseline'] = 'zero'): AttributionOptionsValue {
  return {
    method: 'integrated-gradients',
    baseline,
    objective: 'log-prob',
    attributeSpecial: false,
    contrast: null,
    quadrature: { tolerance: 0.01 },
  }
}

/** The defaults for a model: its own first baseline, where a link can name it. */
export function defaultsFor({ summary }: Pick<CheckpointReply, 'summary'>): AttributionOptionsValue {
  const baseline = attributionOptions.shape.baseline.safeParse(summary?.baselines[0])
  return defaultOptions(baseline.success ? baseline.data : 'zero')
}

/** The query for a view: options are written only where they differ from the defaults. */
export function encodeView(view: View, defaults: AttributionOptionsValue): URLSearchParams {
  const query = new URLSearchParams()
  if (view.instance !== null) query.set('i', view.instance)
  if (view.token !== null) query.set('t', encodeToken(view.token))
  const { method, baseline, objective, attributeSpecial, contrast, quadrature } = view.options
  if (method !== defaults.method) query.set('m', method === 'integrated-gradients' ? 'ig' : 'gxi')
  if (baseline !== defaults.baseline) query.set('b', baseline)
  if (objective !== defaults.objective) query.set('f', objective)
  if (attributeSpecial !== defaults.attributeSpecial) query.set('x', attributeSpecial ? '1' : '0')
  if (contrast !== null) query.set('c', String(contrast))
  if (!sameQuadrature(quadrature, defaults.quadrature)) query.set('q', encodeQuadrature(quadrature))
  return query
}

/** The view that a query describes, or null where it names no instance. What does not fit is left at its default. */
export function parseView(query: URLSearchParams, defaults: AttributionOptionsValue): View | null {
  const instance = identifier.safeParse(query.get('i'))
  if (!instance.success) return null
  return { instance: instance.data, token: parseToken(query.get('t')), options: parseOptions(query, defaults) }
}

/** `o16`, or `o16-18` for a span; `s` for the source. */
export function encodeToken(token: TokenChoice): string {
  const span = token.last === undefined || token.last === token.index ? '' : `-${token.last}`
  return `${token.side === 'source' ? 's' : 'o'}${token.index}${span}`
}

export function parseToken(text: string | null): TokenChoice | null {
  const match = /^([so])(\d{1,6})(?:-(\d{1,6}))?$/.exec(text ?? '')
  if (!match) return null
  const side = letters[match[1] === 's' ? 's' : 'o']
  const index = Number(match[2])
  const last = match[3] === undefined ? index : Number(match[3])
  return last > index ? { side, index, last } : { side, index }
}

function parseOptions(query: URLSearchParams, defaults: AttributionOptionsValue): AttributionOptionsValue {
  const method = query.get('m')
  const contrast = query.get('c')
  const wanted: Record<string, unknown> = {
    method: method === 'ig' || method === 'gxi' ? methods[method] : null,
    baseline: query.get('b'),
    objective: query.get('f'),
    attributeSpecial: query.has('x') ? query.get('x') === '1' : null,
    contrast: contrast !== null && /^\d{1,7}$/.test(contrast) ? Number(contrast) : null,
    quadrature: parseQuadrature(query.get('q')),
  }
  let options = defaults
  for (const [field, value] of Object.entries(wanted)) {
    if (value === null) continue
    const parsed = attributionOptions.safeParse({ ...options, [field]: value })
    if (parsed.success) options = parsed.data
  }
  return options
}

type Quadrature = AttributionOptionsValue['quadrature']

const encodeQuadrature = (quadrature: Quadrature): string =>
  'nodes' in quadrature ? `n${quadrature.nodes}` : `t${quadrature.tolerance}`

function parseQuadrature(text: string | null): Quadrature | null {
  const match = /^([nt])(\d{1,4}(?:\.\d{1,6})?)$/.exec(text ?? '')
  if (!match) return null
  return match[1] === 'n' ? { nodes: Number(match[2]) } : { tolerance: Number(match[2]) }
}

const sameQuadrature = (left: Quadrature, right: Quadrature): boolean =>
  encodeQuadrature(left) === encodeQuadrature(right)

/** One string for everything in the options that decides numbers: the key of results kept in the page. */
export const optionsKey = (options: AttributionOptionsValue): string =>
  [
    options.method,
    options.baseline,
    options.objective,
    options.attributeSpecial,
    options.contrast,
    encodeQuadrature(options.quadrature),
  ].join(' ')

export const sameToken = (left: TokenChoice | null, right: TokenChoice | null): boolean =>
  left === right || (left !== null && right !== null && encodeToken(left) === encodeToken(right))

export const sameView = (left: View, right: View): boolean =>
  left.instance === right.instance &&
  sameToken(left.token, right.token) &&
  optionsKey(left.options) === optionsKey(right.options)
