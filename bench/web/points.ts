/** Points of large corpora and layouts in the product: a real server, and a page that shows them. */
import type { Browser } from 'playwright'
import { paths } from '#server/wire/paths.ts'
import type { RunReply, RunsReply } from '#server/wire/runs.ts'
import type { StudyReply } from '#server/wire/studies.ts'
import type { CheckpointsReply } from '#server/wire/checkpoints.ts'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import type { Caller } from '#tests/support/caller.ts'
import { duration, median, type Row } from '../support/report.ts'
import { exampleWorkspaces } from '../support/server.ts'

const row = (what: string, seconds: readonly number[], goal: string): Row => {
  const spread = `${duration(Math.min(...seconds))} to ${duration(Math.max(...seconds))}`
  const ours = seconds.length === 1 ? duration(seconds[0]!) : `${duration(median(seconds))} (${spread})`
  console.log(`${what}: ${ours}`)
  return { what, ours, reference: '', ratio: '', goal }
}

export async function measurePoints(
  browser: Browser,
  url: string,
  person: Caller,
  times: number,
): Promise<readonly Row[]> {
  const rows = [
    row('200,000 rows as points: bytes and columns are here', await readMany(person, times), '≤ 2 s'),
    row(
      '1,000 points: from the last byte of the components to the picture',
      await paintComponents(browser, url, times),
      '≤ 300 ms',
    ),
  ]
  for (const workspace of exampleWorkspaces) {
    const { seconds, points, layers } = await layOut(person, workspace)
    rows.push(row(`UMAP of ${points.toLocaleString('en')} points in ${layers} layers, ${workspace}`, [seconds], ''))
  }
  return rows
}

/** A corpus as large as may be, of which nothing is written: seconds of each reading. */
async function readMany(person: Caller, times: number): Promise<readonly number[]> {
  const { checkpoints } = await person.read<CheckpointsReply>('GET', paths.checkpoints)
  const topics = ['court', 'sport', 'weather', 'politics', 'science', 'music']
  const lines = Array.from({ length: 200_000 }, (_, i) =>
    JSON.stringify({
      id: `row-${i}`,
      source: `text ${i}`,
      topic: topics[(i * i) % 6],
      length: i % 97,
      score: (i % 1_009) / 1_009,
    }),
  )
  const corpus = { name: 'many', rows: lines.join('\n') }
  const made = { name: 'Many', checkpoint: checkpoints[0]?.id ?? '', corpus }
  const { id } = await person.read<WorkspaceReply>('POST', paths.workspaces, made)
  const { runs } = await person.read<RunsReply>('GET', paths.runs(id))
  for (const { key } of runs) await person.ask('DELETE', paths.run(id, key))
  const seconds: number[] = []
  for (let turn = 0; turn < times; turn++) {
    const begin = performance.now()
    await person.read('GET', paths.points(id))
    seconds.push((performance.now() - begin) / 1000)
  }
  await person.ask('DELETE', `${paths.workspace(id)}?forever=true`)
  return seconds
}

/** Runs in the page before all else: notes when a picture with points in it is first put on a canvas. */
function watchPictures(): void {
  const put = CanvasRenderingContext2D.prototype.putImageData
  CanvasRenderingContext2D.prototype.putImageData = function (this: CanvasRenderingContext2D, ...given: unknown[]) {
    Reflect.apply(put, this, given)
    const pixels = new Uint32Array((given[0] as ImageData).data.buffer)
    if (this.canvas.closest('.plot') === null || pixels.every((pixel) => pixel === pixels[0])) return
    if (performance.getEntriesByName('points').length === 0) performance.mark('points')
  }
}

async function paintComponents(browser: Browser, url: string, times: number): Promise<readonly number[]> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  const page = await context.newPage()
  await page.goto(url)
  await page.getByLabel('Display name').fill('Points')
  await page.getByRole('button', { name: 'Go on' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await context.addInitScript(watchPictures)
  const seconds: number[] = []
  // The first opening has the components computed.
  for (let turn = -1; turn < times; turn++) {
    await page.goto(`${url}/w/newsroom?layout=pca`)
    await page.waitForFunction(() => performance.getEntriesByName('points').length > 0, null, { timeout: 120_000 })
    const took = await page.evaluate(() => {
      const painted = performance.getEntriesByName('points')[0]!.startTime // waited for
      const ends = performance
        .getEntriesByType('resource')
        .filter(({ name }) => /\/(?:results\/|points$)/.test(name))
        .map((entry) => (entry as PerformanceResourceTiming).responseEnd)
      return painted - Math.max(...ends.filter((end) => end <= painted))
    })
    if (turn >= 0) seconds.push(took / 1000)
  }
  await context.close()
  return seconds
}

/** With a seed nobody has asked for, so that it is computed; from the click to the finished file. */
async function layOut(person: Caller, workspace: string) {
  const study = { kind: 'projection', of: 'corpus', method: 'umap', seed: Math.floor(Date.now() % 1e9) }
  const { corpus, checkpoint } = await person.read<WorkspaceReply>('GET', paths.workspace(workspace))
  const begin = performance.now()
  const { run } = await person.read<StudyReply>('POST', paths.studies(workspace), { study })
  const state = async (): Promise<RunReply['state']> =>
    (await person.read<RunReply>('GET', paths.run(workspace, run.key))).state
  while (['queued', 'running'].includes(await state())) await new Promise((resolve) => setTimeout(resolve, 50))
  if ((await state()) !== 'done') throw new Error(`the layout of ${workspace} ended as ${await state()}`)
  const { layers } = checkpoint.summary ?? { layers: { encoder: 0, decoder: 0 } }
  return {
    seconds: (performance.now() - begin) / 1000,
    points: corpus.instances,
    layers: (layers.encoder || layers.decoder) + 1,
  }
}
