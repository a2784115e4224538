/** The instance on screen, and those seen before. */
import type { Accessor } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import type { DurableEvent } from '#collab/wire/events.ts'
import type { DerivedRequest } from '#server/wire/derived.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import type { Api } from '#web/api/request.ts'
import { deriveInstance, readInstance, writeOutput } from '#web/api/instances.ts'
import { readRun } from '#web/api/runs.ts'
import { messageOf } from '#web/errors.ts'

export type InstanceState =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly id: string }
  | { readonly kind: 'ready'; readonly instance: InstanceReply; readonly writing: Writing }
  | { readonly kind: 'failed'; readonly id: string; readonly message: string }

/** How far the model is with an output that somebody asked for. */
export type Writing =
  | { readonly kind: 'no' }
  | { readonly kind: 'running'; readonly run: string | null }
  | { readonly kind: 'failed'; readonly message: string }

export interface Instances {
  readonly current: Accessor<InstanceState>
  /** Shows another instance; null for none. */
  open(id: string | null): void
  /** Asks the model to write the output that is missing. */
  write(): Promise<void>
  /** Makes a text of one's own and gives its id; throws where the server refuses. */
  derive(request: DerivedRequest): Promise<string>
  durable(event: DurableEvent): void
  /** Fetches what is on screen anew. */
  refresh(): void
}

const kept = 60
const notWriting: Writing = { kind: 'no' }

export function createInstances(api: Api, workspace: string): Instances {
  const [current, setCurrent] = createSignal<InstanceState>({ kind: 'none' })
  const seen = new Map<string, InstanceReply>()
  /** Runs that write the outputs of texts of one's own. */
  const underWay = new Map<string, string>()
  let wanted: string | null = null

  const show = (fresh: InstanceReply, writing: Writing = notWriting): void => {
    const before = seen.get(fresh.id)
    // The same text again keeps its object, so that its tokens stay the elements they are.
    const instance = before && JSON.stringify(before) === JSON.stringify(fresh) ? before : fresh
    seen.delete(instance.id)
    seen.set(instance.id, instance)
    for (const oldest of seen.keys()) if (seen.size > kept) seen.delete(oldest)
    if (wanted === instance.id) setCurrent({ kind: 'ready', instance, writing })
  }
  const fetchInstance = async (id: string): Promise<void> => {
    try {
      const fresh = await readInstance(api, workspace, id)
      const run = underWay.get(id)
      if (fresh.output !== null || run === undefined) return show(fresh)
      show(fresh, { kind: 'running', run })
      await settle(id, run)
    } catch (error) {
      if (wanted === id && !seen.has(id)) setCurrent({ kind: 'failed', id, message: messageOf(error) })
    }
  }
  /** A run may have ended before anybody here listened for it. */
  const settle = async (id: string, run: string): Promise<void> => {
    const { state, error } = await readRun(api, workspace, run)
    if (state === 'queued' || state === 'running') return
    underWay.delete(id)
    if (state === 'done') return show(await readInstance(api, workspace, id))
    if (wanted === id) setWriting(state === 'failed' ? { kind: 'failed', message: error ?? '' } : notWriting)
  }
  const setWriting = (writing: Writing): void =>
    void setCurrent((state) => (state.kind === 'ready' ? { ...state, writing } : state))
  const writingRun = (): string | null => {
    const state = untrack(current)
    return state.kind === 'ready' && state.writing.kind === 'running' ? state.writing.run : null
  }
  return {
    current,
    open(id) {
      wanted = id
      if (id === null) return void setCurrent({ kind: 'none' })
      const known = seen.get(id)
      if (known) setCurrent({ kind: 'ready', instance: known, writing: notWriting })
      else setCurrent({ kind: 'loading', id })
      if (!known?.output) void fetchInstance(id)
    },
    async write() {
      const state = untrack(current)
      if (state.kind !== 'ready') return
      setWriting({ kind: 'running', run: null })
      try {
        const { run } = await writeOutput(api, workspace, state.instance.id)
        if (run === null || run.state === 'done') return await fetchInstance(state.instance.id)
        setWriting({ kind: 'running', run: run.key })
        // The run may have ended before its key was known here.
        const now = await readRun(api, workspace, run.key)
        if (now.state === 'done') await fetchInstance(state.instance.id)
      } catch (error) {
        setWriting({ kind: 'failed', message: messageOf(error) })
      }
    },
    async derive(request) {
      const { instance, run } = await deriveInstance(api, workspace, request)
      if (run !== null && run.state !== 'done') underWay.set(instance, run.key)
      return instance
    },
    durable(event) {
      if (event.type === 'outputs-changed') {
        for (const id of event.instances) if (id !== wanted) seen.delete(id)
        if (wanted !== null && event.instances.includes(wanted)) void fetchInstance(wanted)
      }
      const run = writingRun()
      if (run === null || !('key' in event) || event.key !== run) return
      if (event.type === 'run-done' && wanted !== null) void fetchInstance(wanted)
      if (event.type === 'run-failed') setWriting({ kind: 'failed', message: event.message })
      if (event.type === 'run-cancelled') setWriting(notWriting)
    },
    refresh() {
      for (const id of seen.keys()) if (id !== wanted) seen.delete(id)
      if (wanted !== null) void fetchInstance(wanted)
    },
  }
}
