import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { IntakeReply, IntakeSurvey } from '#server/wire/intakes.ts'
import { read } from '#tests/support/corpora.ts'
import { type TestServer, type Visitor, openTestServer, until } from '#tests/support/server.ts'

let server: TestServer
let ana: Visitor
beforeAll(async () => {
  server = await openTestServer()
  ana = await server.signIn('Ana')
})
afterAll(() => server.close())

const PIECE = 4 * 2 ** 20
const octets = { 'content-type': 'application/octet-stream' }

/** Uploads a file in pieces and waits until it was read. */
async function upload(name: string, content: string | Uint8Array): Promise<IntakeReply> {
  const bytes = Buffer.from(content)
  const opened = await read<IntakeReply>(
    await server.ask(ana, 'POST', '/api/intakes', { name, bytes: bytes.byteLength }),
  )
  for (let at = 0; at < bytes.byteLength; at += PIECE) {
    const piece = new Uint8Array(bytes.subarray(at, at + PIECE))
    await read(await server.ask(ana, 'PUT', `/api/intakes/${opened.id}/content?at=${at}`, piece, octets))
  }
  return settle(opened.id)
}

async function settle(id: string): Promise<IntakeReply> {
  let reply: IntakeReply | null = null
  await until('the file was read', async () => {
    reply = await read<IntakeReply>(await server.ask(ana, 'GET', `/api/intakes/${id}`))
    return reply.state === 'ready' || reply.state === 'refused'
  })
  return reply!
}

async function survey(name: string, content: string | Uint8Array): Promise<IntakeSurvey> {
  const reply = await upload(name, content)
  expect(reply.problem).toBeNull()
  return reply.survey!
}

const make = (corpus: object): Promise<Response> =>
  server.ask(ana, 'POST', '/api/workspaces', { name: 'Imported', checkpoint: 'model', corpus })

const rowsOf = async (workspace: string): Promise<readonly Record<string, unknown>[]> =>
  (
    await read<{ rows: Record<string, unknown>[] }>(
      await server.ask(ana, 'GET', `/api/workspaces/${workspace}/instances`),
    )
  ).rows

const three = [
  { id: 'a', text: 'One two.', summary: 'One.', topic: 'x', score: 1 },
  { id: 'b', text: 'Three "four", five;\nsix.', summary: 'Three.', topic: 'y', score: 2.5 },
  { id: 'c', text: 'Grüße, Łódź €', summary: 'Grüße.', topic: 'x', score: -3 },
]
const quoted = (value: unknown): string => `"${String(value).replaceAll('"', '""')}"`
const separated = (delimiter: string, end = '\n'): string =>
  [Object.keys(three[0]!).join(delimiter), ...three.map((row) => Object.values(row).map(quoted).join(delimiter))].join(
    end,
  )
const jsonl = three.map((row) => JSON.stringify(row)).join('\n')
const parquet = new Uint8Array(
  parquetWriteBuffer({
    columnData: (['id', 'text', 'summary', 'topic'] as const)
      .map((name) => ({ name, data: three.map((row) => row[name]), type: 'STRING' as const }))
      .concat([{ name: 'score', data: three.map(({ score }) => score), type: 'DOUBLE' } as never]),
  }),
)
const utf16 = (text: string): Buffer => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])

