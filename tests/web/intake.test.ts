import { createRoot } from 'solid-js'
import { expect, test } from 'vitest'
import type { IntakeReply, IntakeSurvey } from '#server/wire/intakes.ts'
import { WebError } from '#web/errors.ts'
import type { Api, Call } from '#web/api/request.ts'
import { type Intake, createIntake } from '#web/state/intake.ts'
import { describeBroken, describeSurvey } from '#web/views/landing/corpus-words.ts'

const survey: IntakeSurvey = {
  format: 'csv',
  encoding: 'utf-8',
  delimiter: ',',
  notices: [],
  seen: 1000,
  rows: 998,
  broken: 2,
  problems: [{ place: 'line 17', message: 'a " is opened and not closed' }],
  fields: { id: 'id', source: 'text', reference: null },
  columns: [],
  columnCount: 7,
  preview: [],
}

/** A server that receives one file; `faults` are thrown in place of the next pieces. */
function makeServer(faults: Error[] = []) {
  const calls: string[] = []
  const sent: Blob[] = []
  let [received, size] = [0, 0]
  const reply = (state: IntakeReply['state']): IntakeReply => {
    const isReady = state === 'ready'
    return {
      id: 'i1',
      name: 'rows.csv',
      bytes: size,
      state,
      done: received,
      problem: null,
      survey: isReady ? survey : null,
    }
  }
  const answer = (path: string, { method = 'GET', body, file }: Call): IntakeReply => {
    calls.push(`${method} ${path}`)
    if (path === '/api/intakes') size = (body as { bytes: number }).bytes
    if (file === undefined) return reply(size > received ? 'receiving' : 'ready')
    const fault = faults.shift()
    if (fault !== undefined) throw fault
    sent.push(file)
    received += file.size
    return reply(received === size ? 'reading' : 'receiving')
  }
  const api: Api = {
    ask: async (schema, path, call = {}) => schema.parse(answer(path, call)),
    tell: async (path, { method }) => void calls.push(`${method} ${path}`),
    bytes: async () => new Uint8Array(),
  }
  return { api, calls, sent }
}

const clock = {
  now: () => 0,
  after: (_: number, run: () => void) => {
    queueMicrotask(run)
    return () => undefined
  },
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))
const within = <T>(run: (intake: Intake) => Promise<T>, api: Api): Promise<T> =>
  createRoot((dispose) => run(createIntake({ api, clock })).finally(dispose))

test('[WC1] a file is sent in pieces of 4 MB, read, and what was found is shown', async () => {
  const { api, calls, sent } = makeServer()
  await within(async (intake) => {
    intake.choose(new Blob(['x'.repeat(9 * 2 ** 20)]), 'rows.csv')
    expect(intake.phase()).toBe('sending')
    await settle()
    expect(calls.slice(0, 5)).toEqual([
      'POST /api/intakes',
      'PUT /api/intakes/i1/content?at=0',
      `PUT /api/intakes/i1/content?at=${4 * 2 ** 20}`,
      `PUT /api/intakes/i1/content?at=${8 * 2 ** 20}`,
      'GET /api/intakes/i1',
    ])
    expect(sent.map(({ size, type }) => [size / 2 ** 20, type])).toEqual([
      [4, 'application/octet-stream'],
      [4, 'application/octet-stream'],
      [1, 'application/octet-stream'],
    ])
    expect([intake.phase(), intake.name(), intake.survey()?.rows]).toEqual(['ready', 'rows.csv', 998])
  }, api)
})

test('[WC2] after a broken connection it goes on where the server ended', async () => {
  const { api, calls } = makeServer([new WebError('offline', 'The server cannot be reached.')])
  await within(async (intake) => {
    intake.choose(new Blob(['x'.repeat(5 * 2 ** 20)]), 'rows.csv')
    await settle()
    expect([intake.phase(), intake.problem()]).toEqual(['failed', 'The server cannot be reached.'])
    expect(intake.retry()?.label).toBe('Go on where it ended')
    intake.retry()?.run()
    await settle()
    expect(intake.phase()).toBe('ready')
    expect(calls.filter((call) => call.startsWith('PUT'))).toEqual([
      'PUT /api/intakes/i1/content?at=0',
      'PUT /api/intakes/i1/content?at=0',
      `PUT /api/intakes/i1/content?at=${4 * 2 ** 20}`,
    ])
  }, api)
})

test('[WC5] a file that a restarted server no longer has is taken again by the page, and nothing was made of it', async () => {
  const { api, calls } = makeServer([new WebError('not-found', 'this file is no longer here')])
  await within(async (intake) => {
    intake.choose(new Blob(['x']), 'rows.csv')
    await settle()
    expect(intake.problem()).toMatch(/no longer has this file: it was started again.*Nothing was made of it/)
    expect(intake.retry()?.label).toBe('Take it again')
    intake.retry()?.run()
    await settle()
    expect(intake.phase()).toBe('ready')
    expect(calls.filter((call) => call === 'POST /api/intakes')).toHaveLength(2)
    // It was ready; the server says when a workspace is to be made of it that it is gone.
    expect(intake.refused(new WebError('not-found', 'no such checkpoint', { field: 'checkpoint' }))).toBe(false)
    expect(intake.phase()).toBe('ready')
    expect(intake.refused(new WebError('not-found', 'no longer here', { field: 'corpus.intake' }))).toBe(true)
    expect([intake.phase(), intake.retry()?.label]).toEqual(['failed', 'Take it again'])
  }, api)
})

test('[WC3] cancelling puts the file away and shows nothing of it any more', async () => {
  const { api, calls } = makeServer()
  await within(async (intake) => {
    intake.choose(new Blob(['x']), 'rows.csv')
    await settle()
    intake.cancel()
    expect([intake.phase(), intake.id(), intake.survey()]).toEqual(['none', null, null])
    expect(calls.at(-1)).toBe('DELETE /api/intakes/i1')
  }, api)
})

test('[WC4] what was found is said in words', () => {
  expect(describeSurvey(survey)).toBe('998 rows, 7 columns · separated values')
  expect(describeBroken(survey)).toBe('2 of 1,000 rows cannot be taken')
  expect(describeBroken({ ...survey, broken: 0 })).toBeNull()
})
