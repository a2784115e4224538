/** The command line: `npm run -s coattend -- COMMAND`. Exit code 0, 2 for a user's error, 1 for our own. */
import { ComputeError, isUserError } from '#compute/index.ts'
import { parseArguments } from './commands/arguments.ts'
import { attribute } from './commands/attribute.ts'
import type { Command, Streams } from './commands/command.ts'
import { devices } from './commands/devices.ts'
import { forward } from './commands/forward.ts'
import { generate } from './commands/generate.ts'
import { importCheckpoint } from './commands/import.ts'
import { inspect } from './commands/inspect.ts'
import { serveCommand } from './commands/serve.ts'
import { tokenize } from './commands/tokenize.ts'
import { UsageError } from './commands/usage-error.ts'
import { Refusal, ServerError } from './errors.ts'
import type { ServerEnvironment } from './settings.ts'

const commands: readonly Command[] = [
  devices,
  inspect,
  tokenize,
  forward,
  generate,
  attribute,
  importCheckpoint,
  serveCommand,
]

const standardStreams: Streams = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(text),
}

/** Runs one command and resolves with its exit code. */
export async function main(
  words: readonly string[],
  env: ServerEnvironment,
  streams: Streams = standardStreams,
): Promise<number> {
  const [name, ...rest] = words
  if (name === undefined || name === '--help' || name === 'help') {
    streams.out(overview())
    return name === undefined ? 2 : 0
  }
  try {
    const command = commands.find((candidate) => candidate.name === name)
    if (command === undefined) {
      throw new UsageError(`Unknown command ${name}; there are ${commands.map((known) => known.name).join(', ')}`)
    }
    if (rest.includes('--help')) {
      streams.out(help(command))
      return 0
    }
    const args = parseArguments(rest, command.options)
    if (command.positionals.length === 0 && args.positionals.length > 0) {
      throw new UsageError(`${command.name} takes no argument ${JSON.stringify(args.positionals[0])}`)
    }
    return (await command.run({ args, words: rest, env, streams })) ?? 0
  } catch (error) {
    return report(error, streams)
  }
}

/** A user's error is one clear line; our own shows where it happened. */
function report(error: unknown, { err }: Streams): number {
  const isMendable =
    error instanceof UsageError ||
    error instanceof Refusal ||
    isUserError(error) ||
    (error instanceof ServerError && error.kind !== 'internal')
  if (isMendable) {
    err(`${error.message.replaceAll(/\s*\n\s*/g, ' ')}\n`)
    return 2
  }
  if (error instanceof ComputeError) err(`${error.message}\n`)
  err(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  return 1
}

const usageOf = ({ name, positionals }: Command): string => ['coattend', name, ...positionals].join(' ')

function overview(): string {
  const width = Math.max(...commands.map((command) => usageOf(command).length))
  const lines = commands.map((command) => `  ${usageOf(command).padEnd(width)}  ${command.summary}`)
  return [
    'Look inside generative transformers.',
    '',
    ...lines,
    '',
    'coattend COMMAND --help lists the options of a command.',
  ].join('\n')
}

function help(command: Command): string {
  const options = Object.entries(command.options).map(([name, { value, help: text }]) => ({
    left: `--${name}${value === null ? '' : ` ${value}`}`,
    text,
  }))
  const width = Math.max(...options.map(({ left }) => left.length))
  return [
    `${usageOf(command)} [options]: ${command.summary}`,
    '',
    ...options.map(({ left, text }) => `  ${left.padEnd(width)}  ${text}`),
  ].join('\n')
}