describe('the same rows', () => {
  it.each([
    ['rows.jsonl', jsonl],
    ['rows.json', JSON.stringify(three, null, 2)],
    ['rows.csv', separated(',')],
    ['rows.csv, as Excel writes it', `\ufeff${separated(';', '\r\n')}\r\n`],
    ['rows.tsv', separated('\t')],
    ['rows.psv', separated('|')],
    ['rows.parquet', parquet],
    ['rows.jsonl.gz', gzipSync(jsonl)],
    ['rows.csv in UTF-16', utf16(separated(','))],
    ['rows.jsonl in big-endian UTF-16', utf16(jsonl).swap16()],
  ])('[CI1] are read from %s, and made into a workspace as the preview says', async (name, content) => {
    const reply = await upload(name, content)
    expect(reply).toMatchObject({ state: 'ready', problem: null })
    expect(reply.survey).toMatchObject({
      seen: 3,
      rows: 3,
      broken: 0,
      fields: { id: 'id', source: 'text', reference: 'summary' },
      columnCount: 5,
    })
    const uses = Object.fromEntries(reply.survey!.columns.map(({ name, use, type }) => [name, `${use} ${type}`]))
    expect(uses).toMatchObject({ topic: 'attribute category', score: 'attribute number' })
    expect(reply.survey!.preview.map(({ source }) => source)).toEqual(three.map(({ text }) => text))
    const made = await read<{ id: string }>(await make({ name: reply.name, intake: reply.id }))
    expect(await rowsOf(made.id)).toMatchObject(
      three.map(({ id, text, topic, score }) => ({ id, source: text, attributes: { topic, score } })),
    )
    // What became a workspace is put away.
    expect((await server.ask(ana, 'GET', `/api/intakes/${reply.id}`)).status).toBe(404)
  })
})

const head = (hex: string, more = ''): Buffer => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from(more)])
const legacyCodec = Buffer.from(parquet)

describe('what is no corpus is refused by name', () => {
  it.each<[string, string | Uint8Array, string]>([
    [
      'book.csv',
      head('504b0304', ' [Content_Types].xml xl/workbook.xml'),
      'This is an Excel workbook, whatever its name says: open it in Excel and save it as “CSV UTF-8”',
    ],
    [
      'old.csv',
      head('d0cf11e0a1b11ae1'),
      'This is an Excel workbook of the old kind: open it in Excel and save it as “CSV UTF-8”',
    ],
    [
      'rows.zip',
      head('504b0304', 'rows.jsonl'),
      'This is a zip archive: unpack it and take the file that holds the rows',
    ],
    ['rows.pdf', '%PDF-1.7', 'This is a PDF: export its text as JSONL or CSV'],
    [
      'rows.bin',
      Buffer.from([1, 2, 0, 0, 7, 0, 0, 0, 9, 9, 9, 9]),
      'This is no text: it has NUL bytes. Give JSONL, JSON, CSV, TSV or Parquet',
    ],
    ['blank.csv', ' \n\n', 'There is nothing but white space in the file: take one with at least one row'],
    ['header.csv', 'id,text\n', 'There is a header and no row below it: take a file with at least one row'],
    ['list.json', '[]', 'The list is empty: take a file with at least one row'],
    ['cut.json', '[{"text": "a"}, {"text": "b', 'The list ends in the middle (line 1, byte 27): take the whole file'],
    [
      'one.json',
      '{\n  "text": "a"\n}',
      'This is one JSON object over several lines: give a list of objects, or one object a line (JSONL)',
    ],
    ['cut.parquet', parquet.subarray(0, -9), 'This Parquet file is cut off: its end is missing. Take the whole file'],
    [
      'cut.jsonl.gz',
      gzipSync(jsonl).subarray(0, -12),
      'The gzip archive is damaged or cut short: pack it again, or take it unpacked',
    ],
    ['all.jsonl', '{"text": 1\n{"text": 2\n', 'No row can be read. line 1: this is not JSON'],
  ])('[CI2] %s', async (name, content, message) => {
    const reply = await upload(name, content)
    expect(reply.state).toBe('refused')
    expect(reply.problem!.slice(0, message.length)).toBe(message)
  })

  it('[CI3] an empty file is refused before anything is sent', async () => {
    const response = await server.ask(ana, 'POST', '/api/intakes', { name: 'empty.csv', bytes: 0 })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('The file is empty: take one with at least one row')
  })

  it('[CI4] Parquet that is damaged inside says from which row on it cannot be read', async () => {
    legacyCodec.fill(0xee, 4, 60)
    const reply = await upload('bad.parquet', legacyCodec)
    expect(reply.state).toBe('refused')
    expect(reply.problem).toMatch(/^This Parquet file cannot be read from row 1 on: .+\. Export it again, or as JSONL$/)
  })
})

