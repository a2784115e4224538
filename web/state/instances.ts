/** The instance on screen, and those seen before. */
import type { Accessor } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import type { DurableEvent } from '#collab/wire/events.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import type { Api } from '#web/api/request.ts'
import { readInstance, writeOutput } from '#web/api/instances.ts'
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
  durable(event: DurableEvent): void
  /** Fetches what is on screen anew. */
  refresh(): void
}

const kept = 60
const notWriting: Writing = { kind: 'no' }

export function createInstances(api: Api, workspace: string): Instances {
  const [current, setCurrent] = createSignal<InstanceState>({ kind: 'none' })
  const seen = new Map<string, InstanceReply>()
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
      show(await readInstance(api, workspace, id))
    } catch (error) {
      if (wanted === id && !seen.has(id)) setCurrent({ kind: 'failed', id, message: messageOf(error) })
    }
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
