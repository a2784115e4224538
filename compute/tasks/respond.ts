import { ablatedEngine } from '#compute/ablation/ablated-engine.ts'
import { makeHeadMeans } from '#compute/ablation/heads.ts'
import { outputProblem } from '#compute/attribution/problem.ts'
import { generate } from '#compute/generate/generate.ts'
import type { GenerationRequest } from '#compute/generate/plan.ts'
import { teacherForce } from '#compute/generate/teacher-force.ts'
import type { Forced } from '#compute/generate/teacher-force.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { Tokenizer } from '#compute/tokenize/tokenizer.ts'
import type { GenerationOptions, ModelOutput, OutputTarget, Progress, Task, TokenizedText } from '#compute/types.ts'
import { encodeOutput, requireTarget } from './language.ts'
import type { Opened } from './opened.ts'

/** What is asked of an output beside its ids. */
export interface RespondOptions {
  /** null: greedy, within the limits of the checkpoint's settings. */
  readonly generation: GenerationOptions | null
  readonly alternatives: number
  readonly states: boolean
  /** What is written, where it is not up to the model alone. */
  readonly target?: OutputTarget
}

/** What is asked where nobody says how to write. */
export const greedy: GenerationRequest = { beams: 1, sampling: null }

/** Lets a model write for a text, or takes what is given, and scores what stands there. Yields after every token. */
export async function* respond(
  opened: Opened,
  text: string,
  { generation, alternatives, states, target }: RespondOptions,
): AsyncGenerator<Progress, ModelOutput> {
  const tokenizer = await opened.tokenizer()
  await requireTarget(opened)
  const source = await tokenizer.encode(text)
  const written =
    target?.kind === 'force'
      ? (await encodeOutput(opened, tokenizer, target.text)).ids
      : yield* write(opened.engine, source.ids, generation ?? greedy, target?.begun)
  const forced = await teacherForce(opened.engine, source.ids, written, { alternatives, states })
  return nameOutput(tokenizer, source, written, forced)
}

async function* write(
  engine: Engine,
  source: readonly number[],
  request: GenerationRequest,
  begun?: readonly number[],
): AsyncGenerator<Progress, readonly number[]> {
  const writing = generate(engine, source, request, 'all settings', begun)
  let step = await writing.next()
  while (!step.done) {
    yield { stage: 'writing', done: step.value.length, total: 0 }
    step = await writing.next()
  }
  return step.value
}

/** What a model writes without some heads, scored without them too. A mean that takes a head's place is that over the whole text. */
export async function* writeWithout(
  opened: Opened,
  { source, output, heads, value, alternatives }: Extract<Task, { kind: 'write-without' }>,
): AsyncGenerator<Progress, Omit<ModelOutput, 'source' | 'states'>> {
  const tokenizer = await opened.tokenizer()
  await requireTarget(opened)
  const means = makeHeadMeans(opened.engine)
  if (value === 'mean') await means.add(outputProblem(opened.engine.model, source, output))
  const text = value === 'mean' ? ` ${source.join()} ${output.join()}` : ''
  const engine = ablatedEngine(opened.engine, heads, means.values(), `${value}${text}`)
  const written = yield* write(engine, source, greedy)
  return nameSteps(tokenizer, written, await teacherForce(engine, source, written, { alternatives, states: false }))
}

/** What was written and scored, with its text and the tokens by name. */
export function nameOutput(
  tokenizer: Tokenizer,
  source: TokenizedText,
  written: readonly number[],
  forced: Forced,
): ModelOutput {
  return { source, ...nameSteps(tokenizer, written, forced), states: forced.states }
}

function nameSteps(
  tokenizer: Tokenizer,
  written: readonly number[],
  forced: Forced,
): Omit<ModelOutput, 'source' | 'states'> {
  const { text, tokens: output } = tokenizer.describe(written)
  const named = <T extends { readonly id: number }>(entry: T): T & { token: string } => ({
    ...entry,
    token: tokenizer.token(entry.id),
  })
  const steps = forced.steps.map((entry) => ({ ...named(entry), alternatives: entry.alternatives.map(named) }))
  return { output, text, steps }
}
