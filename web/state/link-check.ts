/** What a link says that does not fit any more: of another version of Coattend, of the model, or made by hand. */
import type { AttributionOptionsValue } from '#collab/wire/document.ts'
import type { CheckpointReply } from '#server/wire/checkpoints.ts'
import { parseHead } from '#web/marks/head-name.ts'
import { shortened } from './links.ts'
import type { View } from './permalink.ts'
import { defaultOptions, emptyView, encodeView } from './permalink.ts'
import type { Room } from './room.ts'

/** The parts of a query, as they are called where one is dropped. */
const partNames: Readonly<Record<string, string>> = {
  i: 'the instance',
  t: 'the chosen token',
  m: 'the method',
  b: 'the baseline',
  f: 'what is attributed',
  x: 'how special tokens count',
  c: 'the contrast',
  q: 'the precision',
  h: 'the heads',
  k: 'the pruned heads',
  l: 'the layer',
  p: 'the chosen rows',
  pin: 'the comparison',
}

/** The field of a copied link that names the revision of the model. */
export const stampKey = 'r'
const stampLength = 12

/** The address with the revision of the model that its numbers belong to. */
export function stampLink(address: string, { summary }: Pick<CheckpointReply, 'summary'>): string {
  const url = new URL(address)
  if (summary !== null) url.searchParams.set(stampKey, summary.revision.slice(0, stampLength))
  return url.toString()
}

/** The link to what is on screen, short where it would be long. */
export const hereLink = (room: Pick<Room, 'info' | 'links' | 'writable'>): string =>
  shortened(stampLink(location.href, room.info().checkpoint), room.links, room.writable())

/**
 * One sentence for everything in a query that the view does not have, or that the model does not; what fits has been opened. Empty where all
 * of it fits.
 */
export function linkProblems(
  query: URLSearchParams,
  view: View | null,
  defaults: AttributionOptionsValue,
  { summary }: Pick<CheckpointReply, 'summary'>,
): readonly string[] {
  const problems: string[] = []
  const stamp = query.get(stampKey)
  if (stamp && summary !== null && !summary.revision.startsWith(stamp))
    problems.push(
      `The link was made with revision ${stamp.slice(0, stampLength)} of the model; this is ${summary.revision.slice(0, stampLength)}, so numbers may differ.`,
    )
  const dropped = droppedParts(query, view ?? emptyView(defaults), defaults)
  if (dropped.length > 0) problems.push(`Not understood, and left at its default: ${dropped.join(', ')}.`)
  const missing = summary === null || view === null ? [] : missingHeads(view, summary)
  if (missing.length > 0) problems.push(`The model has no head ${missing.join(', ')}.`)
  return problems
}

/** Parts whose value the view does not repeat, unless it is what the view has by default. */
function droppedParts(query: URLSearchParams, view: View, defaults: AttributionOptionsValue): readonly string[] {
  const kept = encodeView(view, defaults)
  // Against options that differ everywhere, the defaults are written out.
  const written = encodeView({ ...emptyView(defaults), instance: 'i' }, unlike(defaults))
  return Object.entries(partNames).flatMap(([key, name]) => {
    const value = query.get(key)
    return value === null || kept.has(key) || written.get(key) === value ? [] : [name]
  })
}

function unlike(options: AttributionOptionsValue): AttributionOptionsValue {
  const other = defaultOptions(options.baseline === 'zero' ? 'mean' : 'zero')
  return {
    ...other,
    method: options.method === 'integrated-gradients' ? 'gradient-x-input' : 'integrated-gradients',
    objective: options.objective === 'log-prob' ? 'logit' : 'log-prob',
    attributeSpecial: !options.attributeSpecial,
    quadrature: { nodes: 4096 },
  }
}

/** The view without heads that the model does not have. */
export function fittingView(view: View | null, { summary }: Pick<CheckpointReply, 'summary'>): View | null {
  if (view === null || summary === null) return view
  const missing = new Set(missingHeads(view, summary))
  const kept = (names: readonly string[]): readonly string[] => names.filter((name) => !missing.has(name))
  return { ...view, heads: kept(view.heads), pruned: kept(view.pruned) }
}

type Summary = NonNullable<CheckpointReply['summary']>

function missingHeads({ heads, pruned }: View, { layers, heads: widths, kind }: Summary): readonly string[] {
  const has = (name: string): boolean => {
    const head = parseHead(name)
    if (head === null || (kind === 'decoder-only' && head.kind !== 'decoder')) return false
    const side = head.kind === 'encoder' ? 'encoder' : 'decoder'
    return head.layer < layers[side] && head.head < widths[side]
  }
  return [...new Set([...heads, ...pruned])].filter((name) => !has(name))
}
