/** Tasks about what the input does: pairs of tokens, layers on the way to an output, and tests of scores. */
import { interact } from '#compute/attribution/interact.ts'
import type { InteractionSteps } from '#compute/attribution/interactions.ts'
import { logitLens } from '#compute/attribution/logit-lens.ts'
import { openMasking } from '#compute/attribution/masking.ts'
import { outputProblem } from '#compute/attribution/problem.ts'
import { ComputeError } from '#compute/errors.ts'
import { faithfulness } from '#compute/evaluation/faithfulness.ts'
import type { NamedLens, Progress, Task } from '#compute/types.ts'
import { onlyTarget } from './attention.ts'
import { unknownIdOf } from './opened.ts'
import type { Opened } from './opened.ts'

type Asked<K extends Task['kind']> = Extract<Task, { kind: K }>

/** Interactions on every token of an output. */
export async function* explainPairs(
  opened: Opened,
  { source, output, options, only }: Asked<'interact'>,
  focus: () => number | null,
): InteractionSteps {
  const { engine } = opened
  const unknownId = options.baseline === 'unk' ? await unknownIdOf(opened) : null
  const problem = onlyTarget(outputProblem(engine.model, source, output), only)
  return yield* interact(engine, problem, options, unknownId, focus)
}

/** The logit lens at every token of an output. */
export async function* readLayers(
  { engine, tokenizer }: Opened,
  { source, output, count }: Asked<'lens'>,
): AsyncGenerator<{ readonly progress: Progress; readonly partial: null }, NamedLens> {
  const lens = yield* logitLens(engine, outputProblem(engine.model, source, output), count)
  const read = await tokenizer().catch(() => null)
  const pieces = read === null ? [] : [...new Set(lens.ids)].map((id) => [id, read.token(id)] as const)
  return { ...lens, pieces: Object.fromEntries(pieces) }
}

/** Faithfulness of the scores of every token of an output. Fails on scores of another size. */
export async function* judge(
  opened: Opened,
  { source, output, scores, options, test }: Asked<'judge'>,
): ReturnType<typeof faithfulness> {
  const { engine } = opened
  const unknownId = options.baseline === 'unk' ? await unknownIdOf(opened) : null
  const problem = outputProblem(engine.model, source, output)
  const masking = await openMasking(engine, problem, { ...options, unknownId })
  if (scores.length !== output.length || scores.some(({ length }) => length !== masking.tokens)) {
    throw new ComputeError(
      'bad-input',
      `Give one score for each of the ${masking.tokens} tokens, for ${output.length} outputs`,
    )
  }
  return yield* faithfulness(masking, scores, test)
}
