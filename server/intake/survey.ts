/** Reads a corpus file once from end to end, without taking it: what it holds, how it would become a corpus, and what is wrong with it, row by row. */
import { type Column, type Profile, classify, makeProfile, observe } from '../corpus/columns.ts'
import type { IntakeColumn, IntakeFields, IntakeSurvey } from '../wire/intakes.ts'
import { refuseFile } from './content.ts'
import { NotUtf8 } from './encoding.ts'
import { guessFields } from './fields.ts'
import type { FoundRow } from './found-row.ts'
import { type Judge, type Taken, isNumberText, makeJudge, storeRow } from './judge.ts'
import { type Manner, MOST_SEEN, type Told, findManner, notUtf8, noticesOfHeader, readRows } from './reading.ts'

/** What somebody wants to be read otherwise than it is guessed. */
export interface Wish extends Told {
  readonly fields: IntakeFields | null
  readonly leaveOut: readonly string[]
}

/** A survey, and what is needed to take the file in as it says. */
export interface Surveyed {
  readonly survey: IntakeSurvey
  readonly manner: Manner
  /** Attributes and data. */
  readonly columns: readonly Column[]
}

/** Told how many bytes were read; throws to stop the reading. */
export type OnRead = (bytes: number) => void

const ATTRIBUTES = 200
const SHOWN_PROBLEMS = 20
const SHOWN_ROWS = 5
const GUESS_ROWS = 200
const MOST_BROKEN = 10_000
const SAMPLE = 80

/** Surveys a file. Throws a Refusal that says what to do where it is no corpus at all. */
export async function surveyFile(path: string, name: string, wish: Wish, onRead: OnRead): Promise<Surveyed> {
  const manner = await findManner(path, name, wish)
  const notices = await noticesOfHeader(path, manner).catch(() => [])
  try {
    return await new Survey({ ...manner, notices: [...manner.notices, ...notices] }, wish).read(path, onRead)
  } catch (error) {
    if (!(error instanceof NotUtf8)) throw error
    if (wish.encoding !== undefined) throw refuseFile('The file is not UTF-8: choose another encoding', error)
    return new Survey(
      { ...manner, encoding: 'windows-1252', notices: [...manner.notices, ...notices, notUtf8] },
      wish,
    ).read(path, onRead)
  }
}

/** What was seen of one column. */
interface Seen {
  readonly profile: Profile
  filled: number
  numberTexts: number
  characters: number
  sample: string
}

class Survey {
  readonly #manner: Manner
  readonly #wish: Wish
  readonly #seen = new Map<string, Seen>()
  readonly #names = new Set<string>()
  readonly #problems: { place: string; message: string }[] = []
  readonly #shown: (Taken & { readonly place: string })[] = []
  #waiting: FoundRow[] = []
  #fields: IntakeFields | null
  #judge: Judge | null = null
  #readable = 0
  #broken = 0
  #cut: string | null = null

  constructor(manner: Manner, wish: Wish) {
    this.#manner = manner
    this.#wish = wish
    this.#fields = wish.fields
  }

