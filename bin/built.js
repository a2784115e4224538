import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runQuietly } from './command.js'
import { explainFileError, HouseError } from './house-error.js'
import { withLock } from './lock.js'

/** Everything that the web's bundle is made of. */
const sources = [
  'web',
  'server/wire',
  'collab/wire',
  'compute/types.ts',
  'vite.config.ts',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
]

/**
 * Makes sure that web/dist is built from the sources as they are. A build goes into a folder of its own that is renamed when complete, so that a
 * broken build never leaves half a page.
 * @param {{ root: string, env: NodeJS.ProcessEnv, narrator: import('./narrator.js').Narrator }} house
 */
export async function ensureBuilt({ root, env, narrator }) {
  if (readStamp(root) === hashSources(root)) return
  await withLock(
    join(root, '.coattend-lock'),
    async () => {
      const hash = hashSources(root)
      if (readStamp(root) === hash) return
      await narrator.during('Building the web page', () => build({ root, env, narrator }, hash))
    },
    (holder) => narrator.say(`Waiting for ${holder}, which is installing or building in this folder …`),
  )
}

/**
 * @param {Parameters<typeof ensureBuilt>[0]} house
 * @param {string} hash
 */
async function build({ root, env, narrator }, hash) {
  const web = join(root, 'web')
  removeLeftovers(web)
  const fresh = join(web, `.dist-${process.pid}`)
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const outcome = await runQuietly(
    process.execPath,
    [vite, 'build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'],
    {
      cwd: root,
      env: { ...env, NODE_ENV: 'production' },
    },
  )
  if (outcome.code !== 0 || !existsSync(join(fresh, 'index.html'))) {
    rmSync(fresh, { recursive: true, force: true })
    narrator.say(outcome.output.trim())
    throw new HouseError('build', 'the web page could not be built: the reason is above')
  }
  try {
    writeFileSync(join(fresh, '.stamp'), hash)
    if (existsSync(join(web, 'dist'))) renameSync(join(web, 'dist'), `${fresh}-old`)
    renameSync(fresh, join(web, 'dist'))
    rmSync(`${fresh}-old`, { recursive: true, force: true })
  } catch (error) {
    throw explainFileError(error, web) ?? error
  }
}

/** What builds that were killed have left. @param {string} web */
function removeLeftovers(web) {
  for (const name of readdirSync(web))
    if (name.startsWith('.dist-')) rmSync(join(web, name), { recursive: true, force: true })
}

/** @param {string} root */
function readStamp(root) {
  try {
    return readFileSync(join(root, 'web', 'dist', '.stamp'), 'utf8')
  } catch {
    return null
  }
}

/**
 * One hash over names and contents: a fresh clone, a touched file or a switched branch with equal contents needs no build.
 * @param {string} root
 */
export function hashSources(root) {
  const hash = createHash('sha256')
  for (const file of sources.flatMap((source) => listFiles(root, source))) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {string[]}
 */
function listFiles(root, path) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false })
  if (stat === undefined) return []
  if (!stat.isDirectory()) return [path]
  const names = readdirSync(join(root, path)).filter(
    (name) => !name.startsWith('.') && !(path === 'web' && name === 'dist'),
  )
  return names.sort().flatMap((name) => listFiles(root, `${path}/${name}`))
}
