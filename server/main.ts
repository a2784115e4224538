import { serve } from './serve.ts'
import { ServerError } from './errors.ts'
import { type ServerEnvironment, readSettings } from './settings.ts'

/** `npm start`: serves with these options and this environment, and resolves with the exit code. */
export async function main(args: readonly string[], env: ServerEnvironment): Promise<number> {
  try {
    return await serve(readSettings(args, env))
  } catch (error) {
    if (!(error instanceof ServerError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}
