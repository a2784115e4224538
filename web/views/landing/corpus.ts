/** Reads a pasted or chosen JSONL text before it is sent: what columns it has, what is wrong with it, and where. */

export interface CorpusColumn {
  readonly name: string
  /** Rows that have a value. */
  readonly filled: number
  readonly kind: 'text' | 'number' | 'yes/no' | 'list' | 'structure' | 'mixed'
  /** Value of the first row that has one, shortened. */
  readonly sample: string
}

export interface CorpusProblem {
  /** From 1. */
  readonly line: number
  readonly message: string
}

export interface CorpusReading {
  readonly rows: number
  readonly columns: readonly CorpusColumn[]
  /** The first few; `problemCount` says how many there are. */
  readonly problems: readonly CorpusProblem[]
  readonly problemCount: number
  readonly preview: readonly Readonly<Record<string, unknown>>[]
}

const shownProblems = 5
const shownRows = 3
const sampleLength = 60
/** The server's limit on one corpus. */
export const mostCharacters = 64_000_000

export function readCorpus(text: string): CorpusReading {
  const rows: Record<string, unknown>[] = []
  const problems: CorpusProblem[] = []
  let problemCount = 0
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return
    const row = parseRow(line)
    if (typeof row !== 'string') return void rows.push(row)
    problemCount++
    if (problems.length < shownProblems) problems.push({ line: index + 1, message: row })
  })
  return { rows: rows.length, columns: columnsOf(rows), problems, problemCount, preview: rows.slice(0, shownRows) }
}

/** One row as an object without a prototype, or what is wrong with the line. */
function parseRow(line: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return 'not a JSON object: each line is one {…}'
    return Object.assign(Object.create(null) as Record<string, unknown>, value)
  } catch {
    return 'not JSON: check quotes and commas, one object a line'
  }
}

function columnsOf(rows: readonly Record<string, unknown>[]): readonly CorpusColumn[] {
  const found = new Map<string, { filled: number; kinds: Set<CorpusColumn['kind']>; sample: string }>()
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (value === null || value === '') continue
      const column = found.get(name) ?? { filled: 0, kinds: new Set(), sample: sampleOf(value) }
      column.filled++
      column.kinds.add(kindOf(value))
      found.set(name, column)
    }
  }
  return [...found].map(([name, { filled, kinds, sample }]) => {
    const [only] = kinds
    return { name, filled, sample, kind: kinds.size === 1 && only ? only : 'mixed' }
  })
}

function kindOf(value: unknown): CorpusColumn['kind'] {
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'number'
  if (typeof value === 'boolean') return 'yes/no'
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return 'list'
  return 'structure'
}

function sampleOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > sampleLength ? `${text.slice(0, sampleLength - 1)}…` : text
}

/** Which column plays which part; empty where none fits. */
export interface CorpusFields {
  readonly id: string
  readonly source: string
  readonly reference: string
}

const usual = {
  id: ['id', 'key', 'uid'],
  source: ['source', 'text', 'prompt', 'article', 'document', 'question', 'input', 'src'],
  reference: ['reference', 'target', 'summary', 'answer', 'output', 'label', 'tgt'],
} as const

/** Guesses from the names; the longest text where no name says which one is the source. */
export function guessFields(columns: readonly CorpusColumn[]): CorpusFields {
  // A column with the right name but some other values is taken too: its fault is then named.
  const texts = columns.filter((column) => column.kind === 'text' || column.kind === 'mixed')
  const named = (part: keyof typeof usual): string =>
    usual[part].find((name) => texts.some((column) => column.name === name)) ?? ''
  const id = named('id') || (columns.find((column) => column.name === 'id')?.name ?? '')
  const source = named('source') || (longest(texts.filter(({ name }) => name !== id))?.name ?? '')
  const reference = named('reference')
  return { id, source, reference: reference === source ? '' : reference }
}

const longest = (columns: readonly CorpusColumn[]): CorpusColumn | undefined =>
  [...columns].sort((left, right) => right.sample.length - left.sample.length)[0]

/** Why this cannot be made into a workspace yet; null when it can. */
export function corpusError(reading: CorpusReading, fields: CorpusFields): string | null {
  if (reading.problemCount > 0) {
    const [first] = reading.problems
    const more = reading.problemCount > 1 ? ` (${reading.problemCount} lines in all)` : ''
    return `Line ${first?.line ?? 1} is ${first?.message ?? 'not readable'}${more}.`
  }
  if (reading.rows === 0) return 'There are no rows yet: choose a file or paste lines of JSON.'
  if (fields.source === '') return 'No column holds the text the model reads: choose one as source.'
  const source = reading.columns.find((column) => column.name === fields.source)
  if (source && source.filled < reading.rows) return `${reading.rows - source.filled} rows have no “${fields.source}”.`
  if (source && source.kind !== 'text') return `“${fields.source}” is not text in every row.`
  return null
}
