import { ComputeError } from '#compute/errors.ts'
import { forceTogether } from '#compute/generate/force-together.ts'
import type { ForcedRow } from '#compute/generate/force-together.ts'
import type { GenerationRequest } from '#compute/generate/plan.ts'
import { makeRowPace } from '#compute/generate/row-pace.ts'
import { writeInBatches } from '#compute/generate/together.ts'
import type { AnsweredText, PartialOutputs, TokenizedText } from '#compute/types.ts'
import { requireTarget } from './language.ts'
import type { Opened } from './opened.ts'
import { greedy, nameOutput, respond } from './respond.ts'
import type { RespondOptions } from './respond.ts'

/** Texts answered by a step, if any. */
export type Answers = PartialOutputs | null

/**
 * Lets a model write for many texts, and scores what it wrote. Texts of about one length are written and scored together where
 * the settings allow it, the others each alone. Yields after every run, with the texts that were finished by it, each once; a
 * fault of one text is its answer, every other one is thrown.
 */
export async function* respondMany(
  opened: Opened,
  texts: readonly string[],
  options: RespondOptions,
): AsyncGenerator<Answers, void> {
  const left = new Set(texts.keys())
  const answer = (answers: readonly AnsweredText[]): Answers => {
    for (const { index } of answers) left.delete(index)
    return { answers }
  }
  const read = yield* readTexts(opened, texts)
  yield answer(read.flatMap((text) => ('problem' in text ? [text] : [])))
  const sources = read.flatMap((text) => ('problem' in text ? [] : [text]))
  for await (const answers of writeTogether(opened, sources, options)) {
    yield answers.length === 0 ? null : answer(answers)
  }
  for (const index of left) yield* answerAlone(opened, texts[index]!, index, options)
}

interface ReadText {
  readonly index: number
  readonly source: TokenizedText
}

/** The ids of all texts, or what is wrong with one. */
async function* readTexts(
  opened: Opened,
  texts: readonly string[],
): AsyncGenerator<null, readonly (ReadText | Extract<AnsweredText, { problem: string }>)[]> {
  const tokenizer = await opened.tokenizer()
  const read = []
  for (const [index, text] of texts.entries()) {
    try {
      await requireTarget(opened)
      read.push({ index, source: await tokenizer.encode(text) })
    } catch (error) {
      read.push({ index, problem: problemOf(error) })
    }
    yield null
  }
  return read
}

/** Everything that can be written together, a few texts at a time; the others never come. */
async function* writeTogether(
  opened: Opened,
  texts: readonly ReadText[],
  { generation, alternatives, states }: RespondOptions,
): AsyncGenerator<readonly AnsweredText[], void> {
  const { engine } = opened
  const pace = makeRowPace(engine)
  const tokenizer = await opened.tokenizer()
  const request: GenerationRequest = generation ?? greedy
  const ids = texts.map(({ source }) => source.ids)
  for await (const written of writeInBatches(engine, ids, request, 'all settings', pace)) {
    const rows = written.map(({ index, steps }): ReadText & { readonly forced: ForcedRow } => {
      const text = texts[index]!
      return { ...text, forced: { source: text.source.ids, output: steps.map(({ id }) => id) } }
    })
    if (rows.length === 0) yield []
    else {
      const outputs = rows.map(({ forced }) => forced)
      let done = 0
      for await (const scored of forceTogether(engine, outputs, { alternatives, states }, pace)) {
        const part = rows.slice(done, (done += scored.length))
        yield part.map(({ index, source, forced }, i) => ({
          index,
          output: nameOutput(tokenizer, source, forced.output, scored[i]!),
        }))
      }
    }
  }
}

async function* answerAlone(
  opened: Opened,
  text: string,
  index: number,
  options: RespondOptions,
): AsyncGenerator<Answers, void> {
  try {
    const writing = respond(opened, text, options)
    let step = await writing.next()
    while (!step.done) {
      yield null
      step = await writing.next()
    }
    yield { answers: [{ index, output: step.value }] }
  } catch (error) {
    yield { answers: [{ index, problem: problemOf(error) }] }
  }
}

/** The message of an error that lies in the text itself; every other one is thrown on. */
function problemOf(error: unknown): string {
  if (error instanceof ComputeError && (error.kind === 'too-long' || error.kind === 'bad-input')) return error.message
  throw error
}