  async read(path: string, onRead: OnRead): Promise<Surveyed> {
    for await (const row of readRows(path, this.#manner)) {
      onRead(row.read)
      this.#look(row)
      // The first rows wait until it is known which column is the source.
      this.#waiting.push(row)
      if (this.#judge !== null || this.#waiting.length === GUESS_ROWS) this.#judgeWaiting()
      if (this.#cut !== null) break
    }
    this.#judgeWaiting()
    this.#refuseEmpty()
    return this.#finish()
  }

  #look({ values }: FoundRow): void {
    if (values === null) return
    this.#readable += 1
    for (const [name, value] of values) {
      if (this.#names.size < 100 * MOST_SEEN) this.#names.add(name)
      const seen = this.#seen.get(name) ?? this.#begin(name)
      if (seen === null || value === null || value === undefined || value === '') continue
      observe(seen.profile, value)
      if (seen.filled++ === 0) seen.sample = shorten(value)
      if (typeof value !== 'string') continue
      seen.characters += value.length
      if (isNumberText(value)) seen.numberTexts += 1
    }
  }

  #begin(name: string): Seen | null {
    if (this.#seen.size === MOST_SEEN) return null
    const seen = { profile: makeProfile(name), filled: 0, numberTexts: 0, characters: 0, sample: '' }
    this.#seen.set(name, seen)
    return seen
  }

  #judgeWaiting(): void {
    this.#fields ??= guessFields(
      [...this.#seen].map(([name, { profile, numberTexts, characters }]) => {
        const texts = Math.max(0, profile.scalars - (this.#manner.format === 'csv' ? numberTexts : 0))
        return { name, texts, length: characters / Math.max(1, profile.scalars) }
      }),
    )
    const leaveOut = new Set(this.#wish.leaveOut)
    this.#judge ??= makeJudge(this.#fields, (name) => !leaveOut.has(name))
    for (const row of this.#waiting) this.#judgeRow(row, this.#judge)
    this.#waiting = []
  }

  #judgeRow(row: FoundRow, judge: Judge): void {
    if (this.#cut !== null) return
    const full = judge.full()
    if (full !== null || this.#broken === MOST_BROKEN) {
      this.#cut = `From ${row.place} on nothing was read: ${full ?? `${MOST_BROKEN.toLocaleString('en')} rows before it cannot be read`}.`
      return
    }
    const taken = judge.judge(row)
    if (typeof taken !== 'string') {
      if (this.#shown.length < SHOWN_ROWS) this.#shown.push({ ...taken, place: row.place })
      return
    }
    this.#broken += 1
    if (this.#problems.length < SHOWN_PROBLEMS) this.#problems.push({ place: row.place, message: taken })
  }

  #refuseEmpty(): void {
    if (this.#readable > 0) return
    const [first] = this.#problems
    if (first !== undefined) throw refuseFile(`No row can be read. ${first.place}: ${first.message}`)
    const empty = {
      csv: 'There is a header and no row below it',
      json: 'The list is empty',
      jsonl: 'There are no rows',
      parquet: 'There are no rows',
    }
    throw refuseFile(`${empty[this.#manner.format]}: take a file with at least one row`)
  }

  #finish(): Surveyed {
    const fields = this.#fields ?? { source: null, reference: null, id: null }
    const described = this.#describe(fields)
    const columns = described.filter(({ use }) => use === 'attribute').map(({ name, type }) => ({ name, type }))
    const { format, encoding, dialect, notices } = this.#manner
    const delimiter = dialect === null ? null : (dialect.delimiter as IntakeSurvey['delimiter']) // one of `delimiters`
    return {
      manner: this.#manner,
      columns,
      survey: {
        format,
        encoding,
        delimiter,
        notices: [...notices, ...this.#noticesOfColumns(described), ...(this.#cut === null ? [] : [this.#cut])],
        seen: this.#judge === null ? 0 : this.#judge.rows + this.#broken,
        rows: this.#judge?.rows ?? 0,
        broken: this.#broken,
        problems: this.#problems,
        fields,
        columns: described,
        columnCount: this.#names.size,
        preview: this.#shown.map((taken) => previewOf(taken, columns)),
      },
    }
  }

  #describe(fields: IntakeFields): IntakeColumn[] {
    const leaveOut = new Set(this.#wish.leaveOut)
    let attributes = 0
    return [...this.#seen].map(([name, { profile, filled, numberTexts, sample }]) => {
      const isNumber = this.#manner.format === 'csv' && filled > 0 && numberTexts === filled
      const part = (['source', 'reference', 'id'] as const).find((part) => fields[part] === name)
      const isKept = part === undefined && !leaveOut.has(name) && attributes < ATTRIBUTES
      if (isKept) attributes += 1
      const type = isNumber ? 'number' : classify(profile, this.#readable)
      return { name, type, filled, sample, use: part ?? (isKept ? 'attribute' : 'left out') }
    })
  }

  #noticesOfColumns(described: readonly IntakeColumn[]): readonly string[] {
    const left = described.filter(({ name, use }) => use === 'left out' && !this.#wish.leaveOut.includes(name)).length
    const unseen = this.#names.size - described.length
    if (left + unseen === 0) return []
    const all = this.#names.size.toLocaleString('en')
    return [
      `${ATTRIBUTES} of ${all} columns become attributes, the first ones; leave some out to make room for others.`,
    ]
  }
}

function previewOf(
  taken: Taken & { readonly place: string },
  columns: readonly Column[],
): IntakeSurvey['preview'][number] {
  const { attributes } = storeRow(taken, columns)
  const shown = Object.entries(attributes).slice(0, 8)
  return {
    place: taken.place,
    id: taken.id,
    source: shorten(taken.source, 4 * SAMPLE),
    reference: taken.reference === null ? null : shorten(taken.reference, 4 * SAMPLE),
    attributes: Object.fromEntries(shown.map(([name, value]) => [name, value === null ? '' : shorten(value)])),
  }
}

function shorten(value: unknown, length: number = SAMPLE): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > length ? `${text.slice(0, length - 1)}…` : text
}
