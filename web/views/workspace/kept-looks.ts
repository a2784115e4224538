/** Keeps the address and the controls of the views in step: a link opens them, and every change of them is in the address. */
import { useLocation, useNavigate } from '@solidjs/router'
import { untrack } from 'solid-js'
import { batch, createEffect } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { shortKey } from '#web/state/links.ts'
import { stampKey } from '#web/state/link-check.ts'
import type { LookPart } from '#web/state/looks.ts'
import { openLooks, withLooks } from '#web/state/looks.ts'
import { useRoom } from '#web/state/room.ts'

export function keepLooks(parts: readonly LookPart[]): void {
  const app = useApp()
  const [location, navigate] = [useLocation(), useNavigate()]
  const open = (query: URLSearchParams): void => {
    const problems = batch(() => openLooks(parts, query, query.has(stampKey)))
    if (problems.length > 0)
      app.toasts.show(`Not understood, and left as it was: ${problems.join(', ')}.`, { bad: true })
  }
  const first = new URLSearchParams(window.location.search)
  open(first)
  openShort(first.get(shortKey), (query) => open(new URLSearchParams(query)))
  createEffect(() => {
    const now = new URLSearchParams(location.search)
    // A short link says nothing itself, and is replaced with the view that it opens.
    const next = withLooks(now, parts)
    if (now.has(shortKey) || next.toString() === now.toString()) return
    const query = next.size === 0 ? '' : `?${next}`
    untrack(() => navigate(`${location.pathname}${query}`, { replace: true, scroll: false, resolve: false }))
  })
}

/** What a short link stands for is known once the shared document is here. */
function openShort(id: string | null, open: (query: string) => void): void {
  const room = useRoom()
  let done = id === null
  createEffect(() => {
    if (done || !room.shared.status().synced) return
    done = true
    const query = room.links.find(id ?? '')
    if (query !== null) untrack(() => open(query))
  })
}
