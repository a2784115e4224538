/**
 * Running a command over a corpus. What a command does for one text it does for every row here, with the row's texts in the place
 * of its options, its JSON document as a line of `rows.jsonl` and its tensors as a file.
 */
import { existsSync } from 'node:fs'
import { engineVersion } from '#compute/index.ts'
import { readCorpus, surveyCorpus } from '../corpus/stream.ts'
import type { CorpusEntry, CorpusFile } from '../corpus/stream.ts'
import type { OptionSpecs } from './arguments.ts'
import type { OpenCheckpoint } from './checkpoint.ts'
import type { CommandContext } from './command.ts'
import { requireTemplate } from './conversation.ts'
import { asFault, captureJson, contextOfRow, isFault, readRow } from './corpus-row.ts'
import type { Fault } from './corpus-row.ts'
import { startProgress } from './progress.ts'
import { openRunDirectory } from './run-directory.ts'
import type { Manifest, RunDirectory, StoredRow } from './run-directory.ts'
import { readSource } from './source.ts'
import type { Source } from './source.ts'
import { UsageError } from './usage-error.ts'

/** Options of every command that can be run over a corpus; its `--output` is then a directory. */
export const corpusOptions: OptionSpecs = {
  corpus: { value: 'FILE', help: 'JSONL, one object a line: source, and id and reference where there are any' },
  resume: { value: null, help: 'go on with the run that the directory of --output holds' },
  limit: { value: 'N', help: 'the first rows of the corpus only' },
  'source-column': { value: 'NAME', help: 'column of the source; source, text or prompt where it is left out' },
  'reference-column': { value: 'NAME', help: 'column of the reference; reference, target or answer otherwise' },
}

/** For commands that explain an output. */
export const explainOption: OptionSpecs = {
  explain: {
    value: 'output|reference',
    help: 'with --corpus: what the model writes (where left out), or the reference',
  },
}

/** What a command does for one source; it reports as for a single text. */
export type WorkOnOne = (context: CommandContext, source: Source) => Promise<void>

/** What a command may add. */
export interface CorpusExtras {
  /** Documents of several rows computed together, in their order; null for a row that is left to the work on one. */
  readonly together?: (sources: readonly Source[]) => Promise<readonly (object | null)[]>
  /** Sees every row of the corpus before work begins. */
  readonly look?: (entry: CorpusEntry) => void
  /** Called when all rows were seen; may refuse the corpus. */
  readonly ready?: () => void
  /** Sees every row that can be read before the first is computed; once more where a run goes on. */
  readonly prepare?: (visit: (work: WorkOnOne) => Promise<void>) => Promise<void>
  /** Adds to the document of a row. */
  readonly judge?: (document: object, entry: CorpusEntry) => object
  readonly summarise?: (rows: AsyncIterable<StoredRow>) => Promise<object>
}

/** Does the work for the text or file that was given, or for every row of a corpus. Resolves with the exit code. */
export async function runOnSources(
  context: CommandContext,
  open: OpenCheckpoint,
  one: WorkOnOne,
  extras: CorpusExtras = {},
): Promise<number> {
  const { args } = context
  if (args.has('corpus')) return runOverCorpus(context, open, one, extras)
  for (const name of [...Object.keys(corpusOptions), 'explain']) {
    if (args.has(name)) throw new UsageError(`--${name} belongs to --corpus FILE`)
  }
  await one(context, await readSource(args, open))
  return 0
}

async function runOverCorpus(
  context: CommandContext,
  open: OpenCheckpoint,
  one: WorkOnOne,
  extras: CorpusExtras,
): Promise<number> {
  const { args } = context
  const [path, to] = [args.text('corpus')!, args.text('output')]
  if (to === undefined) throw new UsageError('Give --output DIRECTORY for the results of a corpus')
  for (const name of ['text', 'inputs', 'conversation', 'target']) {
    if (args.has(name)) throw new UsageError(`Give either --${name} or --corpus FILE, whose rows hold it`)
  }
  const file: CorpusFile = {
    path,
    source: args.text('source-column'),
    reference: args.text('reference-column'),
    limit: args.whole('limit', 1) ?? Infinity,
  }
  requireTemplate(args, open)
  const { rows, hash } = await surveyCorpus(file, extras.look ?? (() => {}))
  extras.ready?.()
  const manifest = await describeRun(context, open, { rows, sha256: hash })
  const directory = await openRunDirectory(to, manifest, args.has('resume'))
  try {
    if (directory.stored() < rows) await extras.prepare?.((work) => visitRows(context, open, file, work))
    return await computeAll({ context, open, one, extras, file, directory, rows }, to)
  } finally {
    await directory.close()
  }
}

async function computeAll(run: Omit<Run, 'isStopped'>, to: string): Promise<number> {
  const { context, directory, rows, extras } = run
  const interrupt = watchInterrupt()
  try {
    await computeRows({ ...run, isStopped: interrupt.isAsked })
    if (directory.stored() < rows) return stopped(context, directory.stored(), rows)
    return await finish(context, extras, directory, to)
  } finally {
    interrupt.end()
  }
}

/** Work that leaves no results, on every row; those that cannot be computed are passed over, and are told of later. */
async function visitRows(
  context: CommandContext,
  open: OpenCheckpoint,
  file: CorpusFile,
  work: WorkOnOne,
): Promise<void> {
  for await (const entry of readCorpus(file)) {
    await readRow(context.args, entry, open)
      .then((source) => work(contextOfRow(context, entry, ''), source))
      .catch(asFault)
  }
}

