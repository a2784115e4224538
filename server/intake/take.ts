/** Takes a surveyed file in as a corpus. */
import type { CorpusRow, ParsedCorpus } from '../corpus/rows.ts'
import { Refusal } from '../errors.ts'
import { makeJudge, storeRow } from './judge.ts'
import { readRows } from './reading.ts'
import type { Surveyed } from './survey.ts'

/** The rows that the survey says can be taken. Throws a Refusal where the file gives other ones now. */
export async function takeCorpus(path: string, { survey, manner, columns }: Surveyed): Promise<ParsedCorpus> {
  const out = new Set(survey.columns.filter(({ use }) => use === 'left out').map(({ name }) => name))
  const judge = makeJudge(survey.fields, (name) => !out.has(name))
  const rows: CorpusRow[] = []
  let seen = 0
  for await (const row of readRows(path, manner)) {
    if (seen++ === survey.seen) break
    const taken = judge.judge(row)
    if (typeof taken !== 'string') rows.push(storeRow(taken, columns))
  }
  if (rows.length !== survey.rows) {
    throw new Refusal('conflict', 'the file gave other rows than before. Choose it again', { field: 'corpus.intake' })
  }
  return { columns, rows, bytes: judge.characters }
}
