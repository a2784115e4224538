/** Values of projections that travel. Types only. */

/** Points of a projection: row-major [rows, width]. */
export interface StateMatrix {
  readonly rows: number
  readonly width: number
  readonly data: Float32Array
}

export type Metric = 'euclidean' | 'cosine'

/** How points are laid out. Every field takes part in the key of the result: the same fields and points give the same bytes. */
export interface ProjectionOptions {
  readonly method: 'pca' | 'umap' | 'tsne'
  /** Of UMAP: our own, or umap-js as a reference (random start, no alignment of layers). */
  readonly engine: 'fast' | 'umap-js'
  readonly dimensions: number
  readonly metric: Metric
  readonly seed: number
  /** Of UMAP: its neighbourhood, which counts the point itself, as umap-learn does. */
  readonly neighbours: number
  /** True neighbours that reliability is measured with. */
  readonly judged: number
  /** Of UMAP: how close points may lie in the layout. */
  readonly minDistance: number
  /** Of UMAP: the scale on which points are spread out. */
  readonly spread: number
  /** Of t-SNE: the effective number of neighbours. */
  readonly perplexity: number
  /** Passes over the data; null: 500 up to 10,000 points and 200 above for UMAP, 1000 for t-SNE. */
  readonly epochs: number | null
  /** How strongly a layer's points are held near their place in the layer before; 0: not at all. */
  readonly alignment: number
}

/** The layout of one layer of n points in D dimensions, and how far each point can be trusted. */
export interface LayerProjection {
  /** [n, D] */
  readonly layout: Float32Array
  /** [n, k] true neighbours, nearest first. */
  readonly neighbours: Int32Array
  /** [n, k] their distances. */
  readonly distances: Float32Array
  /** [n] share of the k true neighbours that are among the k nearest in the layout; NaN where it was not measured. */
  readonly reliability: Float32Array
  /** [n] per point, as Venna and Kaski (2001) define them for the whole layout, which is their mean; NaN where not measured. */
  readonly trustworthiness: Float32Array
  readonly continuity: Float32Array
  /** [D] variance along each principal component (PCA) or [0]. */
  readonly explainedVariance: Float64Array
  /** [D] its share of the whole variance, or [0]. */
  readonly explainedRatio: Float64Array
}

/** One entry per layer, in the order they were given; layers share one frame. */
export interface Projection {
  readonly layers: readonly LayerProjection[]
  /** Places of new points in the last layer, [m, D]; null where none were given. */
  readonly placed: Float32Array | null
}

/** A layout while it moves, for a picture that follows. */
export interface LayoutSnapshot {
  readonly layer: number
  /** [n, D] */
  readonly layout: Float32Array
}

/** Rows of one file of hidden states, and the points they become. */
export interface StateFile {
  /** safetensors with `source` [instances, layers, width] and `steps` [layers, steps, width]. */
  readonly path: string
  readonly rows: Int32Array
  readonly points: Int32Array
}

/** Points out of files of hidden states, which a compute process reads itself, one layer at a time. */
export interface StoredStates {
  readonly tensor: 'source' | 'steps'
  readonly files: readonly StateFile[]
  readonly count: number
}

/** Hidden states of a corpus to lay out: all their layers in one frame, from the last to the first. */
export interface ProjectTask {
  readonly kind: 'project'
  readonly points: StoredStates
  /** Further points to place into the layouts of the points; null: none. */
  readonly added: StoredStates | null
  /** Layouts [n, 2] computed earlier from the same points and options, the first layer first, to place into; null: compute them. */
  readonly given: readonly Float32Array[] | null
  readonly options: ProjectionOptions
}

/** What is told of one layer: where its points, or the added ones, lie by now, and at last how far they can be trusted. */
export interface LayerPart extends LayoutSnapshot {
  /** Principal components, which stand in for a layout to come; points on their way; or where they stay. */
  readonly stage: 'components' | 'moving' | 'settled'
  /** null while the points move, and of points that were placed. */
  readonly finished: FinishedLayout | null
}

/** As in `LayerProjection`, with the means over the points. */
export interface FinishedLayout {
  readonly neighbours: Int32Array
  readonly reliability: Float32Array
  readonly means: { readonly reliability: number; readonly trustworthiness: number; readonly continuity: number }
  readonly explainedRatio: Float64Array
  /** Points that are equal to an earlier one. */
  readonly duplicates: number
}

/** All of it was told before, layer by layer. */
export interface ProjectedLayers {
  readonly layers: number
  /** As they were used: neighbours and perplexity fitted to the number of points, epochs chosen. */
  readonly options: ProjectionOptions
}
