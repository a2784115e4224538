/** How much a fuzz or kill test does in this run, and from which seed. */
export interface Fuzz {
  /** Start of every random choice of the test; printed by `npm test`, and again by `describeFuzz` when a test fails. */
  readonly seed: number
  readonly rounds: number
}

/**
 * A small stated count for `npm test`, the full count of the goals for `npm run test:long`. All tests of one run share one seed:
 * `COATTEND_TEST_SEED` repeats a run exactly.
 */
export function fuzz(short: number, long: number): Fuzz {
  return { seed: runSeed(), rounds: isLongRun() ? long : short }
}

/** One seed per round, each repeatable alone: `for (const seed of roundSeeds(fuzz(5, 50)))`. */
export function* roundSeeds({ seed, rounds }: Fuzz): Generator<number> {
  for (let round = 0; round < rounds; round++) yield (seed + Math.imul(round, 0x9e3779b9)) >>> 0
}

/** What a failing test says so that its reader can repeat it. */
export function describeFuzz({ seed, rounds }: Fuzz): string {
  return `seed ${seed}, ${rounds} rounds; repeat with COATTEND_TEST_SEED=${seed}${isLongRun() ? ' COATTEND_TEST_LONG=1' : ''}`
}

/** Whether the full counts are asked for. */
export function isLongRun(): boolean {
  return process.env['COATTEND_TEST_LONG'] === '1'
}

/** `vitest.config.ts` chooses one where none is given, so that every worker of a run has the same. */
function runSeed(): number {
  const given = process.env['COATTEND_TEST_SEED'] ?? ''
  if (!/^\d{1,10}$/.test(given)) throw new Error(`COATTEND_TEST_SEED is "${given}": give a whole number, such as 42`)
  return Number(given) >>> 0
}
