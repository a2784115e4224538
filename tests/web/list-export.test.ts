import { expect, test } from 'vitest'
import { toCsv } from '#web/export/table.ts'
import { rowsTable } from '#web/views/list/export.ts'

test('[XL1] the table of instances has one row a text and a column for every attribute that any of them has', () => {
  const output = { text: 'A, "b"', tokens: 3, logProb: -0.5, meanEntropy: 0.1, maxEntropy: 0.3 }
  const table = rowsTable([
    {
      id: 'a',
      ordinal: 0,
      source: 'one',
      reference: null,
      attributes: { topic: 'fire', tags: ['x', 'y'] },
      output,
      studied: { 'study.evaluation.bleu': 31.5 },
      origin: null,
    },
    {
      id: 'b',
      ordinal: 1,
      source: 'two',
      reference: 'r',
      attributes: { year: 2020 },
      output: null,
      studied: {},
      origin: null,
    },
  ])
  expect(toCsv(table, 'here').split('\r\n')).toEqual([
    'id,ordinal,source_start,reference,output,output_tokens (tokens),output_log_prob (nats),output_mean_entropy (nats),output_max_entropy (nats),study.evaluation.bleu,topic,tags,year,provenance',
    'a,0,one,,"A, ""b""",3,-0.5,0.1,0.3,31.5,fire,x; y,,here',
    'b,1,two,r,,,,,,,,,2020,',
    '',
  ])
})
