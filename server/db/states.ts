import type { Connection } from './database.ts'
import type { StatePlace } from './results.ts'

/** A file of hidden states, and how many instances have theirs in it. */
export interface StateCount {
  readonly hash: string
  readonly instances: number
}

/** The files that hold the hidden states of a corpus' outputs, or of some instances', texts of people's own among them. */
export async function countStates(
  db: Connection,
  workspace: string,
  revision: string,
  instances: readonly string[] | null,
): Promise<readonly StateCount[]> {
  const { rows } = await db.query(
    `select chunk as hash, count(*)::int as instances from output
     where workspace = $1 and revision = $2 and chunk is not null and (instance = any($3) or $3::text[] is null and not exists (
       select 1 from instance where instance.workspace = output.workspace and instance.id = output.instance and instance.origin is not null))
     group by chunk order by chunk`,
    [workspace, revision, instances],
  )
  return rows as StateCount[]
}

/** Where the hidden states of one instance are. */
export interface LocatedStates extends StatePlace {
  readonly ordinal: number
  readonly hash: string
}

/** Rows of one answer: some 10 ms of reading. */
const PAGE = 4_000

/** The places of the states that lie in these files, in the order of the corpus; of some instances or of all. */
export async function locateStates(
  db: Connection,
  workspace: string,
  hashes: readonly string[],
  instances: readonly string[] | null,
): Promise<readonly LocatedStates[]> {
  const places = await readPlaces(db, workspace, hashes)
  const located: LocatedStates[] = []
  for (let after = -1; ;) {
    const { rows } = await db.query(
      `select instance.ordinal, instance.id, output.chunk as hash from instance
       join output on output.workspace = instance.workspace and output.instance = instance.id
       where instance.workspace = $1 and instance.ordinal > $2 and output.chunk = any($3)
         and (instance.id = any($4) or $4::text[] is null and instance.origin is null)
       order by instance.ordinal limit ${PAGE}`,
      [workspace, after, hashes, instances],
    )
    for (const { ordinal, id, hash } of rows as { ordinal: number; id: string; hash: string }[]) {
      const place = places.get(hash)?.get(id)
      if (place !== undefined) located.push({ ...place, ordinal, hash })
      after = ordinal
    }
    if (rows.length < PAGE) return located
  }
}

async function readPlaces(
  db: Connection,
  workspace: string,
  hashes: readonly string[],
): Promise<ReadonlyMap<string, ReadonlyMap<string, StatePlace>>> {
  const { rows } = await db.query('select hash, instances from state_chunk where workspace = $1 and hash = any($2)', [
    workspace,
    hashes,
  ])
  // `instances` is written by insertStates alone.
  return new Map(
    (rows as { hash: string; instances: readonly StatePlace[] }[]).map(({ hash, instances }) => [
      hash,
      new Map(instances.map((place) => [place.id, place])),
    ]),
  )
}
