/**
 * What the page costs: JavaScript of the first load, time until it can be used, time from a click to colours on screen, and how long
 * its drawings take, all in Chromium without a graphics device; and how long points and layouts of a corpus take to be there.
 *
 *   npm run bench -- web [--times 5] [--only load|draw|points]
 *
 * Slowed means that Chromium gives the page a quarter of the processor, as its developer tools do.
 */
import { parseArgs } from 'node:util'
import { signIn } from '#tests/support/caller.ts'
import { missingChromium, openChromium } from '#tests/support/chromium.ts'
import { report, type Row } from './support/report.ts'
import { startServer, untilIdle } from './support/server.ts'
import { measureDrawing } from './web/drawing.ts'
import { measureLoading } from './web/loading.ts'
import { measurePoints } from './web/points.ts'

const { values } = parseArgs({ options: { times: { type: 'string', default: '5' }, only: { type: 'string' } } })
const times = Number(values.times)
if (missingChromium() !== null) throw new Error(missingChromium() ?? '')

const browser = await openChromium()
const rows: Row[] = []
try {
  if (values.only === undefined || values.only === 'draw') rows.push(...(await measureDrawing(browser)))
  if (values.only !== 'draw') {
    const server = await startServer('web')
    try {
      const person = await signIn(server.url, 'Bench')
      await untilIdle(person)
      if (values.only !== 'points') rows.push(...(await measureLoading(browser, server.url, person, times)))
      if (values.only !== 'load') rows.push(...(await measurePoints(browser, server.url, person, times)))
    } finally {
      await server.close()
    }
  }
} finally {
  await browser.close()
}
report('web', rows, {})