describe('rows that cannot be taken', () => {
  const many = Array.from({ length: 1000 }, (_, index) => JSON.stringify({ id: `n${index}`, text: `Text ${index}.` }))
  const faulty = many.with(16, '{"id": "n16", "text": ').with(20, '{"id": "n3", "text": "again"}')

  it('[CI5] are named with their lines, and nothing is made until somebody says they may be left out', async () => {
    const { id, name, survey } = await upload('rows.jsonl', faulty.join('\n'))
    expect(survey).toMatchObject({ seen: 1000, rows: 998, broken: 2 })
    expect(survey!.problems).toMatchObject([
      { place: 'line 17', message: expect.stringMatching(/^this is not JSON \(/) },
      { place: 'line 21', message: 'the id "n3" was used in line 4; every row needs its own' },
    ])
    const refused = await make({ name, intake: id })
    expect(refused.status).toBe(409)
    expect(await refused.text()).toMatch(/2 of 1,000 rows cannot be taken\. line 17: this is not JSON/)
    const before = await read<{ workspaces: unknown[] }>(await server.ask(ana, 'GET', '/api/workspaces'))
    const made = await read<{ id: string }>(await make({ name, intake: id, skipBroken: true }))
    const after = await read<{ workspaces: { id: string; corpus: { instances: number } }[] }>(
      await server.ask(ana, 'GET', '/api/workspaces'),
    )
    expect(after.workspaces.length).toBe(before.workspaces.length + 1)
    expect(after.workspaces.find((one) => one.id === made.id)?.corpus.instances).toBe(998)
  })

  it.each<[string, string, number, string, string]>([
    [
      'a quote that is never closed',
      'id,text\na,one\nb,"two\nc,three\nd,four\n',
      3,
      'line 3',
      'a " is opened and not closed',
    ],
    [
      'text after a closing quote',
      'id,text\na,"one" two\nb,three\n',
      1,
      'line 2',
      'there is text after a closing quote in field 2; write a quote inside a field twice',
    ],
    ['too many fields', 'id,text\na,one,two\nb,three\n', 1, 'line 2', 'it has 3 fields where the header has 2'],
    [
      'no source',
      'id,text\na,\nb,three\n',
      1,
      'line 2',
      'there is no text in the column "text"; name the column that holds the source',
    ],
    [
      'a source beyond all measure',
      `id,text\na,${'x'.repeat(500_001)}\nb,three\n`,
      1,
      'line 2',
      'the source has 500001 characters, at most 500000 are read',
    ],
    [
      'a NUL',
      `id,text\nb,three\n${'c,four\n'.repeat(20_000)}d,f\0ur\n`,
      2,
      'line 4',
      'the id "c" was used in line 3; every row needs its own',
    ],
  ])('[CI6] %s', async (_, content, rows, place, message) => {
    const found = await survey('rows.csv', content)
    expect(found.rows).toBe(rows)
    expect(found.problems[0]).toEqual({ place, message })
  })

  it('[CI7] a line of 200 MB is passed over in bounded memory, and the rows around it stay', async () => {
    const folder = join(server.data, 'shared')
    mkdirSync(folder, { recursive: true })
    const path = join(folder, 'long.jsonl')
    writeFileSync(path, `{"id":"a","text":"before"}\n{"id":"b","text":"`)
    const block = Buffer.alloc(2 ** 20, 'x')
    for (let written = 0; written < 200; written++) writeFileSync(path, block, { flag: 'a' })
    writeFileSync(path, `"}\n{"id":"c","text":"after"}\n`, { flag: 'a' })
    let most = 0
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().heapUsed)), 5)
    const before = process.memoryUsage().heapUsed
    const opened = await read<IntakeReply>(await server.ask(ana, 'POST', '/api/intakes/local', { path }))
    const { survey } = await settle(opened.id)
    clearInterval(watch)
    expect(survey).toMatchObject({ seen: 3, rows: 2, broken: 1 })
    expect(survey!.problems).toEqual([{ place: 'line 2', message: 'it has more than 8,000,000 characters' }])
    expect(most - before).toBeLessThan(150 * 2 ** 20)
  })

  it('[CI8] of 10,000 columns 200 are kept, and which is said', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `c${index}`)
    const rows = ['text', ...names].join(',') + '\n' + ['Read me.', ...names.map((_, index) => index)].join(',')
    const { columns, columnCount, notices } = await survey('wide.csv', rows)
    expect(columnCount).toBe(10_001)
    expect(columns.filter(({ use }) => use === 'attribute')).toHaveLength(200)
    expect(notices).toEqual([
      '200 of 10,001 columns become attributes, the first ones; leave some out to make room for others.',
    ])
  })
})

