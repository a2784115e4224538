import { HouseError } from './house-error.js'
import { endWithParent } from './parent.js'

/**
 * Runs a program of bin to its end: a house error becomes its one line on standard error and exit code 1, anything else is our own fault and shows
 * where it happened.
 * @param {() => Promise<number | void>} program
 */
export async function runProgram(program) {
  const unwatch = endWithParent(process.env)
  try {
    const code = await program()
    if (typeof code === 'number') process.exitCode = code
  } catch (error) {
    console.error(error instanceof HouseError ? `coattend: ${error.message}` : error)
    process.exitCode = error instanceof HouseError && error.kind === 'usage' ? 2 : 1
  } finally {
    unwatch()
  }
}
