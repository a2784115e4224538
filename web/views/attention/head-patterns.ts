/** The patterns of the chosen heads: weights from the model, attributions for the chosen output token, on one scale. */
import type { Accessor } from 'solid-js'
import { createMemo } from 'solid-js'
import type { Head } from '#compute/types.ts'
import type { Question } from '#server/wire/analyses.ts'
import type { Analysis } from '#web/state/analyses.ts'
import type { Board } from './board.ts'
import type { Asked } from './metric-values.ts'
import { createAsked } from './metric-values.ts'
import type { Pattern } from './pattern.ts'
import { patternOf, sinkOf } from './pattern.ts'
import type { Sides } from './sides.ts'
import { sidesOf } from './sides.ts'

/** More patterns than this do not stand side by side. */
export const mostPatterns = 4

export interface HeadPattern {
  readonly head: Head
  readonly sides: Sides
  readonly weights: Accessor<Pattern | null>
  /** Attribution of the same entries to the chosen output token; null without one. */
  readonly attribution: Accessor<Pattern | null>
  /** The key hidden as a sink; null where none is to be hidden. */
  readonly hidden: Accessor<number | null>
  readonly asked: Asked
  readonly askedAttribution: Asked
}

export function createHeadPattern(board: Board, head: Head): HeadPattern {
  const { settings, span, room } = board
  const asked = createAsked(board, () => ({ kind: 'attention', place: { kind: head.kind, layer: head.layer } }))
  const askedAttribution = createAsked(board, () => {
    const at = span()
    if (at === null || settings().pattern === 'attention') return null
    const { objective, contrast, quadrature } = room.selection.view().options
    // Of a span the last token, which the Attention Views then name.
    const question: Question = {
      kind: 'attention-attribution',
      target: at[1],
      objective,
      contrast,
      quadrature,
    }
    return question
  })
  const sides = createMemo(() => sidesOf(board.model(), head.kind, board.pieces()))
  const weights = createMemo(() => patternIn(asked.analysis(), 'weights', head, sides()))
  const attribution = createMemo(() =>
    patternIn(askedAttribution.analysis(), `attribution.${head.kind}.${head.layer}`, head, sides()),
  )
  const sink = createMemo(() => {
    const pattern = weights()
    return pattern === null
      ? null
      : sinkOf(
          pattern,
          sides().keys.map(({ special }) => special),
        )
  })
  return {
    head,
    get sides() {
      return sides()
    },
    weights,
    attribution,
    hidden: () => (settings().hideSink ? sink() : null),
    asked,
    askedAttribution,
  }
}

/** A pattern of another size belongs to another text; drawing it would put values on the wrong words. */
export function patternIn(answer: Analysis | null, name: string, { head }: Head, sides: Sides): Pattern | null {
  const pattern = patternOf((answer?.tensors ?? answer?.partial)?.get(name), head)
  if (pattern === null) return null
  return pattern.queries === sides.queries.length && pattern.keys === sides.keys.length ? pattern : null
}

/** Narrower figures would be all ruler. */
const leastWidth = 170

/** How many figures stand in a row so that each is as large as it can be. */
export function figureColumns(count: number, width: number, height: number): number {
  const most = Math.max(1, Math.min(count, Math.floor(width / leastWidth)))
  const sizes = Array.from({ length: most }, (_, at) => {
    const columns = at + 1
    return Math.min(width / columns, (1.25 * height) / Math.ceil(count / columns))
  })
  return sizes.indexOf(Math.max(...sizes)) + 1
}
