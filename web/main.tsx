/** Starts the page: the only file that touches the browser's globals before anything is drawn. */
import { createSignal } from 'solid-js'
import { render } from 'solid-js/web'
import { z } from 'zod'
import type { Person } from '#collab/wire/presence.ts'
import { makeApi } from './api/request.ts'
import { Application } from './app.tsx'
import { systemClock } from './collab/throttle.ts'
import { WebError } from './errors.ts'
import type { App } from './state/app.ts'
import type { PreferenceStore } from './state/preferences.ts'
import { createPreferences, visitOf } from './state/preferences.ts'
import { createReducedMotion, createSizes, createTheme } from './state/theme.ts'
import { createToasts } from './state/toasts.ts'
// oxlint-disable-next-line import/no-unassigned-import -- a stylesheet is there for its effect
import './styles/index.css'

function createApp(): App {
  const [person, setPerson] = createSignal<Person | null>(null)
  const [announcement, announce] = createSignal('')
  const preferences = createPreferences(browserStorage(), visitOf(new URLSearchParams(location.search)))
  const root = document.documentElement
  createSizes(preferences, root, window)
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  return {
    api: makeApi((input, init) => window.fetch(input, init)),
    clock: systemClock(),
    preferences,
    toasts: createToasts((run, milliseconds) => setTimeout(run, milliseconds)),
    ramps: createTheme(preferences, root, window),
    reducedMotion: createReducedMotion(preferences, root, window),
    person,
    setPerson: (next) => void setPerson(next),
    announcement,
    announce: (text) => void announce(text),
    random: () => Math.random(),
    newId: () => randomId(),
    socketOrigin: `${scheme}://${location.host}`,
  }
}

/** Where site data is blocked, even naming the storage throws; preferences then last as long as the page. */
function browserStorage(): PreferenceStore {
  try {
    return window.localStorage
  } catch {
    return { getItem: () => null, setItem: () => undefined }
  }
}

/** 80 random bits: ids of notes and chips must not meet, and `randomUUID` needs HTTPS. */
function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(10))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function start(): void {
  // Compiled schemas need `eval`, which our Content-Security-Policy refuses; zod would try and be reported.
  z.config({ jitless: true })
  const place = document.getElementById('app')
  if (place === null) throw new WebError('internal', 'internal: the page has no element "app"')
  render(() => <Application app={createApp()} />, place)
}

start()
