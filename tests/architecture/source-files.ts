import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root folder of this checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Everything that somebody wrote for Coattend lies in these. */
export const folders = [
  'bench',
  'bin',
  'collab',
  'compute',
  'examples',
  'migrations',
  'server',
  'tests',
  'web',
] as const

const skipped = new Set(['node_modules', 'dist', 'fixtures', 'results', 'screenshots'])

/** Paths of all files below the folders, and of the configuration in the root, whose names end as asked; relative, with `/`. */
export function listFiles(endings: readonly string[]): readonly string[] {
  const matches = (name: string): boolean => endings.some((ending) => name.endsWith(ending))
  const inRoot = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile() && matches(entry.name))
  return [...inRoot.map((entry) => entry.name), ...folders.flatMap((folder) => walk(folder).filter(matches))].sort()
}

function walk(folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      if (entry.name.startsWith('.') || skipped.has(entry.name)) return []
      const path = `${folder}/${entry.name}`
      return entry.isDirectory() ? walk(path) : [path]
    })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [] // a folder may still be to come
    throw error
  }
}

/** The text of one of these files. */
export function readSource(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
