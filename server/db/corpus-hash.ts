import { z } from 'zod'
import type { Connection } from './database.ts'

/** An aggregate always answers with one row. */
const answer = z.tuple([z.object({ hash: z.string() })])

/**
 * SHA-256 over the hashes of a corpus' rows in their order, in hexadecimal: equal texts, references and columns give equal hashes, whatever server
 * holds them; texts that people tried beside it take no part. Computed by the database, which has the rows at hand.
 */
export async function hashCorpus(db: Connection, workspace: string): Promise<string> {
  const { rows } = await db.query(
    `select encode(sha256(coalesce(string_agg(
       sha256(convert_to(jsonb_build_array(id, source, reference, attributes, data)::text, 'UTF8')), ''::bytea order by ordinal
     ), ''::bytea)), 'hex') as hash
     from instance where workspace = $1 and origin is null`,
    [workspace],
  )
  return answer.parse(rows)[0].hash
}
