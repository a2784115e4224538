import { pathToFileURL } from 'node:url'
import { join } from 'node:path'

/**
 * Runs a TypeScript program of this checkout in this process, so that signals and exit codes are its own.
 * @param {string} root
 * @param {string} path such as `server/main.ts`
 * @returns {Promise<Record<string, unknown>>} what it exports
 */
export async function enterTypeScript(root, path) {
  const { register } = await import('tsx/esm/api')
  register()
  return import(pathToFileURL(join(root, path)).href)
}
