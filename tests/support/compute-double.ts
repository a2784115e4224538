import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ComputeError, isUserError } from '#compute/index.ts'
import { projectStates } from '#compute/tasks/project-states.ts'
import type {
  Attribution,
  CheckpointSummary,
  ComputePool,
  ModelOutput,
  ProjectedLayers,
  RunningTask,
  Task,
  TaskListener,
  TaskResults,
  TokenizedText,
} from '#compute/types.ts'

/** A compute that is small enough to be predicted: words are tokens, outputs are the words read backwards, scores are sines. */
export interface ComputeDouble extends ComputePool {
  /** Tasks that were started, by kind. */
  readonly started: Readonly<Record<Task['kind'], number>>
  /** Targets that were attributed, in order, over all attempts. */
  readonly targets: readonly number[]
  /** Texts that were answered, in order, over all attempts. */
  readonly answered: readonly string[]
  /** The next so many attribute tasks, and texts to write for, die after their first step. */
  crash(times: number): void
  /** Makes every step wait until the returned function is called. */
  hold(): () => void
  readonly closed: boolean
}

export interface DoubleOptions {
  /** Milliseconds a step takes. */
  readonly step?: number
}

const VOCABULARY = 1_000
const END = 1

export function makeComputeDouble({ step = 0 }: DoubleOptions = {}): ComputeDouble {
  const started: Record<Task['kind'], number> = {
    inspect: 0,
    prepare: 0,
    tokenize: 0,
    respond: 0,
    'respond-many': 0,
    attribute: 0,
    attend: 0,
    ablate: 0,
    'head-effects': 0,
    weights: 0,
    'head-measures': 0,
    'head-importance': 0,
    flow: 0,
    'write-without': 0,
    project: 0,
    study: 0,
    interact: 0,
    lens: 0,
    judge: 0,
  }
  const targets: number[] = []
  const answered: string[] = []
  let crashes = 0
  let gate = Promise.resolve()
  let closed = false
  const takeCrash = (): boolean => crashes > 0 && crashes-- > 0
  const work: Work = {
    async rest() {
      const held = gate // of the moment the step begins
      await sleep(step)
      await held
    },
    takeCrash,
    note: (target) => void targets.push(target),
    answer: (text) => void answered.push(text),
  }
  return {
    device: { name: 'cpu', reason: 'a test double' },
    processes: 1,
    started,
    targets,
    answered,
    get closed() {
      return closed
    },
    crash: (times) => void (crashes = times),
    hold() {
      let open = (): void => {}
      gate = new Promise((resolve) => (open = resolve))
      return open
    },
    run(task, _priority, listener = {}) {
      started[task.kind]++
      // One implementation for all kinds: the task decides the result.
      return start(task, listener, work) as RunningTask<never>
    },
    async close() {
      closed = true
    },
  }
}

interface Work {
  rest(): Promise<void>
  takeCrash(): boolean
  note(target: number): void
  answer(text: string): void
}

function start(task: Task, listener: TaskListener, work: Work): RunningTask<TaskResults[Task['kind']]> {
  let focus: number | null = task.kind === 'attribute' ? task.focus : null
  let cancel = (): void => {}
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(new ComputeError('cancelled', 'Cancelled'))
  })
  let stopped = false
  cancelled.catch(() => (stopped = true))
  const alive = async (): Promise<void> => {
    await work.rest()
    if (stopped) throw new ComputeError('cancelled', 'Cancelled')
  }
  const result = Promise.race([compute(task, listener, { ...work, rest: alive }, () => focus), cancelled])
  result.catch(() => {})
  return { result, focus: (target) => void (focus = target), cancel }
}

async function compute(task: Task, listener: TaskListener, work: Work, focus: () => number | null) {
  switch (task.kind) {
    case 'inspect':
      return inspect(task.checkpoint)
    case 'prepare':
      return null
    case 'tokenize':
      return tokenize(task.text)
    case 'respond':
      return respond(task.text, task.states, work)
    case 'respond-many':
      return respondMany(task, listener, work)
    case 'attribute':
      return attribute(task, listener, work, focus)
    case 'project':
      return project(task, listener, work)
    default:
      throw new ComputeError('unsupported', `The double has no ${task.kind}`)
  }
}

export function inspect(folder: string): CheckpointSummary {
  return {
    architecture: 'double',
    kind: 'encoder-decoder',
    revision: createHash('sha256')
      .update(readFileSync(join(folder, 'config.json')))
      .digest('hex'),
    parameters: 1,
    vocabulary: VOCABULARY,
    width: 2,
    layers: { encoder: 1, decoder: 1 },
    heads: { encoder: 1, decoder: 1 },
    maxTokens: 500,
    tokenizer: 'words',
    languages: null,
    baselines: ['zero', 'mean'],
  }
}

const idOf = (word: string): number =>
  2 + (createHash('sha256').update(word).digest().readUInt16BE(0) % (VOCABULARY - 2))

