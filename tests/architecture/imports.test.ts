import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { importRules } from './import-rules.ts'
import { folders, listFiles, root } from './source-files.ts'

/** A tree that has lost most of its files must not pass for a clean one. */
const LEAST_MODULES = 250

async function cruiseTree(baseDir: string, paths: readonly string[]): Promise<ICruiseResult> {
  const { output } = await cruise([...paths], {
    baseDir,
    preserveSymlinks: true,
    doNotFollow: { path: ['(^|/)node_modules/'] },
    exclude: { path: ['^web/(dist|\\.dist-)', '^tests/fixtures/'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.css'],
    },
    validate: true,
    ruleSet: { forbidden: importRules.map((rule) => ({ ...rule, severity: 'error' })) },
  })
  if (typeof output === 'string') throw new Error(`dependency-cruiser answered in words: ${output}`)
  return output
}

const violationsOf = (result: ICruiseResult, rule: string): string[] =>
  result.summary.violations
    .filter((violation) => violation.rule.name === rule)
    .map(({ from, to, cycle }) => [from, ...(cycle?.map(({ name }) => name) ?? [to])].join(' → '))

describe('this checkout', () => {
  let result: ICruiseResult
  let files: readonly string[]

  beforeAll(async () => {
    files = listFiles(['.ts', '.tsx', '.js'])
    result = await cruiseTree(root, files)
  })

  test('[AR1] every source file is seen by the import rules', ({ annotate }) => {
    const seen = result.modules
      .map(({ source }) => source)
      .filter((source) => new RegExp(`^((${folders.join('|')})/|[^/]+\\.[tj]s$)`).test(source))
    expect(seen.filter((source) => /\.[tj]sx?$/.test(source)).sort()).toEqual(files)
    expect(files.length).toBeGreaterThanOrEqual(LEAST_MODULES)
    return annotate(`${files.length} modules, ${result.summary.totalDependenciesCruised} imports`)
  })

  test.each(importRules.map(({ name, comment }) => [name, comment]))('[%s] %s', (name) => {
    expect(violationsOf(result, name)).toEqual([])
  })
})

describe('a checkout that breaks every rule', () => {
  let folder: string
  let result: ICruiseResult

  const files = {
    'package.json':
      '{ "type": "module", "imports": { "#collab/*": "./collab/*" }, "dependencies": {}, "devDependencies": { "d3-scale": "4.0.3" } }',
    'compute/index.ts': `export const a = 1`,
    'compute/local.ts': `export const c = 1`,
    'compute/types.ts': `export type A = 1`,
    'compute/inner.ts': `import '../server/main.ts'\nimport 'onnxruntime-node'\nimport '@bufbuild/protobuf/wire'\nexport const b = 1`,
    'collab/index.ts': `import '../compute/index.ts'`,
    'collab/inner.ts': `import 'd3-scale'`,
    'server/main.ts': `import '../compute/inner.ts'\nimport '#collab/inner.ts'\nimport '../web/main.ts'\nimport './nowhere.ts'\nimport '../compute/local.ts'`,
    'server/wire/a.ts': `import 'node:fs'\nimport '../../compute/types.ts'`,
    'server/one/a.ts': `import type { B } from '../two/b.ts'\nexport type A = B`,
    'server/two/b.ts': `import type { A } from '../one/a.ts'\nexport type B = A`,
    'web/main.ts': `import '../server/main.ts'\nimport '../compute/types.ts'\nimport 'node:fs'\nimport './cycle.ts'\nimport '../tests/t.ts'`,
    'web/cycle.ts': `import './main.ts'`,
    'web/kin-one.ts': `import type { B } from './kin-two.ts'\nexport type A = B`,
    'web/kin-two.ts': `import type { A } from './kin-one.ts'\nexport type B = A`,
    'bin/a.js': `import 'd3-scale'`,
    'tests/t.ts': ``,
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'coattend-imports-'))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, '..'), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    result = await cruiseTree(
      folder,
      Object.keys(files).filter((path) => path !== 'package.json'),
    )
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(importRules.map(({ name }) => name))('[AR2] %s is noticed', (name) => {
    expect(violationsOf(result, name)).not.toEqual([])
  })

  test('[AR3] types of one folder may know each other', () => {
    const all = result.summary.violations.map(({ from }) => from)
    expect(all).not.toContainEqual(expect.stringContaining('kin'))
  })
})
