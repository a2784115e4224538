import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './checkout.js'
import { runNpm } from './npm.js'

/** Newer versions of Node that the long tests run the unit tests on. */
export const otherNodes = ['22.23.3', '24.21.0']

/**
 * The program of that Node, fetched through npm where it is not in our cache. The package `node` would need its install script; this is the one
 * with the program that the script would fetch.
 * @param {string} version
 * @param {{ env: NodeJS.ProcessEnv, narrator: import('./narrator.js').Narrator }} house
 */
export async function provideNode(version, { env, narrator }) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const home = join(cacheFolder, `node-${version}`)
  const program = join(home, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(program)) return program
  mkdirSync(home, { recursive: true })
  await narrator.during(`Fetching Node ${version}`, () =>
    runNpm(['install', '--no-save', '--no-package-lock', '--prefix', home, `${name}@${version}`], {
      cwd: home,
      env,
      show: narrator.say,
    }),
  )
  return program
}
