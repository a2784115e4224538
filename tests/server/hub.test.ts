import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readHub } from '#server/settings.ts'
import { runCommand } from '#tests/support/command-line.ts'
import { fixture } from '#tests/support/golden.ts'
import { startHub } from '#tests/support/hub.ts'
import type { TestHub } from '#tests/support/hub.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-hub-cli-'))
let hub: TestHub
beforeAll(async () => {
  const names = ['config.json', 'generation_config.json', 'model.safetensors']
  const files = names.map((name) => [name, readFileSync(fixture(`gpt2/checkpoint/${name}`))] as const)
  hub = await startHub('org/tiny', Object.fromEntries(files))
  hub.faults.gate = { token: 'secret', status: 401, code: '' }
})
afterAll(async () => {
  await hub.close()
  rmSync(root, { recursive: true })
})

const run = (words: readonly string[], more: Readonly<Record<string, string>> = {}) =>
  runCommand(words, {
    COATTEND_CACHE: join(root, 'cache'),
    COATTEND_DATA: join(root, 'data'),
    HF_HOME: join(root, 'home'),
    HF_ENDPOINT: `${hub.url}/`,
    HF_TOKEN: 'secret',
    ...more,
  })

describe('a checkpoint by its name at the hub', () => {
  it('[HF20] is fetched with progress on standard error, and registered under its name', async () => {
    const { code, out, err } = await run(['import', 'org/tiny', '--json'])
    expect(code, err).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ id: 'org-tiny', name: 'org/tiny', summary: { architecture: 'gpt2' } })
    expect(err).toMatch(/^fetching config\.json: .* of 0\.1 MB in all$/m)
    expect(err).toMatch(/^fetching model\.safetensors: 0\.1 of 0\.1 MB in all$/m)
  })

  it('[HF21] is what every command takes, without a network too', async () => {
    const named = await run(['inspect', 'org/tiny@main', '--json'])
    expect(named).toMatchObject({ code: 0, err: '' })
    expect(await run(['inspect', 'org/tiny', '--json'], { HF_HUB_OFFLINE: '1', HF_TOKEN: '' })).toEqual(named)
  })

  it('[HF22] that is neither a folder nor at the hub is one line and exit code 2', async () => {
    const { code, err } = await run(['inspect', 'org/none'])
    expect({ code, lines: err.trim().split('\n').length }).toEqual({ code: 2, lines: 1 })
    expect(err).toMatch(
      /There is no folder org\/none, and as a name at the hub: There is no org\/none at revision main/,
    )
    expect((await run(['inspect', 'org/tiny'], { HF_TOKEN: '', HF_HOME: join(root, 'other') })).err).toMatch(/HF_TOKEN/)
    expect(await run(['inspect', 'org/tiny'], { HF_ENDPOINT: 'hub' })).toMatchObject({ code: 2 })
  })
})

describe('the folder of the hub', () => {
  it.each([
    [{ HF_HUB_CACHE: '/a', HF_HOME: '/b' }, '/a'],
    [{ HUGGINGFACE_HUB_CACHE: '/a', HF_HOME: '/b' }, '/a'],
    [{ HF_HOME: '/b', XDG_CACHE_HOME: '/c' }, '/b/hub'],
    [{ XDG_CACHE_HOME: '/c', HF_HOME: '' }, '/c/huggingface/hub'],
  ])('[HF23] is where the variables of other libraries say: %j', (env, cache) => {
    expect(readHub(env)).toMatchObject({ cache, endpoint: 'https://huggingface.co', token: null, offline: false })
  })
})
