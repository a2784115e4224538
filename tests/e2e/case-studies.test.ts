import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { signIn } from '#tests/support/caller.ts'
import { missingChromium } from '#tests/support/chromium.ts'
import { drawn, guide, keysOf, patience } from './case-walks/guide.ts'
import { newsroomByKeys, newsroomByMouse } from './case-walks/newsroom.ts'
import { phrasebookByKeys, phrasebookByMouse } from './case-walks/phrasebook.ts'
import { quizByKeys, quizByMouse } from './case-walks/quiz.ts'
import { writeOutputs } from './outputs.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { makeDataDirectory } from './small-examples.ts'
import { type Visitors, openVisitors } from './visitors.ts'

const missing = missingChromium()

describe.skipIf(missing !== null)(`the case studies${missing === null ? '' : ` (${missing})`}`, () => {
  let data: Awaited<ReturnType<typeof makeDataDirectory>>
  let server: ServerProcess
  let visitors: Visitors

  beforeAll(async () => {
    // Two questions of the quiz, an invented name; studies of heads take as long as there are rows.
    data = await makeDataDirectory((corpus) => (corpus === 'phrasebook' ? 3 : 8))
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

  it('[EC1] newsroom by mouse: names are counted, opened, filtered by doubt, and no step has a barrier', async () => {
    await newsroomByMouse((await visitors.enter('Ana', server.url)).page)
  })

  it('[EC5] newsroom by keyboard alone: the same, in a number of keys that a person would press', async () => {
    const { page } = await visitors.enter('Bo', `${server.url}/w/newsroom`)
    const keys = keysOf(page)
    await newsroomByKeys(page, keys)
    expect(keys.pressed()).toBeLessThan(40)
  })

  it(
    '[EC6] phrasebook by keyboard alone: stopped and begun again, heads chosen, marked and undone',
    async () => {
      const { page } = await visitors.enter('Cleo', `${server.url}/w/phrasebook`)
      const keys = keysOf(page)
      await phrasebookByKeys(page, keys)
      expect(keys.pressed()).toBeLessThan(60)
    },
    4 * patience,
  )

  it(
    '[EC3] phrasebook by mouse: heads are ranked, chosen by role, pruned by number and rebuilt from others',
    async () => {
      await phrasebookByMouse((await visitors.enter('Dora', server.url)).page)
    },
    4 * patience,
  )

  it(
    '[EC7] quiz by mouse: four conditions side by side, both checkpoints, a study stopped and begun again',
    async () => {
      await quizByMouse((await visitors.enter('Emil', server.url)).page)
    },
    4 * patience,
  )

  it('[EC2] quiz by keyboard alone: questions, accuracy, segments and directions', async () => {
    const { page } = await visitors.enter('Frida', `${server.url}/w/quiz`)
    const keys = keysOf(page)
    await quizByKeys(page, keys)
    expect(keys.pressed()).toBeLessThan(40)
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
