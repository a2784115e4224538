/** What is attributed: rows of the examples that the golden fixtures hold with their outputs, and a shape with random weights. */
import type { Engine } from '#compute/runtime/engine.ts'
import { attribute } from '#compute/attribution/attribute.ts'
import { specialIds } from '#compute/attribution/embeddings.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import type { Model } from '#compute/models/model.ts'
import type { Attribution, Quadrature } from '#compute/types.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, readJson } from '#tests/support/golden.ts'
import { options } from '#tests/support/options.ts'

export interface Row {
  readonly text: string
  readonly greedy_text: string
  readonly input_ids: readonly number[]
  readonly greedy: readonly number[]
}

export const readRows = (example: string): readonly Row[] =>
  (readJson(fixture(`trained/${example}.json`)) as { readonly rows: readonly Row[] }).rows

/** Every output token of a row of the fixtures as a target. */
export function problemOf(engine: Engine, { input_ids: source, greedy }: Row): Problem {
  if (engine.model.kind === 'decoder-only') {
    const targets = greedy.slice(source.length).map((id, i) => ({ position: source.length + i - 1, id }))
    return { source: greedy.slice(0, -1), prefix: null, targets }
  }
  const targets = greedy.slice(1).map((id, position) => ({ position, id }))
  return { source, prefix: greedy.slice(0, -1), targets }
}

/** `tokens` ids of a decoder-only model of which the last `targets` are explained. */
export function randomProblem(tokens: number, targets: number): Problem {
  const ids = Array.from({ length: tokens + 1 }, (_, i) => (i * 7919 + 13) % 50_000)
  return {
    source: ids.slice(0, tokens),
    prefix: null,
    targets: Array.from({ length: targets }, (_, i) => {
      const position = tokens - targets + i
      return { position, id: ids[position + 1]! }
    }),
  }
}

/** `source` and `written` ids of an encoder-decoder model, the last `targets` of the written ones explained. */
export function randomPair(
  { special }: Model,
  { source, written, targets }: { readonly source: number; readonly written: number; readonly targets: number },
): Problem {
  const id = (i: number): number => (i * 7919 + 13) % 50_000
  const output = Array.from({ length: written }, (_, i) => id(i + source))
  const first = written - targets
  return {
    source: [...Array.from({ length: source - 1 }, (_, i) => id(i)), special.end[0]!],
    prefix: [special.start!, ...output.slice(0, -1)],
    targets: output.slice(first).map((token, i) => ({ position: first + i, id: token })),
  }
}

export async function explainAll(engine: Engine, problem: Problem, quadrature: Quadrature): Promise<Attribution> {
  return await drain(
    attribute(engine, problem, { ...options, quadrature }, null, { focus: () => null, finished: null }),
  )
}

/** Runs work and says how many seconds it took. */
export async function timed<T>(work: () => Promise<T>): Promise<readonly [seconds: number, result: T]> {
  const started = performance.now()
  const result = await work()
  return [(performance.now() - started) / 1000, result]
}

/** Threads of the other library still spin for a moment after its work. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300))

/** One target of a problem as the reference is asked about it. */
export function questionOf(engine: Engine, { source, prefix, targets }: Problem, index: number): object {
  const { position, id } = targets[index]!
  return { source, prefix, position, target: id, special: [...specialIds(engine.model)] }
}
