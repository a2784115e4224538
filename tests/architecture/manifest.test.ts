import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { oldestNode } from '../../bin/node-version.js'
import { readSource, root } from './source-files.ts'

const packageSchema = z.object({
  engines: z.object({ node: z.string() }),
  imports: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
})
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      integrity: z.string().optional(),
      dependencies: z.record(z.string(), z.string()).optional(),
      optionalDependencies: z.record(z.string(), z.string()).optional(),
    }),
  ),
})

const manifest = packageSchema.parse(JSON.parse(readSource('package.json')))
const lock = lockSchema.parse(JSON.parse(readSource('package-lock.json')))

test('[AR40] package.json names exact versions', () => {
  const pins = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  expect(pins.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([])
})

test('[AR41] the lock file holds checksums and no address of a registry', () => {
  const text = readSource('package-lock.json')
  expect(text).not.toMatch(/"resolved":|registry\.|\.tgz/)
  const unchecked = Object.entries(lock.packages).filter(([path, { integrity }]) => path !== '' && !integrity)
  expect(unchecked.map(([path]) => path)).toEqual([])
})

test('[AR42] the lock file is complete for every platform', () => {
  // npm leaves out what its registry did not have when the file was written; `npm ci` then refuses it with an empty cache.
  const names = new Set(Object.keys(lock.packages).map((path) => path.split('node_modules/').at(-1)))
  const wanted = Object.values(lock.packages).flatMap((entry) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }),
  )
  expect(wanted.filter((name) => !names.has(name))).toEqual([])
})

test('[AR43] the lock file holds the versions that package.json names', () => {
  const pins = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
  expect(pins.filter(([name, version]) => lock.packages[`node_modules/${name}`]?.version !== version)).toEqual([])
})

test('[AR44] the oldest Node is the same everywhere it is named', () => {
  expect(manifest.engines.node).toBe(`>=${oldestNode.major}.${oldestNode.minor}`)
})

test('[AR45] every room has its short name', () => {
  for (const room of ['compute', 'collab', 'server', 'web', 'tests'])
    expect(manifest.imports[`#${room}/*`]).toBe(`./${room}/*`)
})

test('[AR46] installing downloads no CUDA', () => {
  expect(readSource('.npmrc')).toMatch(/^onnxruntime-node-install=skip$/m)
})

test('[AR47] migrations are numbered without a gap, and their times rise strictly', () => {
  const journal = z
    .object({ entries: z.array(z.object({ idx: z.number(), when: z.number(), tag: z.string() })) })
    .parse(JSON.parse(readSource('migrations/meta/_journal.json')))
  expect(journal.entries.length).toBeGreaterThan(0)
  journal.entries.forEach(({ idx, when, tag }, index) => {
    expect(idx).toBe(index)
    expect(tag).toMatch(new RegExp(`^${String(index).padStart(4, '0')}_`))
    expect(existsSync(join(root, 'migrations', `${tag}.sql`))).toBe(true)
    if (index > 0) expect(when).toBeGreaterThan(journal.entries[index - 1]?.when ?? Infinity)
  })
  const written = readdirSync(join(root, 'migrations')).filter((name) => name.endsWith('.sql'))
  expect(written).toHaveLength(journal.entries.length)
})
