/** Checkpoints on their way in: looked up, fetched from a hub, and registered. They go on while nobody looks. */
import { isUserError, loadHub } from '#compute/index.ts'
import { Refusal } from '../errors.ts'
import type { Space } from '../files/space.ts'
import { type RandomBytes, makeId } from '../identity.ts'
import { printable } from '../text.ts'
import type { ArrivalReply } from '../wire/arrivals.ts'
import { type Hub, estimate } from './estimate.ts'
import type { Registry } from './registry.ts'

/** Where checkpoints are fetched from; how long to wait for it is compute's to say. */
export type HubPlace = Omit<Parameters<Hub['fetchCheckpoint']>[1], 'patience'>

export interface Arrivals {
  list(): readonly ArrivalReply[]
  /** Looks up what a name at the hub is and what it takes; nothing large is fetched. Throws a Refusal. */
  lookUp(name: string): Promise<ArrivalReply>
  /** Registers a folder; the answer comes before it is read. */
  addFolder(folder: string): ArrivalReply
  /** Fetches, or goes on where it ended. */
  fetch(id: string): ArrivalReply
  /** Ends what is under way; what was fetched stays in the cache, so that it can go on. A second time: forgets it. */
  cancel(id: string): void
}

export interface ArrivalsDeps {
  readonly registry: Registry
  readonly space: Space
  readonly hub: HubPlace
  readonly random: RandomBytes
  now(): Date
  log(line: string): void
}

type Arrival = { -readonly [K in keyof ArrivalReply]: ArrivalReply[K] }

const MOST_KEPT = 20

class Cancelled extends Error {}

export function openArrivals(deps: ArrivalsDeps): Arrivals {
  const arrivals = new Map<string, Arrival>()
  const find = (id: string): Arrival => {
    const arrival = arrivals.get(id)
    if (arrival !== undefined) return arrival
    throw new Refusal('not-found', 'this import is no longer known. Look the checkpoint up again')
  }
  const add = (name: string, more: Partial<Arrival>): Arrival => {
    const [oldest] = [...arrivals.values()].filter(({ state }) => state !== 'fetching' && state !== 'reading')
    if (arrivals.size >= MOST_KEPT && oldest !== undefined) arrivals.delete(oldest.id)
    const none = { estimate: null, done: 0, total: 0, rate: null, problem: null, upload: null, checkpoint: null }
    const arrival: Arrival = { id: makeId(deps.random), name, state: 'waiting', ...none, ...more }
    arrivals.set(arrival.id, arrival)
    return arrival
  }
  return {
    list: () => [...arrivals.values()],
    async lookUp(name) {
      const again = [...arrivals.values()].find((one) => one.name === name && one.state !== 'failed')
      if (again?.state === 'fetching' || again?.state === 'reading') return again
      const estimate = await estimateOf(name, deps)
      for (const old of arrivals.values()) if (old.name === name) arrivals.delete(old.id)
      return add(name, { estimate, total: estimate.missing })
    },
    addFolder(folder) {
      const arrival = add(folder, { state: 'reading' })
      void run(arrival, () => deps.registry.register(folder), deps)
      return arrival
    },
    fetch(id) {
      const arrival = find(id)
      if (arrival.state === 'fetching' || arrival.state === 'reading' || arrival.state === 'done') return arrival
      Object.assign(arrival, { state: 'fetching', problem: null, done: 0, rate: null })
      void run(arrival, () => fetchAndRegister(arrival, deps), deps)
      return arrival
    },
    cancel(id) {
      const arrival = find(id)
      if (arrival.state === 'fetching') arrival.state = 'cancelled'
      else if (arrival.state !== 'reading') arrivals.delete(id)
    },
  }
}

async function estimateOf(
  name: string,
  { hub: place, space }: ArrivalsDeps,
): Promise<NonNullable<Arrival['estimate']>> {
  const hub = await loadHub()
  const repository = hub.parseRepository(name)
  if (repository === null) {
    throw new Refusal('bad-request', 'give a name like org/name or org/name@revision', { field: 'name' })
  }
  const settings = { ...place, patience: hub.usualPatience }
  const found = await hub.surveyRepository(repository, settings).catch((cause: unknown) => {
    throw isUserError(cause) ? new Refusal('bad-request', (cause as Error).message, { cause, field: 'name' }) : cause
  })
  return estimate(name, found, hub, space)
}

async function fetchAndRegister(arrival: Arrival, { hub: place, registry, now }: ArrivalsDeps) {
  const hub = await loadHub()
  const repository = hub.parseRepository(arrival.name)
  if (repository === null) throw new Refusal('bad-request', 'give a name like org/name or org/name@revision')
  const began = now().getTime()
  let first: number | null = null
  const folder = await hub.fetchCheckpoint(
    repository,
    { ...place, patience: hub.usualPatience },
    {
      progress: ({ done, total }) => {
        // Thrown where bytes arrive, it ends the fetching and leaves what is there to go on from.
        if (arrival.state === 'cancelled') throw new Cancelled('cancelled')
        first ??= done
        const seconds = (now().getTime() - began) / 1_000
        Object.assign(arrival, { done, total, rate: seconds < 0.5 ? null : (done - first) / seconds })
      },
    },
  )
  if (arrival.state === 'cancelled') throw new Cancelled('cancelled')
  arrival.state = 'reading'
  return registry.register(folder, { name: arrival.name })
}

async function run(
  arrival: Arrival,
  work: () => ReturnType<Registry['register']>,
  { log }: ArrivalsDeps,
): Promise<void> {
  try {
    const { id } = await work()
    Object.assign(arrival, { state: 'done', checkpoint: id })
  } catch (error) {
    if (error instanceof Cancelled) return
    const isTheirs = isUserError(error) || error instanceof Refusal
    if (!isTheirs) log(`import: ${printable(String(error))}`)
    const message = error instanceof Error ? error.message : String(error)
    Object.assign(arrival, { state: 'failed', problem: message })
  }
}
