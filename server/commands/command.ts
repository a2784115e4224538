import { availableParallelism } from 'node:os'
import type { loadLocal } from '#compute/index.ts'
import type { Device } from '#compute/types.ts'
import type { ServerEnvironment } from '../settings.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import { UsageError } from './usage-error.ts'

/** Where a command writes: results on standard output, everything else on standard error. */
export interface Streams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether standard error is read by a person, who sees a line written over. */
  readonly isTerminal?: boolean
}

export interface CommandContext {
  readonly name: string
  readonly options: OptionSpecs
  readonly args: Arguments
  /** The words after the command, for those that are read elsewhere. */
  readonly words: readonly string[]
  readonly env: ServerEnvironment
  readonly streams: Streams
}

export interface Command {
  readonly name: string
  /** What stands after the name in the help: `CHECKPOINT`. */
  readonly positionals: readonly string[]
  readonly summary: string
  readonly options: OptionSpecs
  /** Resolves with the exit code, 0 where nothing is returned. */
  readonly run: (context: CommandContext) => Promise<number | void>
}

export type Local = Awaited<ReturnType<typeof loadLocal>>

/** Options that every compute command takes. */
export const commonOptions: OptionSpecs = {
  device: { value: 'cpu|webgpu|cuda', help: 'where to compute; a device that is named is used or the command fails' },
  json: { value: null, help: 'one JSON document on standard output' },
}

/** Options of every command that reads a text: which languages it is about, in a multilingual translator. */
export const languageOptions: OptionSpecs = {
  'source-language': {
    value: 'CODE',
    help: 'language of the text (mBART, M2M100, NLLB), such as de_DE, de or deu_Latn',
  },
  'target-language': { value: 'CODE', help: 'language to write; inspect lists the codes' },
}

/** Options that say that texts are read, not ids. */
export const readsText: readonly string[] = ['text', 'conversation', 'target', 'corpus']

/** The positional argument of a command that takes one. */
export function onlyPositional({ positionals }: Arguments, name: string): string {
  const [value, extra] = positionals
  if (value === undefined) throw new UsageError(`${name} is missing; give it after the command`)
  if (extra !== undefined)
    throw new UsageError(`${JSON.stringify(extra)} is one argument too many; quote values with spaces`)
  return value
}

/** Processors used by one command. */
export const threads = (): number => Math.min(16, availableParallelism())

export const deviceOf = (args: Arguments): Device | null =>
  args.choice<Device>('device', ['cpu', 'webgpu', 'cuda']) ?? null
