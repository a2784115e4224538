import type { Connection } from './database.ts'

/** A study of a workspace whose result says something about every instance. */
export interface ColumnResult {
  readonly kind: string
  readonly result: string
}

/** The newest result with columns (see `studyColumn`) of each kind of study that the workspace has asked for. */
export async function listColumnResults(db: Connection, workspace: string): Promise<readonly ColumnResult[]> {
  const { rows } = await db.query(
    `select distinct on (run.input -> 'study' ->> 'kind') run.input -> 'study' ->> 'kind' as kind, run.result
     from run
     join run_request on run_request.key = run.key
     join result on result.hash = run.result
     where run_request.workspace = $1 and run_request.cancelled_at is null and run.kind = 'study' and run.state = 'done'
       and exists (select 1 from jsonb_array_elements(result.tensors) tensor where tensor ->> 'name' like 'column.%')
     order by run.input -> 'study' ->> 'kind', run.finished_at desc`,
    [workspace],
  )
  return rows as ColumnResult[]
}
