/** Which targets come next. */
import type { Problem } from './problem.ts'

/**
 * The target somebody waits for alone, else the next few in order of their position, so that the tokens after the last of them
 * can be cut away.
 */
export function nextTargets(
  { targets }: Problem,
  open: ReadonlySet<number>,
  focus: number | null,
  most: number,
): readonly number[] {
  if (focus !== null && open.has(focus)) return [focus]
  return [...open].toSorted((a, b) => targets[a]!.position - targets[b]!.position).slice(0, most)
}
