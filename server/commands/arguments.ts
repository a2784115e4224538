/** Reading a command line: options as `--name value` or `--name=value`, flags without a value, the rest in order. */
import { UsageError } from './usage-error.ts'

export interface OptionSpec {
  /** What stands after the name in the help; null for a flag. */
  readonly value: string | null
  readonly help: string
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>

/** What was written, by option name. The last of equal options counts. */
export interface Arguments {
  readonly positionals: readonly string[]
  has(name: string): boolean
  text(name: string): string | undefined
  /** A finite number. */
  number(name: string): number | undefined
  /** A whole number from `least`. */
  whole(name: string, least: number): number | undefined
  /** One of a few words. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined
}

/** Splits the words after the command. A value may start with a dash: what follows an option that takes one is its value. */
export function parseArguments(words: readonly string[], specs: OptionSpecs): Arguments {
  const values = new Map<string, string>()
  const positionals: string[] = []
  let onlyPositionals = false
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (onlyPositionals || !word.startsWith('--')) {
      if (!onlyPositionals && /^-[A-Za-z]/.test(word)) throw unknown(word, specs)
      positionals.push(word)
    } else if (word === '--') onlyPositionals = true
    else i += take(word, words[i + 1], specs, values)
  }
  return readerOf(positionals, values)
}

/** Stores one option; returns how many further words it used. */
function take(word: string, next: string | undefined, specs: OptionSpecs, values: Map<string, string>): number {
  const equals = word.indexOf('=')
  const name = equals < 0 ? word.slice(2) : word.slice(2, equals)
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
  if (spec === undefined) throw unknown(`--${name}`, specs)
  if (spec.value === null) {
    if (equals >= 0) throw new UsageError(`--${name} takes no value`)
    values.set(name, '')
    return 0
  }
  const value = equals < 0 ? next : word.slice(equals + 1)
  if (value === undefined) throw new UsageError(`--${name} needs a value: --${name} ${spec.value}`)
  values.set(name, value)
  return equals < 0 ? 1 : 0
}

function unknown(word: string, specs: OptionSpecs): UsageError {
  const known = Object.keys(specs).map((name) => `--${name}`)
  return new UsageError(`Unknown option ${word}; this command takes ${known.join(', ')}`)
}

function readerOf(positionals: readonly string[], values: ReadonlyMap<string, string>): Arguments {
  const text = (name: string): string | undefined => values.get(name)
  const number = (name: string): number | undefined => {
    const written = values.get(name)
    if (written === undefined) return undefined
    const read = Number(written)
    if (written.trim() === '' || !Number.isFinite(read))
      throw new UsageError(`--${name} must be a number, not ${JSON.stringify(written)}`)
    return read
  }
  return {
    positionals,
    text,
    number,
    has: (name) => values.has(name),
    whole: (name, least) => {
      const read = number(name)
      if (read === undefined || (Number.isSafeInteger(read) && read >= least)) return read
      throw new UsageError(`--${name} must be a whole number from ${least}, not ${JSON.stringify(text(name))}`)
    },
    choice: <T extends string>(name: string, choices: readonly T[]): T | undefined => {
      const written = values.get(name)
      const found = choices.find((choice) => choice === written)
      if (written === undefined || found !== undefined) return found
      throw new UsageError(`--${name} must be ${choices.join(' or ')}, not ${JSON.stringify(written)}`)
    },
  }
}
