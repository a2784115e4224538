/** Puts together where the numbers of the open workspace come from. */
import { readProvenance } from '#web/api/provenance.ts'
import type { App } from '#web/state/app.ts'
import type { Room } from '#web/state/room.ts'
import type { Provenance } from './provenance.ts'

/** Asks the server for versions and the hash of the corpus; without an answer those are left out, and the rest is still true. */
export async function workspaceProvenance(
  { api, clock }: Pick<App, 'api' | 'clock'>,
  room: Pick<Room, 'id' | 'info'>,
  facts: Readonly<Record<string, string>>,
  link: string,
): Promise<Provenance> {
  const { name, checkpoint, corpus } = room.info()
  const reply = await readProvenance(api, room.id).catch(() => null)
  return {
    workspace: name,
    checkpoint: checkpoint.name,
    revision: checkpoint.summary?.revision ?? 'unknown',
    corpus: corpus.name,
    instances: corpus.instances,
    dataHash: reply?.dataHash ?? null,
    engine: reply?.version ?? null,
    facts: reply === null ? facts : { ...facts, compute: reply.engine },
    date: new Date(clock.now()).toISOString(),
    link,
  }
}
