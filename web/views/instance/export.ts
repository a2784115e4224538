/** What the Instance View gives away: its lanes as a picture, its numbers as a table, and the file they were read from. */
import type { Accessor } from 'solid-js'
import { readRun } from '#web/api/runs.ts'
import type { Api } from '#web/api/request.ts'
import type { StatedValue } from '#web/export/citation.ts'
import type { Exportable } from '#web/export/registry.ts'
import type { CellValue, Column, Table } from '#web/export/table.ts'
import { percent, plain, probability, signed } from '#web/marks/numbers.ts'
import { spanText } from '#web/marks/pieces.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { describeOptions, unitOf, withUnit } from './explanations.ts'
import type { Side } from './frame.ts'
import { spanOf, sumsOf } from './layout.ts'
import type { InstanceModel } from './model.ts'
import { quoteOf } from './model.ts'
import type { LaneDrawing } from './picture.ts'

export interface ExportParts {
  readonly model: InstanceModel
  readonly ramps: Accessor<Ramps>
  readonly api: Api
  readonly workspace: string
}

/** Offered by the Instance View for the instance on screen. */
export function instanceExport(parts: ExportParts): Exportable {
  const { model } = parts
  return {
    title: 'Instance',
    name: () => [model.choice() === null ? 'instance' : 'attribution', model.instance().id, chosenText(model)],
    caption: () => captionOf(model),
    facts: () => factsOf(model),
    svg: async (inks) => {
      const [{ lanePicture }, { createMeasure }, legend] = await Promise.all([
        import('./picture.ts'),
        import('#web/export/measure.ts'),
        import('./legend.ts'),
      ])
      const ramps = parts.ramps()
      const style = { inks, ramps, measure: createMeasure(), legend: legend.legendOf(model, ramps, inks) }
      return lanePicture(lanesOf(model), style)
    },
    csv: () => tableOf(model),
    json: () => documentOf(model),
    tensors: () => resultOf(parts),
    values: () => valuesOf(model),
  }
}

function chosenText(model: InstanceModel): string {
  const choice = model.choice()
  return choice === null ? '' : spanText(model.pieces()[choice.side], ...spanOf(choice))
}

function captionOf(model: InstanceModel): string {
  const choice = model.choice()
  const { id } = model.instance()
  if (choice === null) return `${id}: the text and what the model wrote`
  const quote = quoteOf(model.pieces(), choice)
  const what = choice.side === 'output' ? `what contributed to ${quote}` : `how much each output drew on ${quote}`
  return `${id}: ${what}, ${describeOptions(model.options())}`
}

function factsOf(model: InstanceModel): Readonly<Record<string, string>> {
  const { quadrature, contrast, baseline } = model.options()
  const run = model.entry()?.run ?? null
  const facts: Record<string, string> = {
    instance: model.instance().id,
    method: describeOptions(model.options()),
    baseline,
    precision: 'nodes' in quadrature ? `${quadrature.nodes} nodes` : `gap at most ${percent(quadrature.tolerance)}`,
    decoding: model.instance().output?.decoding ?? 'no output',
  }
  if (model.attention.looking() !== null) facts['attention'] = model.attention.name()
  if (contrast !== null) facts['contrast'] = `token ${contrast}`
  if (run !== null) facts['run'] = run
  return facts
}

function lanesOf(model: InstanceModel): readonly LaneDrawing[] {
  const { output } = model.instance()
  const scale = model.entropyScale()
  const source: LaneDrawing = {
    title: model.layout().kind === 'decoder-only' ? 'Prompt' : 'Source',
    note: '',
    pieces: model.pieces().source,
    frame: model.frame('source'),
    feet: null,
  }
  if (output === null) return [source]
  const feet = output.steps.map(({ entropy }) => Math.min(1, entropy / scale))
  return [source, { title: 'Output', note: '', pieces: model.pieces().output, frame: model.frame('output'), feet }]
}

