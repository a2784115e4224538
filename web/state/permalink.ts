/** The query of a workspace's address: everything one person looks at, in as few characters as a link can have. */
import type { AttributionOptionsValue, Pin, Selection, TokenChoice } from '#collab/wire/document.ts'
import { attributionOptions, headName } from '#collab/wire/document.ts'
import { identifier } from '#collab/wire/identifiers.ts'
import type { PointSet } from '#collab/wire/point-set.ts'
import { pointSet } from '#collab/wire/point-set.ts'
import type { CheckpointReply } from '#server/wire/checkpoints.ts'

/** What one person looks at. */
export interface View {
  readonly instance: string | null
  readonly token: TokenChoice | null
  readonly options: AttributionOptionsValue
  /** Heads by name; the first is the primary one. */
  readonly heads: readonly string[]
  /** Heads marked to be left out. */
  readonly pruned: readonly string[]
  /** "B" of a comparison. */
  readonly pin: Pin | null
  /** Layer of the projection; null for the last. */
  readonly layer: number | null
  /** Rows of the corpus that are chosen together. */
  readonly points: PointSet | null
}

/** Nothing chosen yet. */
export const emptyView = (options: AttributionOptionsValue): View => ({
  instance: null,
  token: null,
  options,
  heads: [],
  pruned: [],
  pin: null,
  layer: null,
  points: null,
})

/** The view in what somebody has shared; the moment of sharing is left out. */
export const viewOf = ({ at: _at, ...view }: Selection): View => view

/** How a link writes a method. */
const methods: readonly (readonly [letters: string, method: AttributionOptionsValue['method']])[] = [
  ['ig', 'integrated-gradients'],
  ['gxi', 'gradient-x-input'],
  ['gn', 'gradient-norm'],
  ['oc', 'occlusion'],
]
const letterOf = (method: AttributionOptionsValue['method']): string =>
  methods.find(([, each]) => each === method)?.[0] ?? method
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

/** The query for a view: what is at its default is not written. */
export function encodeView(view: View, defaults: AttributionOptionsValue): URLSearchParams {
  const query = encodeQuestion(view, defaults)
  if (view.heads.length > 0) query.set('h', view.heads.join('_'))
  if (view.pruned.length > 0) query.set('k', view.pruned.join('_'))
  if (view.layer !== null) query.set('l', String(view.layer))
  if (view.points !== null) query.set('p', view.points)
  if (view.pin !== null) query.set('pin', encodeQuestion({ ...view.pin, token: null }, defaults).toString())
  return query
}

function encodeQuestion(view: Pick<View, 'instance' | 'token' | 'options'>, defaults: AttributionOptionsValue) {
  const query = new URLSearchParams()
  if (view.instance !== null) query.set('i', view.instance)
  if (view.token !== null) query.set('t', encodeToken(view.token))
  const { method, baseline, objective, attributeSpecial, contrast, quadrature } = view.options
  if (method !== defaults.method) query.set('m', letterOf(method))
  if (baseline !== defaults.baseline) query.set('b', baseline)
  if (objective !== defaults.objective) query.set('f', objective)
  if (attributeSpecial !== defaults.attributeSpecial) query.set('x', attributeSpecial ? '1' : '0')
  if (contrast !== null) query.set('c', String(contrast))
  if (!sameQuadrature(quadrature, defaults.quadrature)) query.set('q', encodeQuadrature(quadrature))
  return query
}

/** The view that a query describes, or null where it names nothing to look at. What does not fit is left at its default. */
export function parseView(query: URLSearchParams, defaults: AttributionOptionsValue): View | null {
  const instance = identifier.safeParse(query.get('i')).data ?? null
  const pinned = new URLSearchParams(query.get('pin') ?? '')
  const pinnedInstance = identifier.safeParse(pinned.get('i')).data
  const view: View = {
    instance,
    token: instance === null ? null : parseToken(query.get('t')),
    options: parseOptions(query, defaults),
    heads: parseHeads(query.get('h')),
    pruned: parseHeads(query.get('k')),
    layer: /^\d{1,3}$/.test(query.get('l') ?? '') ? Number(query.get('l')) : null,
    points: pointSet.safeParse(query.get('p')).data ?? null,
    pin: pinnedInstance === undefined ? null : { instance: pinnedInstance, options: parseOptions(pinned, defaults) },
  }
  const names = instance !== null || view.points !== null || view.heads.length > 0 || view.layer !== null
  return names ? view : null
}

const parseHeads = (text: string | null): readonly string[] =>
  (text ?? '').split('_').filter((name) => headName.safeParse(name).success)

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
    method: methods.find(([letters]) => letters === method)?.[1] ?? null,
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

const samePin = (left: Pin | null, right: Pin | null): boolean =>
  left?.instance === right?.instance &&
  (left === null || right === null || optionsKey(left.options) === optionsKey(right.options))

export const sameView = (left: View, right: View): boolean =>
  left.instance === right.instance &&
  sameToken(left.token, right.token) &&
  optionsKey(left.options) === optionsKey(right.options) &&
  left.heads.join() === right.heads.join() &&
  left.pruned.join() === right.pruned.join() &&
  left.layer === right.layer &&
  left.points === right.points &&
  samePin(left.pin, right.pin)
