/** Points made from a seed: clusters, as a layout of texts has them. */
export interface Cloud {
  readonly x: Float32Array<ArrayBuffer>
  readonly y: Float32Array<ArrayBuffer>
  /** Number of each point's cluster. */
  readonly cluster: Uint8Array<ArrayBuffer>
}

/** A generator of uniform numbers in [0, 1) (Numerical Recipes' linear congruence), the same on every machine. */
export function makeRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
}

/** `n` points in so many square clusters: no function whose last digit differs between machines takes part. */
export function makeCloud(n: number, clusters: number, seed = 7): Cloud {
  const random = makeRandom(seed)
  const middles = Array.from({ length: clusters }, () => [random() * 20, random() * 14] as const)
  const [x, y, cluster] = [new Float32Array(n), new Float32Array(n), new Uint8Array(n)]
  for (let i = 0; i < n; i++) {
    const [mx, my] = middles[i % clusters] ?? [0, 0]
    x[i] = mx + random() + random() - 1
    y[i] = my + random() + random() - 1
    cluster[i] = i % clusters
  }
  return { x, y, cluster }
}