/** One row a token, source first. Contributions are those to the chosen output, by pieces whatever the lanes show. */
function tableOf(model: InstanceModel): Table {
  const rows = (['source', 'output'] as const).flatMap((side) =>
    model.pieces()[side].map((piece) => ({ side, piece, values: numbersOf(model, side, piece.index) })),
  )
  const column = (name: string, unit: string | null, read: (row: (typeof rows)[number]) => CellValue): Column => ({
    name,
    unit,
    values: rows.map(read),
  })
  const unit = unitOf(model.options().objective) || null
  const choice = model.choice()
  const value = choice?.side === 'source' ? 'drawn' : 'contribution'
  const looking = model.attention.looking() !== null
  return [
    column('side', null, ({ side }) => side),
    column('index', null, ({ piece }) => piece.index),
    column('id', null, ({ side, piece }) => model.instance()[side]?.ids[piece.index] ?? null),
    column('token', null, ({ piece }) => piece.raw),
    column('text', null, ({ piece }) => piece.label),
    column('word', null, ({ piece }) => piece.word),
    ...(choice === null ? [] : [column(value, unit, ({ values }) => values.value)]),
    ...(looking ? [column('attention', null, ({ values }) => values.attention)] : []),
    column('log_prob', 'nats', ({ values }) => values.logProb),
    column('entropy', 'nats', ({ values }) => values.entropy),
    column('gap', unit, ({ values }) => values.gap),
  ]
}

function numbersOf(model: InstanceModel, side: Side, index: number) {
  const step = side === 'output' ? model.instance().output?.steps[index] : undefined
  const scores = side === 'output' ? model.scores() : null
  const drawn = side === 'output' ? (model.drawn()?.[index] ?? null) : null
  return {
    value: model.reaching()?.[side][index] ?? drawn,
    attention: model.attention.looking()?.[side]?.[index] ?? null,
    logProb: step?.logProb ?? null,
    entropy: step?.entropy ?? null,
    gap: scores?.known[index] === 1 ? (scores.gap[index] ?? null) : null,
  }
}

/** Everything known of the instance, all targets at once. */
function documentOf(model: InstanceModel): unknown {
  const { id, source, reference, attributes, output } = model.instance()
  const scores = model.scores()
  const rows = (data: Float32Array, width: number): readonly (readonly number[])[] =>
    Array.from({ length: scores?.targets ?? 0 }, (_, target) =>
      Array.from(data.subarray(target * width, (target + 1) * width)),
    )
  return {
    instance: { id, source, reference, attributes, output },
    options: model.options(),
    chosen: model.choice(),
    attribution: scores && {
      unit: unitOf(model.options().objective),
      targets:
        'row k belongs to output token k; columns of source are its tokens, of prefix the start token and the earlier output',
      known: [...scores.known],
      source: rows(scores.source, scores.sourceWidth),
      prefix: rows(scores.prefix, scores.prefixWidth),
      objective: [...scores.objective],
      baselineObjective: [...scores.baselineObjective],
      gap: [...scores.gap].map((gap) => (Number.isFinite(gap) ? gap : null)),
      converged: [...scores.converged],
      nodes: [...scores.nodes],
    },
  }
}

/** The hash of the result file; a run that is not done has none. */
async function resultOf({ model, api, workspace }: ExportParts): Promise<string | null> {
  const entry = model.entry()
  if (entry?.run === null || entry?.run === undefined || entry.phase.kind !== 'done') return null
  return (await readRun(api, workspace, entry.run)).result
}

const total = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0)

/** What stands beside the lanes, for a message. */
function valuesOf(model: InstanceModel): readonly StatedValue[] {
  const choice = model.choice()
  const step =
    choice?.side === 'output' && choice.last === undefined ? model.instance().output?.steps[choice.index] : undefined
  const stated: StatedValue[] = [['instance', model.instance().id]]
  if (choice) stated.push(['chosen', quoteOf(model.pieces(), choice)])
  if (step) {
    stated.push(['probability when written', probability(Math.exp(step.logProb), 3)])
    stated.push(['entropy of the step', `${plain(step.entropy)} nats`])
  }
  return [...stated, ...contributionsOf(model)]
}

function contributionsOf(model: InstanceModel): readonly StatedValue[] {
  const [reaching, scores, choice] = [model.reaching(), model.scores(), model.choice()]
  if (reaching === null || scores === null || choice === null) return []
  const { objective } = model.options()
  const sums = sumsOf(scores, ...spanOf(choice))
  return [
    ['source', withUnit(signed(total(reaching.source)), objective)],
    ['earlier output', withUnit(signed(total(reaching.output)), objective)],
    ['measured change', withUnit(signed(sums.change), objective)],
    ...(Number.isNaN(sums.gap)
      ? []
      : [['gap', `${withUnit(signed(sums.gap, 3), objective)}${sums.converged ? '' : ', not converged'}`] as const]),
  ]
}
