import type { AttributionOptions, Baseline } from '#compute/types.ts'
import type { Arguments, OptionSpecs } from './arguments.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { Command, CommandContext } from './command.ts'
import { attentionOptions, reportAttentionAttribution } from './attribute-attention.ts'
import { reportAttentionFlow } from './attribute-flow.ts'
import { interactionKinds, reportInteractions } from './attribute-interactions.ts'
import { explainEach, explainedOptions, explainingOptions } from './explaining.ts'
import { summariseExplanations } from './explanation-summary.ts'
import { reportGradient, reportScores } from './attribution-report.ts'
import type { Source } from './source.ts'
import { readProblem } from './targets.ts'
import { groupOptions, groupProblem } from './units.ts'
import { UsageError } from './usage-error.ts'

const methods = [
  'integrated-gradients',
  'gradient',
  'gradient-x-input',
  'gradient-norm',
  'occlusion',
  'attention-attribution',
  'attention',
  'interactions',
] as const
type Method = (typeof methods)[number]

/** Those that integrate along a path, with a rule that can be chosen. */
const pathMethods: readonly Method[] = ['integrated-gradients', 'attention-attribution', 'interactions']

/** Options that say how a number is defined. */
export const methodOptions: OptionSpecs = {
  baseline: { value: 'zero|pad|unk|mean|token:ID', help: 'what stands for no token; zero where it is left out' },
  'attribute-special': { value: null, help: 'special tokens leave their embedding too' },
  objective: { value: 'log-prob|logit|probability', help: 'the number that is explained' },
  contrast: { value: 'TOKEN', help: 'explain the difference to this token (an id or a piece)' },
  nodes: { value: 'N', help: 'exactly N Gauss-Legendre nodes' },
  tolerance: { value: '0.01', help: 'as many nodes as this completeness gap needs' },
}

/** `attribute`: which tokens carried a word. */
export const attribute: Command = {
  name: 'attribute',
  positionals: ['CHECKPOINT'],
  summary: 'scores of source and earlier output for output tokens',
  options: {
    ...explainedOptions,
    output: { value: 'FILE', help: 'safetensors to write; with --corpus a directory' },
    method: { value: methods.join('|'), help: 'integrated-gradients where it is left out' },
    kind: { value: interactionKinds.join('|'), help: 'which interactions; masked pairs where it is left out' },
    ...methodOptions,
    ...groupOptions,
    ...attentionOptions,
    ...explainingOptions,
  },
  run: explainEach(attributeOne, (rows, { local }) => summariseExplanations(rows, local)),
}

async function attributeOne(context: CommandContext, open: OpenCheckpoint, source: Source): Promise<void> {
  const { args } = context
  const problem = await readProblem(args, open, source)
  const method = args.choice('method', methods) ?? 'integrated-gradients'
  const options = await readOptions(args, method, source)
  const grouped = groupProblem(args, method, open, problem, source)
  if (method === 'gradient') return reportGradient(context, open, problem, options)
  if (method === 'attention-attribution') return reportAttentionAttribution(context, open, problem, options, source)
  if (method === 'attention') return reportAttentionFlow(context, open, problem, options, source)
  if (method === 'interactions') return reportInteractions(context, open, grouped, options, source)
  return reportScores(context, open, grouped, { ...options, method }, source)
}

/** Everything but the method, which decides what is reported. */
export type CommonOptions = Omit<AttributionOptions, 'method'> & { readonly unknownId: number | null }

/** The options that all methods share; fails on one that the method has no use for. */
export async function readOptions(args: Arguments, method: Method, source: Source): Promise<CommonOptions> {
  const [nodes, tolerance] = [args.whole('nodes', 1), args.number('tolerance')]
  if (nodes !== undefined && tolerance !== undefined) throw new UsageError('Give either --nodes or --tolerance')
  if (method !== 'interactions' && args.has('kind')) throw new UsageError('--kind belongs to --method interactions')
  if (!pathMethods.includes(method) && (nodes ?? tolerance) !== undefined) {
    throw new UsageError(`--nodes and --tolerance belong to ${pathMethods.join(', ')}, not to ${method}`)
  }
  return {
    baseline: readBaseline(args),
    objective: args.choice('objective', ['log-prob', 'logit', 'probability']) ?? 'log-prob',
    attributeSpecial: args.has('attribute-special'),
    contrast: readContrast(args, source),
    quadrature: nodes === undefined ? { tolerance: tolerance ?? 0.01 } : { nodes },
    unknownId: source.tokenizer?.unknownId ?? null,
  }
}

function readBaseline(args: Arguments): Baseline {
  const written = args.text('baseline') ?? 'zero'
  if (['zero', 'pad', 'unk', 'mean'].includes(written) || /^token:\d{1,9}$/.test(written)) return written as Baseline
  throw new UsageError(`--baseline must be zero, pad, unk, mean or token:ID, not ${JSON.stringify(written)}`)
}

/** The token of --contrast: an id, or a piece of the vocabulary; null where there is none. */
export function readContrast(args: Arguments, { tokenizer }: Source): number | null {
  const written = args.text('contrast')
  if (written === undefined) return null
  if (/^\d{1,9}$/.test(written)) return Number(written)
  const id = tokenizer?.id(written) ?? null
  if (id !== null) return id
  throw new UsageError(
    `--contrast ${JSON.stringify(written)} is no piece of the vocabulary; give one as tokenize shows it, or an id`,
  )
}
