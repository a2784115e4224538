import { checkout } from './checkout.js'
import { makeNarrator } from './narrator.js'
import { runProgram } from './program.js'
import { enterCompiled } from './compiled.js'
import { isStamped } from './stamp.js'

/**
 * Runs one of the server's programs in this process once everything it needs is there.
 * @param {string} path of a module that exports `main(args, env)`, which resolves with the exit code, or with nothing for 0
 * @param {{ web: boolean }} needs whether the program serves the web page
 */
export async function runPrepared(path, { web }) {
  // Before a CUDA library is loaded, here or in a compute process: tensor cores would round float32 to 10 bits, and gaps would open.
  process.env['NVIDIA_TF32_OVERRIDE'] ??= '0'
  const house = { root: checkout, env: process.env, narrator: makeNarrator(process.stderr) }
  await runProgram(async () => {
    // What is not needed is not even loaded, because the command line is called often.
    if (!isStamped(house.root)) await (await import('./installed.js')).ensureInstalled(house)
    if (web) await (await import('./built.js')).ensureBuilt(house)
    const { main } = await enterCompiled(house, path)
    return /** @type {(args: readonly string[], env: NodeJS.ProcessEnv) => Promise<number | void>} */ (main)(
      process.argv.slice(2),
      process.env,
    )
  })
}
