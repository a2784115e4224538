import { describe, expect, it } from 'vitest'
import { startProgress } from '#server/commands/progress.ts'

/** What is written when a report comes every 100 ms, each one further. */
function watch(isTerminal: boolean, stages: readonly (readonly [stage: string, from: number, to: number])[]): string {
  let [written, time] = ['', 0]
  const line = startProgress({ isTerminal, err: (text) => void (written += text) }, () => time)
  for (const [stage, from, to] of stages) {
    for (let done = from; done <= to; done++, time += 100) line.report({ stage, done, total: 200 })
  }
  line.end()
  return written
}

describe('progress on standard error', () => {
  it('[CL60] is one line written over on a terminal, and cleared in the end', () => {
    const lines = watch(true, [['rows', 100, 108]]).split('\r')
    expect(lines.map((text) => text.trimEnd())).toEqual([
      '100 of 200 rows',
      '103 of 200 rows, 10/s, 10 s left',
      '106 of 200 rows, 10/s, 10 s left',
      '',
      '',
    ])
    expect(new Set(lines.slice(0, -1).map(({ length }) => length)).size).toBe(1)
  })

  it('[CL61] is a line every five seconds elsewhere, and none of what takes less', () => {
    expect(watch(false, [['rows', 0, 40]])).toBe('')
    expect(watch(false, [['rows', 20, 130]])).toBe('70 of 200 rows, 10/s, 13 s left\n120 of 200 rows, 10/s, 8 s left\n')
  })

  it('[CL62] says nothing of a rate where a stage has just begun', () => {
    const lines = watch(true, [
      ['layers', 0, 2],
      ['points', 50, 50],
    ])
    expect(lines).toMatch(/^0 of 200 layers {2,}\r50 of 200 points {2,}\r +\r$/)
  })
})
