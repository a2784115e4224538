/** The drawings of the views in a page of their own: what a frame costs, without the server. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright'
import { buildPage, serveFolder } from '#tests/stories/built-page.ts'
import { duration, median, type Row } from '../support/report.ts'
import type { Drawing } from './page/main.ts'

declare global {
  interface Window {
    drawing: Drawing
  }
}

/** Frames of each kind; the middle one counts, and the best and the 95th percentile are told. */
const frames = 60

const row = (what: string, took: readonly number[], goal: string): Row => {
  const sorted = took.toSorted((left, right) => left - right)
  const [best, late] = [sorted[0] ?? 0, sorted[Math.floor(sorted.length * 0.95)] ?? 0]
  const ours = `${duration(median(took) / 1000)} (${duration(best / 1000)}, p95 ${duration(late / 1000)})`
  console.log(`${what}: ${ours}`)
  return { what, ours, reference: '', ratio: '', goal }
}

export async function measureDrawing(browser: Browser): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'coattend-drawing-'))
  await buildPage(join(import.meta.dirname, 'page'), folder)
  const server = await serveFolder(folder)
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(server.origin)
    const rows: Row[] = []
    for (const [count, ratio, goal] of [
      [100_000, 1, '≤ 8 ms'],
      [100_000, 2, '≤ 16 ms'],
      [1_000_000, 1, '≤ 16 ms'],
    ] as const) {
      const times = await page.evaluate(([n, times, scale]) => window.drawing.points(n, times, scale), [
        count,
        frames,
        ratio,
      ] as const)
      const what = `${count.toLocaleString('en')} points, 900 × 700${ratio === 2 ? ', two pixels to one' : ''}`
      rows.push(
        row(`${what}: frame while moving`, times.moving, goal),
        row(`${what}: frame at rest, with what is where`, times.resting, ''),
        row(`${what}: point under the pointer`, times.hover, 'a frame'),
        row(`${what}: lasso`, times.lasso, '≤ 16 ms'),
      )
    }
    const pattern = await page.evaluate((times) => window.drawing.pattern(1_024, times), frames)
    rows.push(row('attention pattern, 1,024 × 1,024: painted', pattern, '≤ 5 ms'))
    const strip = await page.evaluate((times) => window.drawing.strip(1_024, times), frames)
    rows.push(
      row('1,024 tokens change their colours', strip.usual, '≤ 5 ms'),
      row('the same, values evenly over the whole scale', strip.painted, ''),
      row('beside it: as many plain colours set', strip.bare, ''),
    )
    await page.close()
    return rows
  } finally {
    await server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
