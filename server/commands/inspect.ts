import type { BaselineAdvice } from '#compute/local.ts'
import type { CheckpointSummary } from '#compute/types.ts'
import { withCheckpoint } from './checkpoint.ts'
import { commonOptions } from './command.ts'
import type { Command } from './command.ts'

/** `inspect`: what a checkpoint is, before anything is computed with it. */
export const inspect: Command = {
  name: 'inspect',
  positionals: ['CHECKPOINT'],
  summary: 'architecture, sizes, tokenizer, taps and memory of a checkpoint',
  options: commonOptions,
  run: (context) =>
    withCheckpoint(context, async ({ local, opened }) => {
      const summary = await local.inspectCheckpoint(opened)
      const report = {
        ...summary,
        taps: local.tapsOf(opened.engine.model),
        memory: local.estimateMemory(opened.engine),
        recommendedBaseline: local.baselineAdvice(opened.engine.model),
      }
      if (context.args.has('json')) return context.streams.out(JSON.stringify(report))
      for (const line of describe(report)) context.streams.out(line)
    }),
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 24 ? 1 : 0)} MB`

type Report = CheckpointSummary & {
  readonly taps: readonly string[]
  readonly recommendedBaseline: BaselineAdvice
  readonly memory: { readonly weights: number; readonly repacked: number; readonly buffers: number }
}

function describe({ architecture, kind, layers, heads, taps, memory, ...report }: Report): readonly string[] {
  const isDecoder = kind === 'decoder-only'
  const sides = (encoder: number, decoder: number): string => (isDecoder ? `${decoder}` : `${encoder} + ${decoder}`)
  return [
    `architecture  ${architecture}, ${kind}`,
    `layers        ${sides(layers.encoder, layers.decoder)}, heads ${sides(heads.encoder, heads.decoder)}, width ${report.width}`,
    `parameters    ${report.parameters.toLocaleString('en')}, vocabulary ${report.vocabulary.toLocaleString('en')}`,
    `length        ${report.maxTokens === null ? 'no limit' : `at most ${report.maxTokens} tokens`}`,
    `tokenizer     ${report.tokenizer ?? 'none that can be read'}`,
    ...languagesOf(report),
    `taps          ${taps.join(', ')}`,
    `baselines     ${report.baselines.join(', ')}, token:ID`,
    `recommended   ${report.recommendedBaseline.baseline}: ${report.recommendedBaseline.reason}`,
    `memory        weights ${megabytes(memory.weights)} mapped, ${megabytes(memory.repacked)} repacked, up to ${megabytes(memory.buffers)} of buffers`,
    `revision      ${report.revision}`,
  ]
}

function languagesOf({ languages }: Pick<Report, 'languages'>): readonly string[] {
  if (languages === null) return []
  const { codes, source, target } = languages
  return [`languages     ${codes.join(' ')}`, `              reads ${source}, writes ${target ?? 'what is asked'}`]
}
