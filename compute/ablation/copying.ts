/**
 * Copying: whether a head raises the token it looks at. For each head the query that looks hardest at one token is taken (its
 * own and special tokens aside), and log p of that token, read there, with the head and without it. 1 where the head raises it,
 * 0 where not; a mean over texts. This is measured in the text, unlike the sign of the eigenvalues of the output-value circuit
 * (Elhage et al. 2021), which it stands in for: it includes what later layers make of the head's output.
 */
import type { Problem } from '#compute/attribution/problem.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { specialIds } from '#compute/attribution/embeddings.ts'
import type { Head, Target } from '#compute/types.ts'
import { measureAll, openAblation } from './ablation.ts'
import { allHeads } from './heads.ts'
import { strongest } from './role-scores.ts'
import type { Pattern, Tally } from './role-scores.ts'

export interface HeadTally {
  readonly head: Head
  readonly tally: Tally
}

interface Asked {
  readonly head: Head
  readonly target: Target
}

/** For the heads whose keys and outputs share a vocabulary: decoder self-attention, and cross attention of a shared one. */
export async function copyTally(
  engine: Engine,
  problem: Problem,
  patternOf: (head: Head) => Pattern,
): Promise<readonly HeadTally[]> {
  const { model } = engine
  const special = specialIds(model)
  const isShared = model.encode === null || model.embeddings('source').table === model.embeddings('prefix').table
  const asked = allHeads(model).flatMap((head): readonly Asked[] => {
    if (head.kind === 'encoder' || (head.kind === 'cross' && !isShared)) return []
    const keys = head.kind === 'cross' ? problem.source : (problem.prefix ?? problem.source)
    const isSpecial = keys.map((id) => special.has(id))
    const found = strongest(patternOf(head), isSpecial, head.kind === 'decoder')
    return found === null ? [] : [{ head, target: { position: found.query, id: keys[found.key]! } }]
  })
  // Heads that look at the same token from the same place are measured together.
  const groups = new Map<string, Asked[]>()
  for (const one of asked) {
    const key = `${one.target.position} ${one.target.id}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const tallies: HeadTally[] = []
  for (const group of groups.values()) tallies.push(...(await measureGroup(engine, problem, group)))
  return tallies
}

async function measureGroup(engine: Engine, problem: Problem, group: readonly Asked[]): Promise<readonly HeadTally[]> {
  const options = { objective: 'log-prob', contrast: null, values: new Map() } as const
  const ablation = openAblation(engine, { ...problem, targets: [group[0]!.target] }, options)
  const sets = [[], ...group.map(({ head }) => [head])]
  const found = (await measureAll(ablation, sets)).map(([value]) => value!) // one target
  const [whole, ...without] = found as [number, ...number[]] // the first set is empty
  return group.map(({ head }, i) => ({ head, tally: { sum: whole > without[i]! ? 1 : 0, count: 1 } }))
}
