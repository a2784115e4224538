import type { Locator, Page } from 'playwright'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '#tests/support/caller.ts'
import { missingChromium } from '#tests/support/chromium.ts'
import { writeOutputs } from './outputs.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { makeDataDirectory } from './small-examples.ts'
import { type Visitors, findBarriers, openVisitors } from './visitors.ts'
import { chosenTokens, tabTo } from './workspace-page.ts'

const missing = missingChromium()

describe.skipIf(missing !== null)(`the case studies${missing === null ? '' : ` (${missing})`}`, () => {
  let data: Awaited<ReturnType<typeof makeDataDirectory>>
  let server: ServerProcess
  let visitors: Visitors

  beforeAll(async () => {
    data = await makeDataDirectory()
    server = await startServer({ data: data.path })
    const caller = await signIn(server.url, 'House')
    for (const workspace of ['phrasebook', 'quiz', 'newsroom']) await writeOutputs(caller, workspace)
    visitors = await openVisitors()
  })
  afterAll(async () => {
    await visitors?.close()
    await server?.stop()
    data?.remove()
  })
  afterEach(({ task }) => visitors.part({ name: task.name, failed: task.result?.state === 'fail' }))

  const guide = (page: Page): Locator => page.getByRole('region', { name: /^Case: / })
  const figure = (page: Page): Locator => guide(page).getByRole('figure')
  const next = (page: Page): Locator => guide(page).getByRole('button', { name: /^Next: / })
  const begin = async (page: Page, workspace: RegExp): Promise<void> => {
    await page.getByRole('link', { name: workspace }).click()
    await guide(page)
      .getByRole('button', { name: /^Begin/ })
      .click()
  }
  /** The figure says what it is of only when its numbers are there. */
  const drawn = (page: Page): Promise<void> =>
    figure(page)
      .getByText(/12 of 12/)
      .waitFor({ timeout: 120_000 })

  it('[EC1] newsroom by mouse: names are counted, opened, filtered by doubt, and every step has no barrier', async () => {
    const { page } = await visitors.enter('Ana', server.url)
    await begin(page, /^newsroom/i)
    await drawn(page)
    expect(new URL(page.url()).searchParams.get('case')).toBe('names')
    expect(await findBarriers(page, '.case-guide')).toEqual([])
    await guide(page).getByRole('radio', { name: 'Table' }).check({ force: true })
    await guide(page).getByRole('columnheader', { name: 'Invented', exact: true }).waitFor()
    await next(page).click()
    await guide(page)
      .getByText(/AUROC; 50 % is chance/)
      .waitFor()
    expect(await findBarriers(page, '.case-guide')).toEqual([])
    await next(page).click()
    // The step opens an invented name by itself, at its token.
    await chosenTokens(page).first().waitFor()
    const address = new URL(page.url()).searchParams
    expect(address.get('t')).toMatch(/^o\d+$/)
    await next(page).click()
    await guide(page).getByRole('button', { name: 'Show flagged summaries only' }).click()
    await page
      .getByText(/nameEntropy|name entropy/i)
      .first()
      .waitFor()
    expect(await findBarriers(page, '.case-guide')).toEqual([])
    await next(page).click()
    await guide(page).getByText('Invented, surest first').waitFor()
    await page.goBack()
    await guide(page).getByText('Set a filter on doubt').waitFor()
  })

  it('[EC2] quiz by keyboard alone: four conditions, accuracy and segments on both checkpoints', async () => {
    const { page } = await visitors.enter('Bo', `${server.url}/w/quiz`)
    await tabTo(page, '.case-start .button', 200)
    await page.keyboard.press('Enter')
    await guide(page).getByText('adversarial').first().waitFor()
    expect(await findBarriers(page, '.case-guide')).toEqual([])
    for (const text of ['Right answers by condition', 'Shares of the answer’s attribution']) {
      await tabTo(page, '.case-onward .button', 200)
      await page.keyboard.press('Enter')
      await figure(page).getByText(text).waitFor()
      await drawn(page)
      await guide(page).locator('.progress-line').waitFor({ state: 'detached', timeout: 120_000 })
      expect(await findBarriers(page, '.case-guide')).toEqual([])
    }
    await tabTo(page, '.case-steps a[aria-label^="Step 2"]', 200)
    await page.keyboard.press('Enter')
    await figure(page).getByText('Right answers by condition').waitFor()
  })

  it('[EC3] phrasebook: a figure under way can be stopped and begun again, heads that are rebuilt can be chosen', async () => {
    const { page } = await visitors.enter('Cleo', `${server.url}/w/phrasebook?case=pruning`)
    await guide(page).getByRole('button', { name: 'Cancel' }).click()
    await guide(page).getByRole('button', { name: 'Compute again' }).waitFor()
    expect(await findBarriers(page, '.case-guide')).toEqual([])
    await guide(page)
      .getByRole('link', { name: /^Step 4/ })
      .click()
    await drawn(page)
    const head = guide(page).getByRole('button', { name: /^cross L2\.H1: R²/ })
    await head.click()
    await expect.poll(() => head.getAttribute('aria-pressed')).toBe('true')
    expect(new URL(page.url()).searchParams.get('h')).toBe('cross.2.1')
    expect(await findBarriers(page, '.case-guide')).toEqual([])
  })

  it('[EC4] a link opens the same step for somebody else, and nothing moves where they are already', async () => {
    const ana = await visitors.enter('Ana', `${server.url}/w/newsroom`)
    // Somebody who has chosen something themselves is where they want to be.
    const bo = await visitors.enter('Bo', `${server.url}/w/newsroom?i=newsroom-test-3`)
    for (const { page } of [ana, bo]) {
      await guide(page)
        .getByRole('button', { name: /^Begin/ })
        .waitFor()
    }
    const before = bo.page.url()
    await guide(ana.page)
      .getByRole('button', { name: /^Begin/ })
      .click()
    await guide(ana.page)
      .getByRole('link', { name: /^Step 2/ })
      .click()
    await drawn(ana.page)
    expect(bo.page.url()).toBe(before)
    await bo.page.goto(ana.page.url())
    await drawn(bo.page)
    expect(new URL(bo.page.url()).searchParams.get('i')).toBe(new URL(ana.page.url()).searchParams.get('i'))
  })
})
