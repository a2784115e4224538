import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '#tests/support/caller.ts'
import { missingChromium } from '#tests/support/chromium.ts'
import { writeOutputs } from './outputs.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { makeDataDirectory } from './small-examples.ts'
import { type Visitors, openVisitors } from './visitors.ts'
import { brackets, token } from './workspace-page.ts'

const missing = missingChromium()

describe.skipIf(missing !== null)(`two people in the three views${missing === null ? '' : ` (${missing})`}`, () => {
  let data: Awaited<ReturnType<typeof makeDataDirectory>>
  let server: ServerProcess
  let visitors: Visitors

  beforeAll(async () => {
    data = await makeDataDirectory()
    server = await startServer({ data: data.path })
    await writeOutputs(await signIn(server.url, 'House'), 'newsroom')
    visitors = await openVisitors()
  })
  afterAll(async () => {
    await visitors?.close()
    await server?.stop()
    data?.remove()
  })
  afterEach(({ task }) => visitors.part({ name: task.name, failed: task.result?.state === 'fail' }))

  it('[EV1] words, heads, points, filters and pins of one are seen by the other, whose view stays where it is', async () => {
    const ana = await visitors.enter('Ana', `${server.url}/w/newsroom?i=newsroom-test-1&t=o2`, { plot: true })
    const ben = await visitors.enter('Ben', `${server.url}/w/newsroom?i=newsroom-test-1&t=o4`, { plot: true })
    await token(ben.page, 'output', 4).waitFor()
    const before = ben.page.url()
    await brackets(ben.page, 'output', 2).waitFor()
    await brackets(ana.page, 'output', 4).waitFor()

    const cell = ana.page
      .getByRole('grid', { name: /^Cross/ })
      .getByRole('gridcell')
      .first()
    await cell.click()
    await ben.page.locator('.head-map .notch').first().waitFor()
    expect(new URL(ana.page.url()).searchParams.get('h')).toMatch(/^cross\./)

    const plot = ana.page.locator('.pane.projection').getByRole('application').first()
    await plot.waitFor({ timeout: 60_000 })
    await plot.focus()
    await expect
      .poll(
        async () => {
          await ana.page.keyboard.press('ArrowRight')
          await ana.page.keyboard.press('n')
          return new URL(ana.page.url()).searchParams.get('p')
        },
        { timeout: 60_000, interval: 500 },
      )
      .not.toBeNull()
    await ben.page.locator('.pane.projection').locator('.other-ring, .other-outline').first().waitFor()

    await ana.page.locator('.pane.instance').locator('h2').click()
    await ana.page.keyboard.press('p')
    await ben.page.getByText('Ana holds this as B').waitFor({ state: 'attached' })

    await ana.page
      .getByRole('group', { name: /click to show only one/ })
      .getByRole('button')
      .first()
      .click()
    await ben.page.locator('.filter .chip').waitFor()
    // All of that was seen, and nothing of it moved Ben.
    expect(ben.page.url()).toBe(before)
    expect(await ben.page.locator('.filter .chip').count()).toBe(await ana.page.locator('.filter .chip').count())
  })
})
