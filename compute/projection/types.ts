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
  /** Neighbours that reliability is measured with; UMAP's neighbourhood counts the point itself among them, as umap-learn does. */
  readonly neighbours: number
  /** Of UMAP: how close points may lie in the layout. */
  readonly minDistance: number
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
  /** [n] share of the k true neighbours that are among the k nearest in the layout. */
  readonly reliability: Float32Array
  /** [n] per point, as Venna and Kaski (2001) define them for the whole layout, which is their mean. */
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

/** Points to lay out without a checkpoint. Row i of every layer is the same point. */
export interface ProjectTask {
  readonly kind: 'project'
  readonly layers: readonly StateMatrix[]
  /** Further points to place into the layout of the last layer. */
  readonly added: StateMatrix | null
  readonly options: ProjectionOptions
}
