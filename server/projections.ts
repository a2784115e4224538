import type { Connection } from './db/database.ts'
import { readTokenCounts } from './db/outputs.ts'
import { type StateCount, countStates } from './db/states.ts'
import { Refusal } from './errors.ts'
import type { StudyInput } from './jobs/input.ts'
import { type ProjectionStudy, mostProjected, projectionStudy } from './wire/projection-study.ts'

const usual = projectionStudy.parse({ kind: 'projection', of: 'corpus', method: 'pca' })

/** A layout of fewer points says nothing. */
const FEWEST = 3

/** What a projection is computed from. Refuses states that are not there, and parameters that do not fit the number of points. */
export async function askProjection(
  study: ProjectionStudy,
  workspace: string,
  revision: string,
  db: Connection,
): Promise<Pick<StudyInput, 'study' | 'states'>> {
  checkSpread(study)
  const { of, method } = study
  const wholeCorpus = of === 'corpus' || of.over
  const states = wholeCorpus ? await countStates(db, workspace, revision, null) : []
  const ofSteps = of === 'corpus' ? [] : await countStates(db, workspace, revision, of.steps)
  const located = states.reduce((sum, { instances }) => sum + instances, 0)
  const tokens = of === 'corpus' ? null : await countTokens(of.steps, workspace, revision, db)
  const points = wholeCorpus || tokens === null ? Math.min(located, mostProjected[method]) : tokens
  if (points < FEWEST) throw new Refusal('conflict', tooFew(points, wholeCorpus))
  const fitting = withRoom(study, points)
  checkFit(fitting, points)
  return { study: withoutIdle(fitting), states: joinStates(states, ofSteps, wholeCorpus) }
}

/** The files of the corpus, and those of steps over it that hold none of its instances: texts of people's own. */
function joinStates(
  corpus: readonly StateCount[],
  steps: readonly StateCount[],
  wholeCorpus: boolean,
): readonly (readonly [string, number])[] {
  const known = new Set(corpus.map(({ hash }) => hash))
  const others = steps.filter(({ hash }) => !known.has(hash))
  return [
    ...corpus.map(({ hash, instances }) => [hash, instances] as const),
    ...others.map(({ hash, instances }) => [hash, wholeCorpus ? 0 : instances] as const),
  ]
}

function tooFew(points: number, ofCorpus: boolean): string {
  return ofCorpus
    ? `the hidden states of ${points} instances are stored so far, and a projection needs ${FEWEST}. They come with the outputs: wait for them, or start writing all outputs`
    : `these outputs have ${points} tokens, and a projection needs ${FEWEST} points. Choose a longer output, or one more`
}

function checkSpread({ method, minDistance, spread }: ProjectionStudy): void {
  if (method !== 'umap' || minDistance <= spread) return
  throw new Refusal(
    'bad-request',
    `the minimum distance ${minDistance} is larger than the spread ${spread}. Take a distance of at most ${spread}`,
    { field: 'study.minDistance' },
  )
}

/** The usual values fit themselves to few points; what somebody chose is kept, or refused. */
function withRoom(study: ProjectionStudy, points: number): ProjectionStudy {
  const { neighbours, perplexity } = usual
  return {
    ...study,
    neighbours: study.neighbours === neighbours ? Math.min(neighbours, points - 1) : study.neighbours,
    perplexity: study.perplexity === perplexity ? Math.min(perplexity, (points - 1) / 3) : study.perplexity,
  }
}

/** Neighbours are fewer than the points, and t-SNE looks at three times its perplexity of them. */
function checkFit({ method, neighbours, perplexity }: ProjectionStudy, points: number): void {
  if (method === 'umap' && neighbours >= points) {
    throw new Refusal(
      'bad-request',
      `there are ${points} points, so ${neighbours} neighbours are too many. Take at most ${points - 1}`,
      { field: 'study.neighbours' },
    )
  }
  if (method === 'tsne' && perplexity >= points / 3) {
    throw new Refusal(
      'bad-request',
      `there are ${points} points, so a perplexity of ${perplexity} is too large. Take less than ${(points / 3).toFixed(1)}`,
      { field: 'study.perplexity' },
    )
  }
}

/** Tokens of some outputs together; refuses those whose states are not stored. */
async function countTokens(
  instances: readonly string[],
  workspace: string,
  revision: string,
  db: Connection,
): Promise<number> {
  const counts = await readTokenCounts(db, workspace, revision, instances)
  for (const id of instances) {
    if (counts.has(id)) continue
    throw new Refusal(
      'conflict',
      `the hidden states of "${id}" are not stored. They come when the outputs of the whole corpus are written: start that, or choose another instance`,
      { field: 'study.of.steps' },
    )
  }
  return instances.reduce((sum, id) => sum + counts.get(id)!, 0) // checked above
}

/** The same study whatever is said of parameters that its method does not have, so that it is computed once. */
function withoutIdle(study: ProjectionStudy): ProjectionStudy {
  const { neighbours, minDistance, spread, perplexity, epochs, seed } = usual
  switch (study.method) {
    case 'pca':
      return { ...study, neighbours, minDistance, spread, perplexity, epochs, seed }
    case 'umap':
      return { ...study, perplexity }
    case 'tsne':
      return { ...study, neighbours, minDistance, spread }
  }
}
