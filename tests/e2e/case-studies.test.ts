import { describe, expect, it } from 'vitest'
import { missingChromium } from '#tests/support/chromium.ts'
import { drawn, guide, keysOf, patience } from './case-walks/guide.ts'
import { newsroomByKeys, newsroomByMouse } from './case-walks/newsroom.ts'
import { phrasebookByKeys, phrasebookByMouse } from './case-walks/phrasebook.ts'
import { quizByKeys, quizByMouse } from './case-walks/quiz.ts'
import { visitServer } from './visited-server.ts'

const missing = missingChromium()

describe.skipIf(missing !== null)(`the case studies${missing === null ? '' : ` (${missing})`}`, () => {
  // Two questions of the quiz, an invented name; studies of heads take as long as there are rows.
  const house = visitServer({
    rows: (corpus) => (corpus === 'phrasebook' ? 3 : 8),
    outputs: ['phrasebook', 'quiz', 'newsroom'],
  })

  it('[EC1] newsroom by mouse: names are counted, opened, filtered by doubt, and no step has a barrier', async () => {
    await newsroomByMouse((await house.visitors.enter('Ana', house.server.url)).page)
  })

  it('[EC5] newsroom by keyboard alone: the same, in a number of keys that a person would press', async () => {
    const { page } = await house.visitors.enter('Bo', `${house.server.url}/w/newsroom`)
    const keys = keysOf(page)
    await newsroomByKeys(page, keys)
    expect(keys.pressed()).toBeLessThan(40)
  })

  it(
    '[EC6] phrasebook by keyboard alone: stopped and begun again, heads chosen, marked and undone',
    async () => {
      const { page } = await house.visitors.enter('Cleo', `${house.server.url}/w/phrasebook`)
      const keys = keysOf(page)
      await phrasebookByKeys(page, keys)
      expect(keys.pressed()).toBeLessThan(60)
    },
    4 * patience,
  )

  it(
    '[EC3] phrasebook by mouse: heads are ranked, chosen by role, pruned by number and rebuilt from others',
    async () => {
      await phrasebookByMouse((await house.visitors.enter('Dora', house.server.url)).page)
    },
    4 * patience,
  )

  it(
    '[EC7] quiz by mouse: four conditions side by side, both checkpoints, a study stopped and begun again',
    async () => {
      await quizByMouse((await house.visitors.enter('Emil', house.server.url)).page)
    },
    4 * patience,
  )

  it('[EC2] quiz by keyboard alone: questions, accuracy, segments and directions', async () => {
    const { page } = await house.visitors.enter('Frida', `${house.server.url}/w/quiz`)
    const keys = keysOf(page)
    await quizByKeys(page, keys)
    expect(keys.pressed()).toBeLessThan(40)
  })

  it('[EC4] a link opens the same step for somebody else, and nothing moves where they are already', async () => {
    const ana = await house.visitors.enter('Ana', `${house.server.url}/w/newsroom`)
    // Somebody who has chosen something themselves is where they want to be.
    const bo = await house.visitors.enter('Bo', `${house.server.url}/w/newsroom?i=newsroom-test-3`)
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