describe('reading in another way', () => {
  it('[CI9] bytes that are no UTF-8 are read as Windows-1252, and that is said', async () => {
    const { encoding, notices, preview } = await survey(
      'old.csv',
      Buffer.from('id;text\na;Gr\xfc\xdfe \x80 5\n', 'latin1'),
    )
    expect(encoding).toBe('windows-1252')
    expect(notices[0]).toMatch(/^The file is not UTF-8 and was read as Windows-1252/)
    expect(preview[0]?.source).toBe('Grüße € 5')
  })

  it('[CI10] a fault of the encoding far into the file is found as well', async () => {
    const text = `id,text\n${Array.from({ length: 9_000 }, (_, index) => `r${index},some words here`).join('\n')}\nlast,caf`
    const { encoding, rows, preview } = await survey(
      'late.csv',
      Buffer.concat([Buffer.from(text), Buffer.from([0xe9])]),
    )
    expect({ encoding, rows, shown: preview.length }).toEqual({ encoding: 'windows-1252', rows: 9_001, shown: 5 })
  })

  it('[CI11] other columns, an encoding and a separator can be chosen, and the workspace is made so', async () => {
    const { id, name } = await upload(
      'odd.csv',
      'key;text,other;long\n1;a,b;Something that is longer\n2;c,d;Another one\n',
    )
    const change = { delimiter: ';', fields: { id: 'key', source: 'text,other', reference: null }, leaveOut: ['long'] }
    await read(await server.ask(ana, 'PATCH', `/api/intakes/${id}`, change))
    const { survey } = await settle(id)
    expect(survey!.columns.map(({ name, use }) => [name, use])).toEqual([
      ['key', 'id'],
      ['text,other', 'source'],
      ['long', 'left out'],
    ])
    const made = await read<{ id: string }>(await make({ name, intake: id }))
    expect(await rowsOf(made.id)).toMatchObject([
      { id: '1', source: 'a,b', attributes: {} },
      { id: '2', source: 'c,d', attributes: {} },
    ])
  })

  it('[CI12] nested values of Parquet become data, and codes with leading zeros stay texts', async () => {
    const nested = new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'text', data: ['One.', 'Two.'], type: 'STRING' },
          {
            name: 'spans',
            data: [
              { start: 1, end: 2 },
              { start: 3, end: 4 },
            ],
            type: 'JSON',
          },
          { name: 'count', data: [2n ** 40n, 7n], type: 'INT64' },
        ],
      }),
    )
    const { columns } = await survey('nested.parquet', nested)
    expect(columns.map(({ name, type, sample }) => [name, type, sample])).toEqual([
      ['text', 'category', 'One.'],
      ['spans', 'data', '{"start":1,"end":2}'],
      ['count', 'number', '1099511627776'],
    ])
    const { columns: codes } = await survey('codes.csv', 'text,zip\nOne.,01234\nTwo.,99999\n')
    expect(codes.at(-1)?.type).toBe('category')
  })
})

