import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { missingChromium } from '#tests/support/chromium.ts'
import { visitServer } from './visited-server.ts'
import type { Visitor } from './visitors.ts'
import { brackets, openRow, token } from './workspace-page.ts'

const missing = missingChromium()

const head = (page: Page, name: string) => page.locator(`.pane.attention [data-head="${name}"]`)
const plot = (page: Page) => page.locator('.pane.projection').getByRole('application').first()

/** What is a person's own on their page: the address, what is chosen, the focus, and how far everything that scrolls is scrolled. */
const readStand = (page: Page) =>
  page.evaluate(() => ({
    address: location.href,
    tokens: [...document.querySelectorAll<HTMLElement>('[data-lane] .tok[aria-selected="true"]')].map(
      ({ dataset }) => dataset['i'],
    ),
    heads: [...document.querySelectorAll('.chosen-edge')].length,
    focus: document.activeElement?.outerHTML.slice(0, 120),
    scrolled: [...document.querySelectorAll('*')]
      .filter(({ scrollHeight, clientHeight, scrollTop }) => scrollHeight > clientHeight && scrollTop > 0)
      .map(({ className, scrollTop }) => `${className} ${scrollTop}`),
  }))

describe.skipIf(missing !== null)(`two people in the three views${missing === null ? '' : ` (${missing})`}`, () => {
  const house = visitServer({ outputs: ['newsroom'] })

  const enter = (name: string, query: string, plotted: boolean): Promise<Visitor> =>
    house.visitors.enter(name, `${house.server.url}/w/newsroom${query}`, { plot: plotted })

  /** Lets one act; the other sees it, and stays where they are. */
  async function acts(actor: Visitor, other: Visitor, act: () => Promise<void>, seen: () => Promise<unknown>) {
    await actor.page.mouse.move(5, 5)
    const before = await readStand(other.page)
    await act()
    await seen()
    expect(await readStand(other.page), `${other.name} stays while ${actor.name} acts`).toEqual(before)
  }

  it('[EV1] words, heads, points, filters and pins of each are seen by the other, whose view stays where it is', async () => {
    const ana = await enter('Ana', '?i=newsroom-test-1&t=o2', true)
    const ben = await enter('Ben', '?i=newsroom-test-1&t=o4', true)
    await brackets(ben.page, 'output', 2).waitFor()
    await brackets(ana.page, 'output', 4).waitFor()
    for (const { page } of [ana, ben]) await plot(page).waitFor({ timeout: 120_000 })

    for (const [actor, other, cell] of [
      [ana, ben, 'cross.1.0'],
      [ben, ana, 'cross.0.1'],
    ] as const) {
      const { page } = actor
      const choose = () => head(page, cell).click()
      await acts(actor, other, choose, () => other.page.locator('.head-map .notch').first().waitFor())
      const leaveOut = () => page.keyboard.press('x')
      await acts(actor, other, leaveOut, () => other.page.locator('.head-map .other-cross').first().waitFor())
      const choosePoints = async (): Promise<void> => {
        await plot(page).focus()
        await expect
          .poll(
            async () => {
              await page.keyboard.press('ArrowRight')
              await page.keyboard.press('n')
              return new URL(page.url()).searchParams.get('p')
            },
            { timeout: 60_000, interval: 300 },
          )
          .not.toBeNull()
      }
      const legend = other.page.locator('.legend-row.person', { hasText: `${actor.name}’s selection` })
      await acts(actor, other, choosePoints, () => legend.waitFor())
      await other.page.locator('.other-outline').first().waitFor()
      const pin = async (): Promise<void> => {
        await page.locator('.pane.instance').locator('h2').click()
        await page.keyboard.press('p')
      }
      const pinned = other.page.getByText(`${actor.name} holds this as B`)
      await acts(actor, other, pin, () => pinned.waitFor({ state: 'attached' }))
    }
    for (const [actor, other, chips] of [
      [ana, ben, 1],
      [ben, ana, 0],
    ] as const) {
      const filter = () =>
        actor.page
          .getByRole('group', { name: /click to show only one/ })
          .getByRole('button')
          .first()
          .click()
      await acts(actor, other, filter, async () => {
        await expect.poll(() => other.page.locator('.filter .chip').count()).toBe(chips)
      })
    }
  })

  it('[EV2] the table, the list and the scatter of heads show who has chosen what, and for whom it is left out', async () => {
    const ana = await enter('Ana', '?i=newsroom-test-1&t=o2', false)
    const ben = await enter('Ben', '?i=newsroom-test-2&t=o1', false)
    await token(ben.page, 'output', 1).waitFor()
    const row = (page: Page, id: string) => page.getByRole('row').filter({ has: page.getByText(id, { exact: true }) })
    await acts(
      ana,
      ben,
      () => openRow(ana.page, 'newsroom-test-3'),
      () => row(ben.page, 'newsroom-test-3').getByText('Ana here').waitFor({ state: 'attached' }),
    )
    await acts(
      ben,
      ana,
      () => openRow(ben.page, 'newsroom-test-3'),
      () => row(ana.page, 'newsroom-test-3').getByText('Ben here').waitFor({ state: 'attached' }),
    )
    await ben.page.locator('.pane.attention').getByRole('radio', { name: 'List' }).check()
    await acts(
      ana,
      ben,
      () => head(ana.page, 'cross.1.1').click(),
      () => head(ben.page, 'cross.1.1').getByText('Ana chose it').waitFor({ state: 'attached' }),
    )
    await ben.page.locator('.pane.attention').getByRole('radio', { name: 'Scatter' }).check()
    await head(ben.page, 'cross.1.1').locator('.other-ring').waitFor()
    await acts(
      ben,
      ana,
      () => head(ben.page, 'cross.2.1').click(),
      () =>
        head(ana.page, 'cross.2.1')
          .and(ana.page.getByLabel(/also chosen by Ben/))
          .waitFor(),
    )
  })

  it('[EV3] the pointers of others are seen over words and heads, fade when they rest, and can be turned off', async () => {
    const ana = await enter('Ana', '?i=newsroom-test-1&t=o2', false)
    const ben = await enter('Ben', '?i=newsroom-test-1&t=o4', false)
    const pointer = ben.page.locator('.pointers .pointer')
    await token(ben.page, 'source', 3).waitFor()
    const pointAt = (each: ReturnType<typeof head>) =>
      acts(
        ana,
        ben,
        () => each.hover(),
        () => pointer.waitFor(),
      )
    await pointAt(token(ana.page, 'source', 3))
    const word = await token(ben.page, 'source', 3).boundingBox()
    const tip = await pointer.boundingBox()
    expect(Math.abs(tip!.x - (word!.x + word!.width / 2))).toBeLessThan(2) // both are on screen
    await pointer.waitFor({ state: 'detached', timeout: 10_000 })
    await pointAt(head(ana.page, 'cross.1.1'))
    await ben.page.evaluate(() => {
      const key = 'coattend.preferences'
      localStorage.setItem(
        key,
        JSON.stringify({ ...JSON.parse(localStorage.getItem(key) ?? '{}'), showCursors: false }),
      )
    })
    await ben.page.reload()
    await token(ben.page, 'source', 3).waitFor()
    await token(ana.page, 'source', 5).hover()
    await brackets(ben.page, 'output', 2).waitFor()
    expect(await pointer.count()).toBe(0)
    await ana.leave()
    await expect.poll(() => brackets(ben.page, 'output', 2).count()).toBe(0)
  })
})
