/** How far annotators agree beyond chance, over categories without an order. */

/** One row per thing that was judged, one entry per annotator; null where one did not judge it. */
export type Votes<Label> = readonly (readonly (Label | null)[])[]

/** Cohen's kappa (1960) of two annotators, over what both judged; NaN where both always give one and the same label. */
export function cohenKappa<Label>(votes: Votes<Label>, first: number, second: number): number {
  const pairs = votes.flatMap((row): (readonly [Label, Label])[] => {
    const [a, b] = [row[first] ?? null, row[second] ?? null]
    return a === null || b === null ? [] : [[a, b]]
  })
  const shares = [0, 1].map((side) => shareOf(pairs.map((pair) => pair[side as 0 | 1])))
  const observed = pairs.filter(([a, b]) => a === b).length / pairs.length
  let expected = 0
  for (const [label, share] of shares[0]!) expected += share * (shares[1]!.get(label) ?? 0)
  return (observed - expected) / (1 - expected)
}

/**
 * Fleiss' kappa (1971) over the rows that everybody judged; NaN where there are none, or one label only.
 */
export function fleissKappa<Label>(votes: Votes<Label>): number {
  const complete = votes
    .map((row) => row.filter((vote) => vote !== null))
    .filter((row, i) => row.length === votes[i]!.length)
  const observed = mean(complete.map(agreementOf))
  let expected = 0
  for (const share of shareOf(complete.flat()).values()) expected += share ** 2
  return (observed - expected) / (1 - expected)
}

/**
 * Krippendorff's alpha (2011) for nominal labels; rows that fewer than two judged do not count. NaN where no label differs from
 * another.
 */
export function krippendorffAlpha<Label>(votes: Votes<Label>): number {
  const rows = votes.map((row) => row.filter((vote) => vote !== null)).filter((row) => row.length >= 2)
  const values = rows.flat()
  const observed = rows.reduce((sum, row) => sum + (1 - agreementOf(row)) * row.length, 0) / values.length
  let same = 0
  for (const count of counted(values).values()) same += count * (count - 1)
  const expected = 1 - same / (values.length * (values.length - 1))
  return 1 - observed / expected
}

/** Share of the pairs of a row that agree. */
function agreementOf(row: readonly unknown[]): number {
  let same = 0
  for (const count of counted(row).values()) same += count * (count - 1)
  return same / (row.length * (row.length - 1))
}

function counted<Label>(values: readonly Label[]): ReadonlyMap<Label, number> {
  const counts = new Map<Label, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

const shareOf = <Label>(values: readonly Label[]): ReadonlyMap<Label, number> =>
  new Map([...counted(values)].map(([label, count]) => [label, count / values.length]))

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0) / numbers.length
