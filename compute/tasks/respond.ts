import { generate } from '#compute/generate/generate.ts'
import type { GenerationRequest } from '#compute/generate/plan.ts'
import { teacherForce } from '#compute/generate/teacher-force.ts'
import type { Forced } from '#compute/generate/teacher-force.ts'
import type { Tokenizer } from '#compute/tokenize/tokenizer.ts'
import type { GenerationOptions, ModelOutput, Progress, TokenizedText } from '#compute/types.ts'
import { requireTarget } from './language.ts'
import type { Opened } from './opened.ts'

/** What is asked of an output beside its ids. */
export interface RespondOptions {
  /** null: greedy, within the limits of the checkpoint's settings. */
  readonly generation: GenerationOptions | null
  readonly alternatives: number
  readonly states: boolean
}

/** What is asked where nobody says how to write. */
export const greedy: GenerationRequest = { beams: 1, sampling: null }

/** Lets a model write for a text, and scores what it wrote. Yields after every token. */
export async function* respond(
  opened: Opened,
  text: string,
  { generation, alternatives, states }: RespondOptions,
): AsyncGenerator<Progress, ModelOutput> {
  const tokenizer = await opened.tokenizer()
  await requireTarget(opened)
  const source = await tokenizer.encode(text)
  const request: GenerationRequest = generation ?? greedy
  const writing = generate(opened.engine, source.ids, request, 'all settings')
  let step = await writing.next()
  while (!step.done) {
    yield { stage: 'writing', done: step.value.length, total: 0 }
    step = await writing.next()
  }
  const written = step.value
  const forced = await teacherForce(opened.engine, source.ids, written, { alternatives, states })
  return nameOutput(tokenizer, source, written, forced)
}

/** What was written and scored, with its text and the tokens by name. */
export function nameOutput(
  tokenizer: Tokenizer,
  source: TokenizedText,
  written: readonly number[],
  forced: Forced,
): ModelOutput {
  const { text: output, tokens } = tokenizer.describe(written)
  const named = <T extends { readonly id: number }>(entry: T): T & { token: string } => ({
    ...entry,
    token: tokenizer.token(entry.id),
  })
  const steps = forced.steps.map((entry) => ({ ...named(entry), alternatives: entry.alternatives.map(named) }))
  return { source, output: tokens, text: output, steps, states: forced.states }
}
