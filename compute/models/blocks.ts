/** Parts that several architectures share, written with `ops/`. */
import type { Dim, Value } from '#compute/graph/value.ts'
import { attentionWeights, causalMask, groupRows, mergeHeads, splitHeads, ungroupRows } from '#compute/ops/attention.ts'
import { add, mul } from '#compute/ops/elementwise.ts'
import { gather } from '#compute/ops/gather.ts'
import { linear, matMul } from '#compute/ops/matrix.ts'
import { layerNorm, rmsNorm } from '#compute/ops/normalise.ts'
import { concat, positionsUpTo, unsqueeze } from '#compute/ops/shape.ts'
import type { AttentionKind } from '#compute/types.ts'
import type { Cache, DecoderInput, Hooks, Rows } from './model.ts'
import type { Tensors } from './tensors.ts'

/** From one width to another. */
export type Layer = (x: Value) => Value

/** What stands where a checkpoint has no layer. */
export const identity: Layer = (x) => x

/** A linear layer named as PyTorch does: `<name>.weight` [out, in] and, where it has one, `<name>.bias` [out]. */
export function linearLayer(tensors: Tensors, name: string, from: number, to: number, hasBias = true): Layer {
  const weight = tensors.read([to, from], `${name}.weight`)
  const bias = hasBias ? tensors.read([to], `${name}.bias`) : null
  return (x) => linear(x, weight, bias)
}

/** A layer norm named `<name>.weight` and `<name>.bias`. */
export function normLayer(tensors: Tensors, name: string, width: number, epsilon: number): Layer {
  const scale = tensors.read([width], `${name}.weight`)
  const bias = tensors.read([width], `${name}.bias`)
  return (x) => layerNorm(x, scale, bias, epsilon)
}

/** A root-mean-square norm named `<name>.weight`. */
export function rmsNormLayer(tensors: Tensors, name: string, width: number, epsilon: number): Layer {
  const scale = tensors.read([width], `${name}.weight`)
  return (x) => rmsNorm(x, scale, epsilon)
}

/** Scaled token embeddings of ids [..., tokens], a lookup that carries no gradient: programs differentiate by its result. */
export function lookUp(ids: Value, { table, scale }: { readonly table: Value; readonly scale: number }): Value {
  const rows = gather(table, ids, 0)
  return scale === 1 ? rows : mul(rows, scale)
}

/** Where an attention stands, and what may look into it. */
export interface AttentionSite {
  readonly kind: AttentionKind
  readonly layer: number
  readonly hooks: Hooks
  /** Heads of the queries. */
  readonly heads: number
  readonly scale: number
}

/** Mixes values by attention: queries [..., tokens, width], keys and values split into heads; the heads merged again. */
export const attend = (queries: Value, cache: Cache, mask: Value | null, site: AttentionSite): Value =>
  attendHeads(splitHeads(queries, site.heads), cache, mask, site)

/**
 * The same of queries [..., heads, tokens, head width]. `mask` is added to the scores [..., heads, query, key], and may be a
 * position bias. Where there are fewer key heads than query heads, the queries of a group are rows of one product.
 */
export function attendHeads(queries: Value, { keys, values }: Cache, mask: Value | null, site: AttentionSite): Value {
  const { kind, layer, hooks, heads, scale } = site
  const keyHeads = keys.shape.at(-3) as number // split by a known number
  const found = attentionWeights(queries, keys, scale, mask)
  const weights = hooks.attention?.(kind, layer, found) ?? found
  const mixed = ungroupRows(matMul(groupRows(weights, keyHeads), values), heads, queries.shape.at(-2)!)
  return mergeHeads(hooks.heads?.(kind, layer, mixed) ?? mixed)
}

/** Keys and values of states [..., tokens, width]. */
export const cacheOf = (
  { key, value }: { readonly key: Layer; readonly value: Layer },
  x: Value,
  heads: number,
): Cache => ({ keys: splitHeads(key(x), heads), values: splitHeads(value(x), heads) })

/** Keys and values with those of earlier tokens in front. */
export function grow(past: Cache | undefined, fresh: Cache): Cache {
  if (past === undefined) return fresh
  return { keys: concat([past.keys, fresh.keys], -2), values: concat([past.values, fresh.values], -2) }
}

/**
 * States of the picked rows, [K, ..., R, width], or all where none are picked: a product, so that each row's gradient finds its
 * way back to its own target.
 */
export const pickRows = (x: Value, rows: Rows | undefined): Value => (rows === undefined ? x : matMul(rows.pick, x))

/** Positions of the tokens that are fed: 0, 1, …, or the one after the past. int64 [tokens]. */
export const fedPositions = ({ embeddings, past }: DecoderInput): Value =>
  past === undefined ? positionsUpTo(embeddings.shape.at(-2)!) : past.length

/**
 * Masks of a decoder's self-attention: one that layers share, and one for picked rows. null for the token after the past, which
 * sees all keys.
 */
export function causalMasks({ embeddings, past }: DecoderInput): (rows: Rows | undefined) => Value | null {
  const tokens = embeddings.shape.at(-2)!
  const full = past === undefined ? causalMask(everyPosition(tokens), tokens) : null
  return (rows) => (rows === undefined ? full : causalMask(rows.positions, tokens))
}

/** Positions of as many queries, int64 [tokens, 1]. */
export const everyPosition = (tokens: Dim): Value => unsqueeze(positionsUpTo(tokens), [1])

/** Adds rows of a table of positions [most, width] to embeddings [..., tokens, width]. */
export const addPositions = (embeddings: Value, table: Value, positions: Value): Value =>
  add(embeddings, gather(table, positions, 0))
