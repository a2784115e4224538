/**
 * Rendering a chat template that nobody has looked at: bounded in time by the clock and in space by the size of every value. The language is
 * Jinja, by the package of Hugging Face, with the globals that transformers gives to its templates.
 */
import { Script } from 'node:vm'
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja'
import { ComputeError } from '#compute/errors.ts'
import { formatTime } from './format-time.ts'

/** A real template takes a few milliseconds. */
const mostMilliseconds = 500
/** Characters of a text, entries of a list: no model reads more. */
const mostInValue = 2 ** 20

/** Renders a template with variables. What it refuses by `raise_exception` is a `bad-input`; everything else that fails, a `bad-checkpoint`. */
export function renderTemplate(template: string, variables: Readonly<Record<string, unknown>>, now: Date): string {
  try {
    // The limit holds for all that is called inside, whichever file it comes from.
    return new Script('render()').runInNewContext(
      { render: () => run(template, variables, now) },
      { timeout: mostMilliseconds },
    ) as string // what `run` returns
  } catch (cause) {
    if (cause instanceof ComputeError) throw cause
    throw new ComputeError(
      'bad-checkpoint',
      `The chat template cannot be used: ${faultOf(cause)}. Give a plain --text`,
      {
        cause,
      },
    )
  }
}

function faultOf(cause: unknown): string {
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown } // errors come from another context too
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return `it takes longer than ${mostMilliseconds} ms`
  return String(message ?? cause)
    .split('\n')[0]!
    .slice(0, 200)
}

function run(template: string, variables: Readonly<Record<string, unknown>>, now: Date): string {
  const environment = new Environment()
  for (const [name, value] of Object.entries({ ...globals(now), ...variables })) environment.set(name, value)
  const interpreter = new Interpreter(environment)
  const evaluate = interpreter.evaluate.bind(interpreter)
  interpreter.evaluate = (statement, scope) => {
    for (const argument of widthsOf(statement)) requireModest(evaluate(argument, scope).value)
    const value = evaluate(statement, scope)
    requireSmall(value.value)
    return value
  }
  const { value } = interpreter.run(parse(tokenize(template, { lstrip_blocks: true, trim_blocks: true })))
  return value as string // a program's value is its text
}

function requireSmall(value: unknown): void {
  const size = typeof value === 'string' || Array.isArray(value) ? value.length : 0
  if (size > mostInValue) throw new Error(`it makes a value of ${size} characters or entries`)
}

type Statement = Parameters<Interpreter['evaluate']>[0]

/** Filters that make as many spaces as they are told to. */
const widthFilters: readonly unknown[] = ['indent', 'tojson']

/** The arguments of a filter that makes spaces. */
function widthsOf(statement: Statement): readonly Statement[] {
  const { filter } = (statement ?? {}) as { readonly filter?: FilterCall }
  if (filter?.type !== 'CallExpression' || !widthFilters.includes(filter.callee?.value)) return []
  return (
    filter.args?.map((argument) =>
      'value' in argument && argument.type === 'KeywordArgumentExpression' ? argument.value : argument,
    ) ?? []
  )
}

/** The part of the package's syntax tree that is looked at here; it does not export its types. */
interface FilterCall {
  readonly type: string
  readonly callee?: { readonly value?: unknown }
  readonly args?: readonly (NonNullable<Statement> & { readonly value: Statement })[]
}

const mostSpaces = 1000

function requireModest(value: unknown): void {
  if (typeof value === 'number' && value > mostSpaces) throw new Error(`it indents by ${value} spaces`)
}

function globals(now: Date): Readonly<Record<string, unknown>> {
  return {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    range: makeRange,
    strftime_now: (format: unknown) => formatTime(now, String(format)),
    raise_exception: (message: unknown) => {
      const said = String(message).slice(0, 500)
      throw new ComputeError('bad-input', `The chat template refuses this conversation: ${said}`)
    },
  }
}

/** Python's `range`. */
function makeRange(first: number, second?: unknown, third?: unknown): readonly number[] {
  const [start, stop] = typeof second === 'number' ? [first, second] : [0, first]
  const step = typeof third === 'number' ? third : 1
  if (step === 0) throw new Error('range() has a step of 0')
  const count = Math.max(0, Math.ceil((stop - start) / step))
  if (!(count <= mostInValue)) throw new Error(`range() has ${count} entries`)
  return Array.from({ length: count }, (_, index) => start + index * step)
}
