/** What the page says about a corpus file, in words. */
import type { IntakeColumn, IntakeSurvey } from '#server/wire/intakes.ts'
import { count } from '#web/marks/numbers.ts'

export const typeWords: Readonly<Record<IntakeColumn['type'], string>> = {
  category: 'categories',
  list: 'lists',
  number: 'numbers',
  text: 'text',
  data: 'structure',
}

const delimiterWords: Readonly<Record<NonNullable<IntakeSurvey['delimiter']>, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'bar',
}
export const delimiterChoices = Object.entries(delimiterWords).map(([value, label]) => ({ value, label }))

const encodingWords: Readonly<Record<NonNullable<IntakeSurvey['encoding']>, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16, big-endian',
  'windows-1252': 'Windows-1252 (Latin-1)',
}
export const encodingChoices = Object.entries(encodingWords).map(([value, label]) => ({ value, label }))

const formatWords: Readonly<Record<IntakeSurvey['format'], string>> = {
  jsonl: 'JSONL',
  json: 'JSON list',
  csv: 'separated values',
  parquet: 'Parquet',
}

/** "1,000 rows, 7 columns · JSONL". */
export function describeSurvey({ rows, columnCount, format }: IntakeSurvey): string {
  const rowWords = `${count(rows)} ${rows === 1 ? 'row' : 'rows'}`
  const columnWords = `${count(columnCount)} ${columnCount === 1 ? 'column' : 'columns'}`
  return `${rowWords}, ${columnWords} · ${formatWords[format]}`
}

/** "2 of 1,000 rows cannot be taken"; null where all can. */
export function describeBroken({ broken, seen }: IntakeSurvey): string | null {
  return broken === 0 ? null : `${count(broken)} of ${count(seen)} rows cannot be taken`
}
