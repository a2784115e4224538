import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '#compute/index.ts'
import type { FileTensor } from '#compute/index.ts'
import { openCommandLine } from '#tests/support/command-line.ts'
import { fixture, readTensors } from '#tests/support/golden.ts'

const { folder, run: command } = openCommandLine('project')
const run = (...words: readonly string[]) => command('project', ...words)

const { shape, data } = readTensors(fixture('projection/reference.safetensors')).get('points')!
const points = { dtype: 'F32', shape, data } as FileTensor

function write(name: string, tensors: Readonly<Record<string, FileTensor>>): string {
  const path = join(folder, name)
  writeFileSync(path, encodeSafetensors(tensors))
  return path
}

const read = (path: string): ReadonlyMap<string, FileTensor> => decodeSafetensors(readFileSync(path), path)

describe('project on the command line', () => {
  const states = write('states.safetensors', { states: points })
  const output = join(folder, 'layout.safetensors')

  it('[PJ30] writes the layout and what tells whether to trust it, the same bytes for the same seed', async () => {
    const words = ['--states', states, '--method', 'umap', '--seed', '3', '--epochs', '50', '--json', '--output']
    const first = await run(...words, output)
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(JSON.parse(first.out)).toMatchObject({ method: 'umap', seed: 3, device: 'cpu', points: 150 })
    expect(Object.fromEntries([...read(output)].map(([name, tensor]) => [name, tensor.shape]))).toEqual({
      layout: [150, 2],
      reliability: [150],
      trustworthiness: [150],
      continuity: [150],
      neighbours: [150, 15],
      distances: [150, 15],
    })
    const again = join(folder, 'again.safetensors')
    await run(...words, again)
    expect(readFileSync(again).equals(readFileSync(output))).toBe(true)
  })

  it('[PJ31] pca tells the explained variance; layers share a frame, and are in the order of their numbers', async () => {
    const layers = write('layers.safetensors', { 'hidden.10': points, 'hidden.2': { ...points, shape: [1, ...shape] } })
    const { code, out } = await run('--states', layers, '--method=pca', '--output', output, '--json')
    expect(code).toBe(0)
    const found = read(output)
    expect(found.get('layout.2')!.data).toEqual(found.get('layout.10')!.data)
    expect(found.get('explained_variance_ratio.10')!.shape).toEqual([2])
    const report = JSON.parse(out) as { readonly layers: readonly { readonly name: string }[] }
    expect(report.layers.map(({ name }) => name.split(': ')[1])).toEqual(['hidden.2', 'hidden.10'])
    expect(report.layers[0]).toMatchObject({ duplicates: 2 })
  })

  it('[PJ32] new states are placed into an earlier layout', async () => {
    const fresh = write('new.safetensors', {
      states: { dtype: 'F32', shape: [2, shape[1]!], data: (data as Float32Array).slice(0, 2 * shape[1]!) },
    })
    await run('--states', states, '--epochs', '50', '--output', output)
    const before = read(output).get('layout')!.data
    const placed = join(folder, 'placed.safetensors')
    const words = ['--states', states, '--new', fresh, '--layout', output, '--output', placed, '--json']
    expect(await run(...words)).toMatchObject({ code: 0 })
    expect(read(placed).get('layout')!.data).toEqual(before)
    expect(read(placed).get('layout.new')!.shape).toEqual([2, 2])
  })

  it("[PJ33] a user's mistake is one line and exit code 2", async () => {
    const hole: FileTensor = { dtype: 'F32', shape: [4, 2], data: Float32Array.of(1, 2, 3, NaN, 5, 6, 7, 8) }
    const same: FileTensor = { dtype: 'F32', shape: [4, 2], data: new Float32Array(8).fill(2) }
    const ids: FileTensor = { dtype: 'I32', shape: [2, 2], data: Int32Array.of(1, 2, 3, 4) }
    for (const [words, message] of [
      [['--states', write('hole.safetensors', { states: hole })], /NaN at row 1, column 1/],
      [['--states', write('same.safetensors', { states: same })], /all 4 points are the same/],
      [['--states', write('ids.safetensors', { ids })], /holds no matrix of floating-point numbers/],
      [['--states', write('two.safetensors', { a: points, b: points })], /several matrices \(a, b\)/],
      [['--states', states, '--tensor', 'other'], /no matrix "other".*there are states/],
      [['--states', join(folder, 'nowhere')], /there is no such file/],
      [['--states', states, '--method', 'mds'], /--method must be pca or umap or tsne/],
      [['--states', states, '--perplexity', '-3'], /--perplexity must be between 1/],
      [['--states', states, '--engine', 'umap-js', '--method', 'pca'], /--engine umap-js lays out with umap/],
      [['--states', states, '--layout', states], /holds no layout/],
      [['--states', states, '--device', 'tpu'], /--device must be/],
    ] as const) {
      const { code, err } = await run(...words, '--output', output, '--json')
      expect(err).toMatch(message)
      expect(err.trim().split('\n')).toHaveLength(1)
      expect(code).toBe(2)
    }
    expect(await run('--states', states)).toMatchObject({ code: 2 })
  })
})
