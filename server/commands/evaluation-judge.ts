/** Judging one output of a corpus: metrics against its reference, and which of its names the source supports. */
import type { EntityFinder, JudgedEntity, TextMetric } from '#compute/local.ts'
import type { AnnotatedEntity } from '#compute/types.ts'
import { annotation } from '../corpus/annotations.ts'
import type { CorpusEntry } from '../corpus/stream.ts'
import type { Local } from './command.ts'
import type { CorpusExtras } from './corpus-run.ts'
import type { ReportedOutput } from './output-report.ts'
import { UsageError } from './usage-error.ts'

/** A row of an evaluation as it is stored. */
export interface JudgedOutput extends ReportedOutput {
  readonly reference?: string
  readonly group?: string
  readonly metrics?: Readonly<Record<string, unknown>>
  readonly entities?: readonly JudgedEntity[]
}

type Written = ReportedOutput & { readonly offsets: readonly (readonly [start: number, end: number])[] | null }

/** Reads the list of metrics; null where nobody gave one: then those that a row allows. */
function readMetrics(written: string | undefined, known: readonly string[]): ReadonlySet<string> | null {
  if (written === undefined) return null
  const names = written.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return new Set(names)
  throw new UsageError(`--metrics takes ${known.join(', ')}, not ${JSON.stringify(unknown)}`)
}

/** The parts of a corpus run that judge. */
export function openJudge(
  metrics: string | undefined,
  column: string | undefined,
  local: Local,
): Required<Pick<CorpusExtras, 'look' | 'ready' | 'judge'>> {
  const chosen = readMetrics(metrics, [...local.textMetrics, 'entities'])
  const wants = (name: string): boolean => chosen === null || chosen.has(name)
  const lexicon = local.openLexiconBuilder()
  const seen = { references: 0, annotations: 0, groups: 0 }
  let finder: EntityFinder | null = null
  return {
    look: ({ reference, values }) => {
      if (reference !== null) seen.references += 1
      if (column !== undefined && values.has(column)) seen.groups += 1
      if (!values.has('sourceEntities')) return
      seen.annotations += 1
      lexicon.add(annotationOf(values, 'sourceEntities'), annotationOf(values, 'referenceEntities'))
    },
    ready: () => {
      checkCorpus(chosen, column, seen)
      if (seen.annotations > 0 && wants('entities')) finder = local.openEntityFinder(lexicon.build())
    },
    judge: (document, entry) => {
      const { offsets, ...output } = document as Written // what this command writes
      return {
        ...output,
        ...compare(output, entry, local.textMetrics.filter(wants), local),
        ...(column === undefined ? {} : { group: nameGroup(entry.values.get(column)) }),
        ...(finder === null ? {} : { entities: labelOutput(finder, { ...output, offsets }, entry, local) }),
      }
    },
  }
}

const nameGroup = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null))

interface Seen {
  readonly references: number
  readonly annotations: number
  readonly groups: number
}

function checkCorpus(chosen: ReadonlySet<string> | null, column: string | undefined, seen: Seen): void {
  if (column !== undefined && seen.groups === 0) throw new UsageError(`--by ${column}: no row has this column`)
  if (chosen === null) return
  if (chosen.has('entities') && seen.annotations === 0) {
    throw new UsageError('--metrics entities needs rows with sourceEntities: [{"type": …, "text": …}, …]')
  }
  if ([...chosen].some((name) => name !== 'entities') && seen.references === 0) {
    throw new UsageError('No row has a reference to compare with; name its column: --reference-column NAME')
  }
}

function annotationOf(values: CorpusEntry['values'], name: string): readonly AnnotatedEntity[] {
  const parsed = annotation.safeParse(values.get(name) ?? [])
  if (parsed.success) return parsed.data
  throw new UsageError(`The column ${name} must be a list of {"type": …, "text": …}`)
}

function compare(
  { text }: ReportedOutput,
  { reference }: CorpusEntry,
  metrics: readonly TextMetric[],
  { scoreRow }: Local,
): Pick<JudgedOutput, 'reference' | 'metrics'> {
  if (text === null || reference === null) return {}
  return {
    reference,
    metrics: Object.fromEntries(metrics.flatMap((metric) => Object.entries(scoreRow(metric, text, reference)))),
  }
}

function labelOutput(
  finder: EntityFinder,
  { text, steps, offsets }: Written,
  { source }: CorpusEntry,
  { judgeEntities }: Local,
): readonly JudgedEntity[] {
  if (text === null || source === null || offsets === null) return []
  return judgeEntities(finder, source, { text, offsets, steps })
}
