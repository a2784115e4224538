/** The command line: `npm run -s coattend -- COMMAND`. Exit code 0, 2 for a user's error, 1 for our own. */
import { ComputeError, isUserError } from '#compute/index.ts'
import { parseArguments } from './commands/arguments.ts'
import type { Command, Streams } from './commands/command.ts'
import { UsageError } from './commands/usage-error.ts'
import { Refusal, ServerError } from './errors.ts'
import type { ServerEnvironment } from './settings.ts'

/** Each is loaded when it is called: `inspect` should not wait for the code of a server. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  devices: async () => (await import('./commands/devices.ts')).devices,
  inspect: async () => (await import('./commands/inspect.ts')).inspect,
  tokenize: async () => (await import('./commands/tokenize.ts')).tokenize,
  forward: async () => (await import('./commands/forward.ts')).forward,
  generate: async () => (await import('./commands/generate.ts')).generate,
  attribute: async () => (await import('./commands/attribute.ts')).attribute,
  evaluate: async () => (await import('./commands/evaluate.ts')).evaluate,
  ablate: async () => (await import('./commands/ablate.ts')).ablate,
  faithfulness: async () => (await import('./commands/faithfulness.ts')).faithfulness,
  lens: async () => (await import('./commands/lens.ts')).lens,
  project: async () => (await import('./commands/project.ts')).projectCommand,
  roles: async () => (await import('./commands/roles.ts')).roles,
  import: async () => (await import('./commands/import.ts')).importCheckpoint,
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
}

const standardStreams: Streams = {
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY,
}

/** Runs one command and resolves with its exit code. */
export async function main(
  words: readonly string[],
  env: ServerEnvironment,
  streams: Streams = standardStreams,
): Promise<number> {
  const [name, ...rest] = words
  if (name === undefined || name === '--help' || name === 'help') {
    streams.out(await overview())
    return name === undefined ? 2 : 0
  }
  try {
    const load = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (load === undefined) {
      throw new UsageError(`Unknown command ${name}; there are ${Object.keys(commands).join(', ')}`)
    }
    const command = await load()
    if (rest.includes('--help')) {
      streams.out(help(command))
      return 0
    }
    const args = parseArguments(rest, command.options)
    if (command.positionals.length === 0 && args.positionals.length > 0) {
      throw new UsageError(`${command.name} takes no argument ${JSON.stringify(args.positionals[0])}`)
    }
    return (await command.run({ name, options: command.options, args, words: rest, env, streams })) ?? 0
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

async function overview(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  const width = Math.max(...all.map((command) => usageOf(command).length))
  const lines = all.map((command) => `  ${usageOf(command).padEnd(width)}  ${command.summary}`)
  const [title, hint] = [
    'Look inside generative transformers.',
    'coattend COMMAND --help lists the options of a command.',
  ]
  return [title, '', ...lines, '', hint].join('\n')
}

/** What is longer has its explanation on the next line. */
const widestOption = 40

function help(command: Command): string {
  const options = Object.entries(command.options).map(([name, { value, help: text }]) => ({
    left: `--${name}${value === null ? '' : ` ${value}`}`,
    text,
  }))
  const fits = ({ left }: { readonly left: string }): boolean => left.length <= widestOption
  const width = Math.max(...options.filter(fits).map(({ left }) => left.length))
  const lines = options.map((option) =>
    fits(option)
      ? `  ${option.left.padEnd(width)}  ${option.text}`
      : `  ${option.left}\n  ${' '.repeat(width)}  ${option.text}`,
  )
  return [`${usageOf(command)} [options]: ${command.summary}`, '', ...lines].join('\n')
}
