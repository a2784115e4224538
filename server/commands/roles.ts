/** `roles`: what attention heads do, as scores over a text or a corpus. */
import type { RoleTallies } from '#compute/local.ts'
import type { HeadRole, HeadRoles } from '#compute/types.ts'
import { readAlignment } from './aligned-words.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { Command, CommandContext } from './command.ts'
import { explainEach, explainingOptions } from './explaining.ts'
import type { StoredRow } from './run-directory.ts'
import type { Source } from './source.ts'
import { readProblem, targetOptions } from './targets.ts'
import { writeTensorFile } from './tensor-file.ts'

export const roles: Command = {
  name: 'roles',
  positionals: ['CHECKPOINT'],
  summary: 'what attention heads do: positions, separators, induction, copying, alignment',
  options: {
    text: { value: 'TEXT', help: 'the text the model reads' },
    inputs: { value: 'FILE', help: 'or safetensors with input_ids (and decoder_input_ids)' },
    target: targetOptions['target']!,
    output: { value: 'FILE', help: 'safetensors to write; with --corpus a directory' },
    ...explainingOptions,
  },
  run: explainEach(rolesOfOne, summarise),
}

async function rolesOfOne({ args, streams }: CommandContext, open: OpenCheckpoint, source: Source): Promise<void> {
  const problem = await readProblem(args, open, source)
  const { tokenizer } = source
  const collector = open.local.makeHeadRoles(open.opened.engine, open.local.separatorsOf(tokenizer))
  const gold = readAlignment(open, source, problem)
  await collector.add(problem, gold === 'other text' ? null : gold)
  const found = collector.roles()
  const to = args.text('output')
  const { device } = open.opened.engine
  if (to !== undefined) await writeTensorFile(to, tensorsOf(found), { command: 'roles', device })
  if (args.has('json')) {
    const aligned = gold === null ? {} : { isAlignedText: gold !== 'other text' }
    const document = { device, output: to ?? null, ...aligned, roles: listRoles(found), tallies: collector.tallies() }
    return streams.out(JSON.stringify(document))
  }
  for (const line of found.flatMap(describe)) streams.out(line)
}

/**
 * Over a corpus the counts of all rows are joined: every query of every text weighs the same. `alignedTexts` says how many rows with a
 * word alignment have the output that was aligned.
 */
async function summarise(rows: AsyncIterable<StoredRow>, { local, opened }: OpenCheckpoint): Promise<object> {
  const collector = local.makeHeadRoles(opened.engine, () => false)
  const aligned: boolean[] = []
  for await (const { tallies, isAlignedText } of rows) {
    if (tallies !== undefined) collector.absorb(tallies as RoleTallies) // rows are what this command wrote
    if (isAlignedText !== undefined) aligned.push(isAlignedText === true)
  }
  const counted = aligned.length === 0 ? {} : { alignedTexts: aligned.filter(Boolean).length }
  return { ...counted, roles: listRoles(collector.roles()) }
}

const tensorsOf = (found: readonly HeadRoles[]) =>
  Object.fromEntries(
    found.flatMap(({ kind, shape, scores, offset }) => [
      ...Object.entries(scores).map(
        ([role, data]) => [`${role}.${kind}`, { dtype: 'F32', shape, data } as const] as const,
      ),
      [`offset.${kind}`, { dtype: 'I32', shape, data: offset } as const] as const,
    ]),
  )

/** By kind and role, [layers][heads]; null where a role cannot be told. */
function listRoles(found: readonly HeadRoles[]) {
  const rowsOf = (
    data: ArrayLike<number>,
    [layers, heads]: readonly [number, number],
  ): readonly (readonly (number | null)[])[] =>
    Array.from({ length: layers }, (_, l) =>
      Array.from({ length: heads }, (_head, h) => (Number.isNaN(data[l * heads + h]!) ? null : data[l * heads + h]!)),
    )
  return Object.fromEntries(
    found.map(({ kind, shape, scores, offset }) => {
      const named = Object.entries(scores).map(([role, data]) => [role, rowsOf(data, shape)])
      return [kind, { ...Object.fromEntries(named), offset: rowsOf(offset, shape) } as const]
    }),
  )
}

/** A line per head: its roles, the strongest first. */
function describe({ kind, shape: [layers, heads], scores }: HeadRoles): readonly string[] {
  const names = Object.keys(scores) as HeadRole[] // the keys of a record of roles
  return Array.from({ length: layers * heads }, (_, i) => {
    const known = names.filter((role) => !Number.isNaN(scores[role][i]!))
    const sorted = known.toSorted((a, b) => scores[b][i]! - scores[a][i]!)
    const parts = sorted.map((role) => `${role} ${scores[role][i]!.toFixed(2)}`).join('  ')
    return `${kind}.${Math.floor(i / heads)}.${i % heads}  ${parts}`
  })
}
