import { createHash, randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { explainFileError, HouseError } from './house-error.js'

/** What the server's programs are made of. */
const sources = ['server', 'collab', 'compute', 'package.json', 'package-lock.json', 'tsconfig.json', 'bin/compiled.js']
const programs = ['server/main.ts', 'server/cli.ts']

/** Older ones stay for a while, because a server that runs may still load from its own. */
const KEPT_FOLDERS = 10

/** A file that is run as a process of its own: `new URL('./worker.ts', import.meta.url)`. */
const entryPattern = /new URL\('\.\/([\w-]+)\.ts', import\.meta\.url\)/g

/**
 * Runs one of the server's programs from its compiled form, in this process, so that signals and exit codes are its own. Translating each file as it
 * is loaded would cost every start, and every compute process, more than a second of processor time.
 * @param {{ root: string, narrator: import('./narrator.js').Narrator }} house
 * @param {string} path such as `server/main.ts`
 * @returns {Promise<Record<string, unknown>>} what it exports
 */
export async function enterCompiled(house, path) {
  const folder = await ensureCompiled(house)
  process.setSourceMapsEnabled(true)
  return import(pathToFileURL(join(folder, path.replace(/\.ts$/, '.js'))).href)
}

/**
 * Compiles the server's programs where their sources have changed, which takes half a second.
 * @param {{ root: string, narrator: import('./narrator.js').Narrator }} house
 * @returns {Promise<string>} the folder of the compiled programs
 */
export async function ensureCompiled({ root, narrator }) {
  const files = sources.flatMap((source) => listFiles(root, source))
  const cache = join(root, 'node_modules', '.cache', 'coattend')
  const folder = join(cache, `programs-${sign(root, files)}`)
  if (existsSync(folder)) return folder
  const fresh = join(cache, `programs-${randomUUID()}`)
  try {
    await compile({ root, narrator, files, out: fresh, home: folder })
    settle(fresh, folder)
    removeOld(cache)
  } catch (error) {
    throw explainFileError(error, cache) ?? error
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
  return folder
}

/**
 * @param {{ root: string, narrator: import('./narrator.js').Narrator, files: readonly string[], out: string, home: string }} work `home` is where
 *   the result is going to lie
 */
async function compile({ root, narrator, files, out, home }) {
  const { build, stop } = await import('esbuild')
  try {
    await build({
      absWorkingDir: root,
      entryPoints: [...programs.filter((path) => existsSync(join(root, path))), ...findEntries(root, files)],
      outdir: out,
      outbase: root,
      bundle: true,
      splitting: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      sourcemap: true,
      logLevel: 'silent',
      plugins: [{ name: 'addresses', setup: (builder) => keepAddresses(builder, home, root) }],
    })
  } catch (error) {
    const { errors } = /** @type {import('esbuild').BuildFailure} */ (error)
    for (const { text, location } of errors ?? [])
      narrator.say(location ? `${location.file}:${location.line}: ${text}` : text)
    throw errors ? new HouseError('build', 'the server could not be compiled: the reason is above') : error
  } finally {
    await stop() // its own process would stay for as long as ours
  }
}

/**
 * A compiled file lies elsewhere, but what it finds beside itself still lies beside its source; only programs to start are taken compiled.
 * @param {import('esbuild').PluginBuild} builder
 * @param {string} home
 * @param {string} root
 */
function keepAddresses(builder, home, root) {
  builder.onLoad({ filter: /\.ts$/ }, ({ path }) => {
    const text = readFileSync(path, 'utf8')
    const folder = `${pathToFileURL(join(home, path.slice(root.length + 1), '..')).href}/`
    const entries = text.replace(entryPattern, (_, name) => `new URL('./${name}.js', ${JSON.stringify(folder)})`)
    if (!entries.includes('import.meta.url')) return { contents: entries, loader: 'ts' }
    // On the first line, so that the lines of error messages stay right.
    const address = `const __url = ${JSON.stringify(pathToFileURL(path).href)};`
    return { contents: address + entries.replaceAll('import.meta.url', '__url'), loader: 'ts' }
  })
}

/**
 * @param {string} root
 * @param {readonly string[]} files
 */
function findEntries(root, files) {
  const scripts = files.filter((file) => file.endsWith('.ts'))
  const found = scripts.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(entryPattern)].map(
      ([, name]) => `${file.slice(0, file.lastIndexOf('/'))}/${name}.ts`,
    ),
  )
  return [...new Set(found)]
}

/** Somebody else may have been quicker; theirs is as good. @param {string} fresh @param {string} folder */
function settle(fresh, folder) {
  try {
    renameSync(fresh, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

/** @param {string} cache */
function removeOld(cache) {
  const folders = readdirSync(cache)
    .filter((name) => name.startsWith('programs-'))
    .map((name) => ({ path: join(cache, name), time: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.time - a.time)
  for (const { path } of folders.slice(KEPT_FOLDERS)) rmSync(path, { recursive: true, force: true })
}

/**
 * Names, sizes and times of the sources: cheaper than reading them at every start, and a needless compilation costs little.
 * @param {string} root
 * @param {readonly string[]} files
 */
function sign(root, files) {
  const hash = createHash('sha256').update(root)
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(root, file))
    hash.update(`${file}\0${size}\0${mtimeMs}\0`)
  }
  return hash.digest('hex').slice(0, 16)
}

/**
 * @param {string} root
 * @param {string} path
 * @returns {string[]}
 */
function listFiles(root, path) {
  if (!existsSync(join(root, path))) return []
  if (!statSync(join(root, path)).isDirectory()) return [path]
  const entries = readdirSync(join(root, path), { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath ?? entry.path, entry.name)
        .slice(root.length + 1)
        .split(sep)
        .join('/'),
    )
    .sort()
}