export function tokenize(text: string): TokenizedText {
  const words = [...text.matchAll(/\S+/g)]
  if (words.length > 500)
    throw new ComputeError('too-long', `the text has ${words.length} tokens, the model reads 500. Shorten it`)
  return {
    ids: [...words.map(([word]) => idOf(word)), END],
    tokens: [...words.map(([word]) => word), '</s>'],
    offsets: [
      ...words.map((word): [number, number] => [word.index, word.index + word[0].length]),
      [text.length, text.length],
    ],
    special: [...words.map(() => false), true],
  }
}

async function respond(text: string, states: boolean, work: Work): Promise<ModelOutput> {
  const source = tokenize(text)
  await work.rest()
  if (work.takeCrash()) throw new ComputeError('crashed', 'A compute process ended (SIGKILL)')
  work.answer(text)
  const written = text.split(/\s+/).filter(Boolean).slice(-6).toReversed().join(' ')
  const output = tokenize(written)
  const steps = output.ids.map((id, place) => ({
    id,
    token: output.tokens[place] ?? '',
    logProb: -((id % 97) + 1) / 100,
    entropy: (id % 31) / 10,
    alternatives: [{ id, token: output.tokens[place] ?? '', logProb: -((id % 97) + 1) / 100 }],
  }))
  const layers = [0, 1]
  const stateOf = (id: number, layer: number): number[] => [Math.sin(id + layer), Math.cos(id * 0.7) * (layer + 1)]
  const kept = {
    source: Float32Array.from(layers.flatMap((layer) => meanOf(source.ids.map((id) => stateOf(id, layer))))),
    steps: Float32Array.from(layers.flatMap((layer) => output.ids.flatMap((id) => stateOf(id, layer)))),
  }
  return { source, output, text: written, steps, states: states ? kept : null }
}

const meanOf = (rows: readonly (readonly number[])[]): number[] =>
  rows[0]!.map((_, column) => rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length)

/** The only thing that is computed as it is. */
async function project(
  task: Extract<Task, { kind: 'project' }>,
  listener: TaskListener,
  work: Work,
): Promise<ProjectedLayers> {
  const steps = projectStates(task, { device: 'cpu', threads: 1 })
  let step = await steps.next()
  for (; step.done !== true; step = await steps.next()) {
    await work.rest()
    if (work.takeCrash()) throw new ComputeError('crashed', 'A compute process ended (SIGKILL)')
    listener.progress?.(step.value.progress)
    if (step.value.partial !== null) listener.partial?.(step.value.partial)
  }
  return step.value
}

async function respondMany(
  { texts, states }: Extract<Task, { kind: 'respond-many' }>,
  listener: TaskListener,
  work: Work,
): Promise<null> {
  for (const [index, text] of texts.entries()) {
    try {
      listener.partial?.({ answers: [{ index, output: await respond(text, states, work) }] })
    } catch (error) {
      if (!isUserError(error)) throw error
      listener.partial?.({ answers: [{ index, problem: error.message }] })
    }
  }
  return null
}

const score = (from: number, to: number): number => Math.fround(Math.sin(from * 0.37 + to * 1.3))

/** The attribution that any run of the double must give. */
export function attributionOf(source: readonly number[], output: readonly number[]): Attribution {
  const prefix = [0, ...output.slice(0, -1)]
  const rows = output.map(
    (to) => [source.map((from) => score(from, to)), prefix.map((from) => score(from, to))] as const,
  )
  const sums = rows.map(([a, b]) => [...a, ...b].reduce((sum, value) => sum + value, 0))
  return {
    source: Float32Array.from(rows.flatMap(([a]) => a)),
    prefix: Float32Array.from(rows.flatMap(([, b]) => b)),
    objective: Float32Array.from(sums),
    baselineObjective: new Float32Array(output.length),
    gap: new Float32Array(output.length),
    nodes: new Int32Array(output.length).fill(8),
    converged: new Uint8Array(output.length).fill(1),
  }
}

async function attribute(
  task: Extract<Task, { kind: 'attribute' }>,
  listener: TaskListener,
  work: Work,
  focus: () => number | null,
): Promise<Attribution> {
  const { source, output, finished } = task
  const whole = attributionOf(source, output)
  const left = new Set(output.keys())
  for (const target of finished?.targets ?? []) left.delete(target)
  while (left.size > 0) {
    await work.rest()
    const wanted = focus()
    const target = wanted !== null && left.has(wanted) ? wanted : [...left][0]!
    left.delete(target)
    work.note(target)
    const pick = (data: Float32Array, width: number): Float32Array => data.slice(target * width, (target + 1) * width)
    listener.partial?.({
      targets: [target],
      source: pick(whole.source, source.length),
      prefix: pick(whole.prefix, output.length),
      objective: pick(whole.objective, 1),
      baselineObjective: pick(whole.baselineObjective, 1),
      gap: pick(whole.gap, 1),
      nodes: whole.nodes.slice(target, target + 1),
      converged: whole.converged.slice(target, target + 1),
    })
    listener.progress?.({ stage: 'outputs attributed', done: output.length - left.size, total: output.length })
    if (work.takeCrash()) throw new ComputeError('crashed', 'A compute process ended (SIGKILL)')
  }
  return whole
}
