/** Everything that is measured of heads, as means and spreads over a sample of a corpus. */
import { openNamedAblation } from '#compute/ablation/ablation.ts'
import { headEffects } from '#compute/ablation/effects.ts'
import { alignTokens } from '#compute/ablation/gold-alignment.ts'
import type { GoldAlignment } from '#compute/ablation/gold-alignment.ts'
import { headMeasures } from '#compute/ablation/head-measures.ts'
import { makeHeadRoles, separatorsOf } from '#compute/ablation/head-roles.ts'
import type { RoleCollector } from '#compute/ablation/head-roles.ts'
import { makeHeadMeans } from '#compute/ablation/heads.ts'
import type { HeadValues } from '#compute/ablation/heads.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { Opened } from '#compute/tasks/opened.ts'
import type {
  AlignedRow,
  HeadEffects,
  HeadMatrix,
  HeadMeasures,
  HeadSummaryTask,
  Progress,
  StudyResult,
  StudyRow,
} from '#compute/types.ts'
import { openMoments } from './moments.ts'
import type { Moments } from './moments.ts'
import { asMatrix, importanceSteps } from './rankings.ts'
import { roleDefinitions } from './role-definitions.ts'
import { headTensors, problemOf, reporting } from './study.ts'
import type { StudySteps } from './study.ts'

const measures = ['entropy', 'distance', 'confidence', 'sink'] as const
const names = ['attribution', 'gradient', ...measures, 'effect'] as const
type Collected = Readonly<Record<(typeof names)[number], Moments>>

/** Rows weigh as many as their output tokens, so that a mean is one over all output tokens of the sample. */
export async function* summariseHeads(opened: Opened, task: HeadSummaryTask): StudySteps {
  const { engine } = opened
  const { rows, value } = task
  const means = value === 'mean' ? yield* meanOutputs(engine, rows) : null
  const collected = Object.fromEntries(names.map((name) => [name, openMoments()])) as Collected // every name is there
  const tokenizer = await opened.tokenizer().catch(() => null)
  const roles = makeHeadRoles(engine, separatorsOf(tokenizer))
  let aligned = 0
  for (const [done, row] of rows.entries()) {
    const progress = { stage: 'Measuring heads', done, total: rows.length }
    yield* measureRow(engine, row, task, { collected, means, progress })
    if (await countRoles(engine, roles, row)) aligned += 1
    yield progress
  }
  return resultOf(collected, roles, task, aligned)
}

/** The mean output of every head over all queries of all rows. */
export async function* meanOutputs(engine: Engine, rows: readonly StudyRow[]): AsyncGenerator<Progress, HeadValues> {
  const means = makeHeadMeans(engine)
  for (const [done, row] of rows.entries()) {
    await means.add(problemOf(engine, row))
    yield { stage: 'Reading mean head outputs', done: done + 1, total: rows.length }
  }
  return means.values()
}

interface Measuring {
  readonly collected: Collected
  readonly means: HeadValues | null
  readonly progress: Progress
}

async function* measureRow(
  engine: Engine,
  row: StudyRow,
  { quadrature, value }: HeadSummaryTask,
  { collected, means, progress }: Measuring,
): AsyncGenerator<Progress, void> {
  const problem = problemOf(engine, row)
  const weight = row.output.length
  const options = { objective: 'log-prob', contrast: null, quadrature } as const
  for (const by of ['attribution', 'gradient'] as const) {
    const importance = yield* reporting(importanceSteps(engine, problem, by, options), progress)
    collected[by].add(importance.map(asMatrix), weight)
  }
  const looks = await headMeasures(engine, problem.source, problem.prefix)
  for (const name of measures)
    collected[name].add(
      looks.map((look) => matrixOf(look, name)),
      weight,
    )
  yield progress
  const { ablation } = await openNamedAblation(engine, problem, { ...options, value }, means)
  const { effects } = yield* reporting(headEffects(engine, ablation), progress)
  collected.effect.add(effects.map(meanEffect), weight)
}

const matrixOf = (look: HeadMeasures, name: (typeof measures)[number]): HeadMatrix => ({
  kind: look.kind,
  shape: look.shape,
  values: look[name],
})

/** The mean over the targets of a row. */
function meanEffect({ kind, effect, shape: [targets, layers, heads] }: HeadEffects): HeadMatrix {
  const values = new Float32Array(layers * heads)
  effect.forEach((value, i) => (values[i % values.length]! += value / targets))
  return { kind, shape: [layers, heads], values }
}

/** Counts what the heads do in a row; says whether the words of its output were aligned. */
async function countRoles(engine: Engine, roles: RoleCollector, row: AlignedRow): Promise<boolean> {
  const gold = engine.model.kind === 'decoder-only' ? null : goldOf(row)
  await roles.add(problemOf(engine, row), gold)
  return gold !== null
}

function goldOf({ alignment }: AlignedRow): GoldAlignment | null {
  if (alignment === null) return null
  const { text, tokens, written, writtenTokens, sourceWords, outputWords, links } = alignment
  return alignTokens(
    { text, tokens, words: sourceWords },
    { text: written, tokens: writtenTokens, words: outputWords },
    links,
  )
}

function resultOf(collected: Collected, roles: RoleCollector, task: HeadSummaryTask, aligned: number): StudyResult {
  const { rows, quadrature, value } = task
  const measured = names.flatMap((name) => [
    headTensors(name, collected[name].mean()),
    headTensors(`${name}.sd`, collected[name].spread()),
  ])
  const scored = roles
    .roles()
    .flatMap(({ kind, shape, scores, offset }) => [
      ...Object.entries(scores).map(([role, values]) => headTensors(`role.${role}`, [{ kind, shape, values }])),
      { [`role.offset.${kind}`]: { dtype: 'I32', shape, data: offset } as const },
    ])
  return {
    tensors: Object.assign({}, ...measured, ...scored) as StudyResult['tensors'], // records of tensors alone
    report: {
      rows: rows.length,
      tokens: rows.reduce((sum, { output }) => sum + output.length, 0),
      alignedRows: aligned,
      quadrature,
      value,
      roles: roleDefinitions,
    },
  }
}
