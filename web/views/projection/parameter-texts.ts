/** What the parameters of a layout mean, in one sentence each. */
import type { ProjectionStudy } from '#server/wire/projection-study.ts'

export type Method = ProjectionStudy['method']

export const methodNames: Readonly<Record<Method, string>> = { pca: 'PCA', umap: 'UMAP', tsne: 't-SNE' }

export const methodTexts: Readonly<Record<Method, string>> = {
  pca: 'The two directions in which the states differ most. Exact and fast; axes have units, and what differs in other directions is not seen.',
  umap: 'Neighbours stay together, and large groups keep some of their order. Distances between groups carry no unit.',
  tsne: 'Neighbours stay together, at the cost of everything larger: sizes of groups and distances between them mean nothing.',
}

export const parameterTexts = {
  neighbours: 'How many nearest states each one is held near. Few: small groups and detail. Many: the larger order.',
  minDistance:
    'How close points may lie. Small: tight groups that overprint. Large: even spacing, single points can be told apart.',
  spread: 'The scale on which groups are spread out.',
  metric: 'Cosine compares the direction of states and ignores their length; Euclidean counts both.',
  perplexity: 'About how many neighbours each point has; less than a third of the points.',
  epochs: 'Passes over all pairs of neighbours. Empty: as many as usual for so many points.',
  seed: 'Decides everything random: the same data, parameters and seed give the same picture.',
} as const

export const trustText =
  'Trustworthiness (Venna and Kaski 2001): 1 means that no point has neighbours in the picture that are not neighbours among the states. Below 0.9, closeness often deceives.'
export const varianceText = 'Share of the whole variance of the states that lies along this axis.'
export const keptMeanText =
  'Mean share of the 15 true neighbours of a point that are also among its 15 nearest in the picture.'