describe('who may do what', () => {
  it('[CI13] a file is seen by nobody else, and a piece that does not follow is refused with where to go on', async () => {
    const ben = await server.signIn('Ben')
    const { id } = await read<IntakeReply>(await server.ask(ana, 'POST', '/api/intakes', { name: 'a.csv', bytes: 20 }))
    expect((await server.ask(ben, 'GET', `/api/intakes/${id}`)).status).toBe(404)
    await read(await server.ask(ana, 'PUT', `/api/intakes/${id}/content?at=0`, 'id,text\na', octets))
    const wrong = await server.ask(ana, 'PUT', `/api/intakes/${id}/content?at=5`, 'xx', octets)
    expect(wrong.status).toBe(409)
    expect(await wrong.text()).toContain('9 bytes are here already, and the piece begins at 5. Go on at 9')
    const long = await server.ask(ana, 'PUT', `/api/intakes/${id}/content?at=9`, 'x'.repeat(30), octets)
    expect(long.status).toBe(413)
    // What was too long left nothing of itself.
    await read(await server.ask(ana, 'PUT', `/api/intakes/${id}/content?at=9`, ',one\nb,two\n', octets))
    expect((await settle(id)).survey).toMatchObject({ rows: 2 })
    // A piece that comes again when all is here changes nothing.
    expect((await server.ask(ana, 'PUT', `/api/intakes/${id}/content?at=9`, ',one\nb,two\n', octets)).status).toBe(409)
    expect((await server.ask(ana, 'DELETE', `/api/intakes/${id}`)).status).toBe(204)
    expect(readdirSync(join(server.data, 'intakes'))).not.toContain(id)
  })

  it('[CI17] of two pieces for the same place one is taken and the other refused, and the same file may come twice', async () => {
    const text = 'id,text\na,one\nb,two\n'
    const open = async (): Promise<string> =>
      (await read<IntakeReply>(await server.ask(ana, 'POST', '/api/intakes', { name: 'a.csv', bytes: 20 }))).id
    const [id, again] = [await open(), await open()]
    const send = () => server.ask(ana, 'PUT', `/api/intakes/${id}/content?at=0`, text.slice(0, 9), octets)
    const answers = await Promise.all([send(), send(), send()])
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '409', '409'])
    await read(await server.ask(ana, 'PUT', `/api/intakes/${id}/content?at=9`, text.slice(9), octets))
    expect((await settle(id)).survey).toMatchObject({ rows: 2, broken: 0 })
    await read(await server.ask(ana, 'PUT', `/api/intakes/${again}/content?at=0`, text, octets))
    expect((await settle(again)).survey).toMatchObject({ rows: 2, broken: 0 })
  })

  it('[CI14] a path is opened below the named folders alone, links included', async () => {
    const folder = join(server.data, 'shared')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'rows.jsonl'), jsonl)
    writeFileSync(join(server.data, 'secret.jsonl'), jsonl)
    symlinkSync(join(server.data, 'secret.jsonl'), join(folder, 'link.jsonl'))
    const ask = (path: string): Promise<Response> => server.ask(ana, 'POST', '/api/intakes/local', { path })
    const { id } = await read<IntakeReply>(await ask(join(folder, 'rows.jsonl')))
    expect((await settle(id)).survey).toMatchObject({ rows: 3 })
    for (const path of [
      join(folder, 'link.jsonl'),
      join(folder, '../secret.jsonl'),
      '/etc/passwd',
      join(folder, 'none'),
    ]) {
      const response = await ask(path)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain('there is nothing to open at')
    }
    expect(await (await ask('rows.jsonl')).text()).toContain('give the whole path, from / or ~/ on')
    expect(await (await ask(folder)).text()).toContain('is a folder. Give the path of one file')
  })

  it('[CI15] files older than a day are removed when another comes', async () => {
    const { id } = await upload('rows.jsonl', jsonl)
    server.pass(86_400_001)
    await upload('rows.jsonl', jsonl)
    expect(readdirSync(join(server.data, 'intakes'))).not.toContain(id)
  })

  it('[CI16] a full disk is said before anything is sent', async () => {
    server.setFree(100 * 2 ** 20)
    server.pass(3_000)
    const response = await server.ask(ana, 'POST', '/api/intakes', { name: 'a.csv', bytes: 50 })
    expect(response.status).toBe(507)
    server.setFree(2 ** 40)
  })
})
