/** Which output tokens are explained, and whether one by one. */
import type { Problem } from '#compute/local.ts'
import type { Target } from '#compute/types.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import { write } from './generate.ts'
import type { Source } from './source.ts'
import { UsageError } from './usage-error.ts'

/** Options of every command that asks about output tokens. */
export const targetOptions: OptionSpecs = {
  target: { value: 'TEXT', help: 'the output to explain; what the model writes itself where it is left out' },
  positions: {
    value: 'all|3,4|3-5',
    help: 'output tokens to explain, counted from 0 (with --inputs: target positions)',
  },
  joint: { value: null, help: 'these tokens together: F is the sum of their log-probs (the product of probabilities)' },
}

/** The ids that are read, with the targets of the file, else every output token; then those that were chosen. */
export async function readProblem(args: Arguments, open: OpenCheckpoint, source: Source): Promise<Problem> {
  const problem = choosePositions(args, source, await readWhole(args, open, source))
  return args.has('joint') ? { ...problem, targets: [open.local.joinTargets(problem.targets)] } : problem
}

async function readWhole(args: Arguments, open: OpenCheckpoint, source: Source): Promise<Problem> {
  const { local, opened } = open
  const { model } = opened.engine
  const { file } = source
  if (file === null) return local.outputProblem(model, source.ids, await readOutput(args, open, source))
  const prefix = model.kind === 'decoder-only' ? null : file.ids('decoder_input_ids')
  const read = prefix ?? source.ids
  const given = file.has('target_positions') || file.has('target_ids')
  const targets = given ? pairTargets(file.ids('target_positions'), file.ids('target_ids')) : continuation(read)
  return { source: source.ids, prefix, targets }
}

function pairTargets(positions: readonly number[], ids: readonly number[]): readonly Target[] {
  if (positions.length !== ids.length) {
    throw new UsageError(`target_positions has ${positions.length} entries but target_ids has ${ids.length}`)
  }
  return positions.map((position, k) => ({ position, id: ids[k]! }))
}

/** Every token after the first, read from the position before it. */
const continuation = (ids: readonly number[]): readonly Target[] =>
  ids.slice(1).map((id, position) => ({ position, id }))

async function readOutput(args: Arguments, open: OpenCheckpoint, source: Source): Promise<readonly number[]> {
  const target = args.text('target')
  if (target === undefined) return write(open, source.ids, {}, 'all settings')
  return (await open.local.encodeOutput(open.opened, source.tokenizer!, target)).ids // with --text there is a tokenizer
}

function choosePositions(args: Arguments, source: Source, problem: Problem): Problem {
  const written = args.text('positions')
  if (written === undefined || written === 'all') return problem
  const targets = written.split(',').flatMap((part) => {
    const range = /^\s*(\d{1,9})(?:\s*-\s*(\d{1,9}))?\s*$/.exec(part)
    if (range === null || Number(range[2] ?? range[1]) < Number(range[1])) {
      throw new UsageError(`--positions must be all or numbers such as 3,4 or 3-5, not ${JSON.stringify(written)}`)
    }
    return targetsFrom(problem, source, Number(range[1]), Number(range[2] ?? range[1]))
  })
  return { ...problem, targets }
}

function targetsFrom({ targets }: Problem, { file }: Source, first: number, last: number): readonly Target[] {
  const found: Target[] = []
  for (let position = first; position <= last; position++) {
    const target = file === null ? targets[position] : targets.find((candidate) => candidate.position === position)
    if (target === undefined) {
      throw new UsageError(`There is no target at position ${position}; there are ${targets.length} targets`)
    }
    found.push(target)
  }
  return found
}
