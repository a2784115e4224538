/** Workspaces over translators of many languages, against the numbers of the command line. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeSafetensors, openPool } from '#compute/index.ts'
import type { ComputePool } from '#compute/types.ts'
import type { ChosenLanguages } from '#server/wire/checkpoints.ts'
import type { DerivedReply } from '#server/wire/derived.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { WorkspaceReply } from '#server/wire/workspaces.ts'
import { openCommandLine } from '#tests/support/command-line.ts'
import { lines, read, writeAll } from '#tests/support/corpora.ts'
import { options } from '#tests/support/options.ts'
import { type TestServer, type Visitor, openTestServer, until } from '#tests/support/server.ts'
import { example } from '#tests/support/golden.ts'
import { makeM2m, makeMbart } from '#tests/support/translators.ts'

const text = 'abcab'
const quick = { ...options, method: 'gradient-x-input' } as const
const { folder, ask: command } = openCommandLine('languages')

describe('languages of a workspace', () => {
  let pool: ComputePool
  let server: TestServer
  let ana: Visitor
  const folders = { m2m: join(folder, 'm2m'), mbart: join(folder, 'mbart'), quiz: example('checkpoints/quiz') }

  beforeAll(async () => {
    makeM2m(folders.m2m)
    makeMbart(folders.mbart)
    pool = await openPool({ device: 'cpu', threads: 1, cache: join(folder, 'cache'), processes: 1, log: () => {} })
    server = await openTestServer({ pool, checkpoints: folders })
    ana = await server.signIn('Ana')
  })
  afterAll(async () => {
    await server?.close()
    await pool?.close()
  })

  const make = (checkpoint: keyof typeof folders, languages: ChosenLanguages | null): Promise<Response> =>
    server.ask(ana, 'POST', '/api/workspaces', {
      name: 'Test',
      checkpoint,
      languages,
      corpus: { name: 'rows', rows: lines([{ id: 'a', source: text }]) },
    })
  const made = async (checkpoint: keyof typeof folders, languages: ChosenLanguages | null): Promise<WorkspaceReply> => {
    const workspace = await read<WorkspaceReply>(await make(checkpoint, languages))
    await writeAll(server, ana, workspace.id)
    return workspace
  }
  const get = async <T>(workspace: string, path: string): Promise<T> =>
    read(await server.ask(ana, 'GET', `/api/workspaces/${workspace}/${path}`))
  const post = async <T>(workspace: string, path: string, body: object): Promise<T> =>
    read(await server.ask(ana, 'POST', `/api/workspaces/${workspace}/${path}`, body))
  const outputOf = async (workspace: string, id = 'a') =>
    (await get<InstanceReply>(workspace, `instances/${id}`)).output?.ids
  const ended = async (workspace: string, { key }: RunReply) => {
    let now = await get<RunReply>(workspace, `runs/${key}`)
    await until('the run has ended', async () => {
      now = await get(workspace, `runs/${key}`)
      return !['queued', 'running'].includes(now.state)
    })
    return now
  }
  const tensorsOf = async (workspace: string, run: RunReply) => {
    const { result, error } = await ended(workspace, run)
    if (result === null) throw new Error(`the run ended with ${error}`)
    const file = await server.ask(ana, 'GET', `/api/workspaces/${workspace}/results/${result}`)
    return decodeSafetensors(new Uint8Array(await file.arrayBuffer()), 'the result')
  }
  const attribute = (workspace: string, instance = 'a') =>
    post<{ run: RunReply }>(workspace, 'attributions', { instance, options: quick, focus: null })
  const named = (source: string, target: string) => ['--source-language', source, '--target-language', target]

  it('[LW1] are those that were asked for, else those of the checkpoint; others are refused with what is known', async () => {
    const german = await made('m2m', { source: 'de', target: 'is' })
    expect(german.languages).toEqual({ source: 'de', target: 'is' })
    expect(german.checkpoint.summary?.languages?.codes).toHaveLength(8)
    expect((await made('mbart', null)).languages).toEqual({ source: 'en_XX', target: 'en_XX' })
    expect((await made('mbart', { source: null, target: 'ro_RO' })).languages).toEqual({
      source: 'en_XX',
      target: 'ro_RO',
    })
    for (const [checkpoint, languages, field, message] of [
      ['m2m', { source: 'xx', target: 'is' }, 'languages.source', /no source language "xx"; .* knows en, ha, is, ja/],
      ['m2m', null, 'languages.target', /name the language to write; .* knows en, ha, is, ja/],
      ['quiz', { source: null, target: 'de' }, 'languages', /no languages to choose from/],
    ] as const) {
      const refused = await make(checkpoint, languages)
      expect([refused.status, await refused.json()]).toMatchObject([400, { error: { field } }])
      expect(JSON.stringify(await (await make(checkpoint, languages)).json())).toMatch(
        new RegExp(message.source.replaceAll('"', String.raw`\\"`)),
      )
    }
  })

  it.each([
    ['m2m', 'de', 'is'],
    ['mbart', 'de_DE', 'ro_RO'],
  ] as const)('[LW2] make outputs and attributions those of the command line (%s)', async (name, source, target) => {
    const { id } = await made(name, { source, target })
    const generated = await command('generate', folders[name], '--text', text, ...named(source, target))
    expect(await outputOf(id)).toEqual(generated['ids'])
    const file = join(folder, `${name}.safetensors`)
    await command(
      'attribute',
      folders[name],
      '--text',
      text,
      ...named(source, target),
      '--method',
      quick.method,
      '--output',
      file,
    )
    const expected = decodeSafetensors(new Uint8Array(readFileSync(file)), file)
    const found = await tensorsOf(id, (await attribute(id)).run)
    for (const [part, theirs] of [
      ['source', 'scores.source'],
      ['prefix', 'scores.prefix'],
      ['objective', 'objective'],
    ] as const) {
      const values = [...expected.get(theirs)!.data].map(Number)
      expect(values.length).toBeGreaterThan(0)
      const numbers = [...found.get(part)!.data].map(Number)
      expect(numbers).toHaveLength(values.length)
      numbers.forEach((value, i) => expect(value).toBeCloseTo(values[i]!, 5))
    }
  })

  it('[LW3] are part of the keys of runs, since the decoder may start with the target', async () => {
    const [german, romanian] = [
      await made('mbart', { source: 'en_XX', target: 'de_DE' }),
      await made('mbart', { source: 'en_XX', target: 'ro_RO' }),
    ]
    // The same ids, forced on both: only the start of the decoder differs.
    const force = async (workspace: string) => {
      const request = { from: 'a', source: null, target: { kind: 'force', text: 'ba' }, checkpoint: null }
      const { instance, run } = await post<DerivedReply>(workspace, 'instances', request)
      if (run !== null) await ended(workspace, run)
      return instance
    }
    const instances = [await force(german.id), await force(romanian.id)] as const
    expect(await outputOf(german.id, instances[0])).toEqual(await outputOf(romanian.id, instances[1]))
    const [one, other] = [await attribute(german.id, instances[0]), await attribute(romanian.id, instances[1])]
    expect(one.run.key).not.toBe(other.run.key)
    const objective = async (workspace: string, run: RunReply) =>
      [...(await tensorsOf(workspace, run)).get('objective')!.data].map(Number)
    const spoken = await objective(romanian.id, other.run)
    expect(await objective(german.id, one.run)).not.toEqual(spoken)
    const { steps } = (await get<InstanceReply>(romanian.id, `instances/${instances[1]}`)).output!
    steps.forEach(({ logProb }, k) => expect(spoken[k]).toBeCloseTo(logProb, 4))
    const lens = { instance: instances[1], question: { kind: 'lens', count: 1 } }
    const asked = await post<{ run: RunReply }>(romanian.id, 'analyses', lens)
    const read = await tensorsOf(romanian.id, asked.run)
    const { shape, data } = read.get('targetLogProbs')!
    const layers = shape[1]!
    steps.forEach(({ logProb }, k) => expect(Number(data[(k + 1) * layers - 1])).toBeCloseTo(logProb, 4))
  })

  it('[LW4] hold for texts of people’s own until they name others, which must be there', async () => {
    const { id } = await made('m2m', { source: 'de', target: 'is' })
    const ask = async (languages: ChosenLanguages | null, from = 'a') => {
      const request = { from, source: 'ba', target: { kind: 'write' }, checkpoint: null, languages }
      const { instance, run } = await post<DerivedReply>(id, 'instances', request)
      if (run !== null) await ended(id, run)
      return get<InstanceReply>(id, `instances/${instance}`)
    }
    const usual = await ask(null)
    expect([usual.source.ids[0], usual.output?.ids[0]]).toEqual([67, 62])
    const own = await ask({ source: 'zh', target: 'ja' })
    expect([own.source.ids[0], own.output?.ids[0]]).toEqual([66, 63])
    expect((await ask(null, own.id)).output?.ids[0]).toBe(63)
    const refused = await server.ask(ana, 'POST', `/api/workspaces/${id}/instances`, {
      from: 'a',
      source: null,
      target: { kind: 'write' },
      checkpoint: null,
      languages: { source: null, target: 'xx' },
    })
    expect([refused.status, await refused.text()]).toEqual([400, expect.stringMatching(/knows en, ha, is, ja/)])
    const elsewhere = { from: 'a', source: 'ba', target: { kind: 'write' }, checkpoint: 'mbart', languages: null }
    const other = await post<DerivedReply>(id, 'instances', elsewhere)
    expect((await get<InstanceReply>(id, `instances/${other.instance}`)).source.ids.at(-1)).toBe(31)
  })

  it('[LW5] go with an export and come back with it', async () => {
    const { id } = await made('m2m', { source: 'de', target: 'is' })
    const archive = await server.ask(ana, 'GET', `/api/workspaces/${id}/export`)
    const bytes = new Uint8Array(await archive.arrayBuffer())
    const restored = await read<WorkspaceReply>(
      await server.ask(ana, 'POST', '/api/workspaces/restore', bytes, { 'content-type': 'application/zip' }),
    )
    expect(restored.languages).toEqual({ source: 'de', target: 'is' })
  })
})
