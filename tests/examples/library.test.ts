/** The program that shows the engine as a library. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

test('[EX17] the example of the library explains every token of an output, with small gaps', () => {
  const program = fileURLToPath(new URL('../../examples/attribute.ts', import.meta.url))
  const table = execFileSync(process.execPath, ['--import', 'tsx', program], { encoding: 'utf8' })
  const [head, ...rows] = table.trimEnd().split('\n')
  expect(head!.split('\t').slice(1)).toEqual(['log-prob', '▁The', '▁cat', '▁sleeps', '.', '</s>', 'gap'])
  expect(rows.map((row) => row.split('\t')[0])).toEqual(['▁Die', '▁Katze', '▁schläft', '.', '</s>'])
  for (const row of rows) expect(Math.abs(Number(row.split('\t').at(-1)))).toBeLessThan(0.2)
})
