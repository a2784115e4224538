import solid from 'vite-plugin-solid'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { makeTestReport } from './bin/test-report.js'

// One seed for all workers of a run; `COATTEND_TEST_SEED` repeats a run.
process.env['COATTEND_TEST_SEED'] ??= String(Math.floor(Math.random() * 2 ** 32))

// `npm test` counts from this file rather than from what vitest prints.
const report = process.env['COATTEND_TEST_REPORT']

const MINUTE = 60_000

/** The full counts of `npm run test:long` take minutes a test. */
const usual = process.env['COATTEND_TEST_LONG'] === '1' ? 60 * MINUTE : 20_000

/**
 * Every project runs one test file per child process: onnxruntime-node must not be loaded twice in one process, and a native crash takes one
 * file with it and no more. At most two processes, because the machines that run this have two cores.
 */
function project(
  name: string,
  include: string[],
  more: TestProjectInlineConfiguration = {},
): TestProjectInlineConfiguration {
  return {
    ...more,
    test: {
      name,
      include,
      environment: 'node',
      pool: 'forks',
      isolate: true,
      maxWorkers: 2,
      testTimeout: usual,
      hookTimeout: MINUTE,
      ...more.test,
    },
  }
}

/** A file that takes minutes begins first: else all others are done long before it, and it has one of two processors. */
class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification): boolean => moduleId.endsWith('/runtime/webgpu.test.ts')
    const sorted = await super.sort(files)
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))]
  }
}

/** Files of these run one at a time, after the others: they start servers and browsers and measure time. */
const alone = { fileParallelism: false, maxWorkers: 1 }

const ts = '**/*.test.{ts,tsx}'

export default defineConfig({
  test: {
    sequence: { sequencer: SlowestFirst },
    reporters: report ? ['default', makeTestReport(report)] : ['default'],
    projects: [
      project('unit', [`tests/{compute,collab,server,examples,house}/${ts}`]),
      // Its own project, because browser conditions would give the server the browser builds of ws and yjs.
      project('web', [`tests/web/${ts}`], { plugins: [solid()] }),
      project('architecture', [`tests/architecture/${ts}`], { test: { testTimeout: 2 * MINUTE } }),
      project('contract', [`tests/contract/${ts}`], {
        test: {
          globalSetup: ['tests/support/postgres-setup.ts'],
          testTimeout: MINUTE,
          hookTimeout: 2 * MINUTE,
          ...alone,
          sequence: { groupOrder: 1 },
        },
      }),
      // A browser that draws and waits leaves a processor to the others.
      project('stories', [`tests/stories/${ts}`], { test: { testTimeout: 4 * MINUTE, hookTimeout: 3 * MINUTE } }),
      // A browser waits as much as it works, and two of these files share nothing.
      project('e2e', ['tests/e2e/*.test.ts'], {
        test: { testTimeout: 4 * MINUTE, hookTimeout: 3 * MINUTE, sequence: { groupOrder: 2 } },
      }),
      project('timed', [`tests/e2e/timed/${ts}`], {
        test: { testTimeout: 3 * MINUTE, hookTimeout: 3 * MINUTE, ...alone, sequence: { groupOrder: 3 } },
      }),
    ],
  },
})