/** Options that say where and how far, not what. */
const besides = new Set(['corpus', 'output', 'resume', 'json', 'device'])

async function describeRun(
  { args, name, options }: CommandContext,
  { local, opened }: OpenCheckpoint,
  corpus: Manifest['corpus'],
): Promise<Manifest> {
  const { revision } = await local.inspectCheckpoint(opened)
  const given = Object.keys(options).filter((option) => args.has(option) && !besides.has(option))
  return {
    format: 1,
    command: name,
    engine: engineVersion,
    device: opened.engine.device,
    checkpoint: revision,
    corpus,
    parameters: Object.fromEntries(
      given.toSorted().map((option) => [option, options[option]!.value === null ? true : args.text(option)!]),
    ),
  }
}

interface Run {
  readonly context: CommandContext
  readonly open: OpenCheckpoint
  readonly one: WorkOnOne
  readonly extras: CorpusExtras
  readonly file: CorpusFile
  readonly directory: RunDirectory
  readonly rows: number
  readonly isStopped: () => boolean
}

/** Rows read ahead, to be sorted by length and computed together. Those of a large model are fewer: a stop waits for them. */
function windowOf({ extras, open }: Run): number {
  if (extras.together === undefined) return 1
  return open.opened.engine.checkpoint.weights.bytes < 2 ** 28 ? 64 : 16
}

/** Rows are flushed to the disk this often, in milliseconds. */
const flushPause = 1_000

async function computeRows(run: Run): Promise<void> {
  const { context, directory, rows, file, isStopped } = run
  const progress = startProgress(context.streams)
  const report = (): void => progress.report({ stage: 'rows', done: directory.stored(), total: rows })
  report()
  let flushed = performance.now()
  try {
    for await (const entries of windowsOf(readCorpus(file), windowOf(run))) {
      const missing = entries.filter(({ index }) => index >= directory.stored())
      if (missing.length === 0) continue
      for await (const row of computeWindow(run, entries, missing[0]!.index)) {
        await directory.append([row])
        report()
        if (isStopped()) return
        if (performance.now() - flushed < flushPause) continue
        await directory.flush()
        flushed = performance.now()
      }
    }
  } finally {
    progress.end()
  }
}

async function* windowsOf(entries: AsyncIterable<CorpusEntry>, size: number): AsyncGenerator<readonly CorpusEntry[]> {
  let some: CorpusEntry[] = []
  for await (const entry of entries) {
    some.push(entry)
    if (some.length < size) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}

/** Rows from `first` on. The whole window is computed together, so that a run that was cut in it finds the same numbers again. */
async function* computeWindow(run: Run, entries: readonly CorpusEntry[], first: number): AsyncGenerator<StoredRow> {
  const { extras, open } = run
  const sources = await Promise.all(entries.map((entry) => readRow(run.context.args, entry, open).catch(asFault)))
  const readable = sources.filter((source): source is Source => !isFault(source))
  const documents = (await extras.together?.(readable)) ?? readable.map(() => null)
  for (const [i, entry] of entries.entries()) {
    if (entry.index < first) continue
    const source = sources[i]!
    const document = isFault(source) ? source : (documents[readable.indexOf(source)] ?? null)
    yield await rowOf(run, entry, source, document)
  }
}

async function rowOf(run: Run, entry: CorpusEntry, source: Source | Fault, known: object | null): Promise<StoredRow> {
  const { context, one, directory, extras } = run
  const file = directory.tensors(entry.index)
  let document = known
  if (document === null && !isFault(source)) {
    document = await captureJson(context, entry, file.path, (own) => one(own, source)).catch(asFault)
  }
  const judged = isFault(document) ? document : (extras.judge?.(document!, entry) ?? document!)
  const { output: _, ...kept } = judged as { readonly output?: unknown }
  const tensors = existsSync(file.path) ? { tensors: file.name } : {}
  return { index: entry.index, id: entry.id, ...kept, ...tensors }
}

/** The first Ctrl-C ends a run after the row under way; a second one ends the process. */
function watchInterrupt(): { readonly isAsked: () => boolean; readonly end: () => void } {
  let asked = false
  const signals = ['SIGINT', 'SIGTERM'] as const
  const ask = (): void => {
    asked = true
    end()
  }
  const end = (): void => signals.forEach((signal) => process.off(signal, ask))
  for (const signal of signals) process.on(signal, ask)
  return { isAsked: () => asked, end }
}

/** What shells take for "ended by Ctrl-C". */
const interrupted = 130

function stopped({ streams }: CommandContext, stored: number, rows: number): number {
  streams.err(`Stopped with ${stored} of ${rows} rows; add --resume to go on\n`)
  return interrupted
}

async function finish(
  { args, streams }: CommandContext,
  { summarise }: CorpusExtras,
  directory: RunDirectory,
  output: string,
): Promise<number> {
  let [rows, failed, first] = [0, 0, '']
  for await (const row of directory.rows()) {
    rows += 1
    if (!isFault(row)) continue
    failed += 1
    if (first === '') first = `row ${row.id}: ${row.error.message}`
  }
  if (failed === rows) throw new UsageError(`No row could be computed; ${first}`)
  const summary = { rows, failed, ...(await summarise?.(directory.rows())) }
  await directory.summarise(summary)
  if (failed > 0) streams.err(`${failed} of ${rows} rows could not be computed; the first, ${first}\n`)
  if (args.has('json')) streams.out(JSON.stringify({ output, ...summary }))
  else streams.out(`${rows} rows in ${output}`)
  return 0
}
