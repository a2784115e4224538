/** What every page has at hand. Made once in main.tsx and passed down through the context. */
import type { Accessor } from 'solid-js'
import { createContext, useContext } from 'solid-js'
import type { Person } from '#collab/wire/presence.ts'
import type { Api } from '#web/api/request.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { WebError } from '#web/errors.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import type { Preferences } from './preferences.ts'
import type { Toasts } from './toasts.ts'

export interface App {
  readonly api: Api
  readonly clock: Clock
  readonly preferences: Preferences
  readonly toasts: Toasts
  /** The data colours of the theme in force. */
  readonly ramps: Accessor<Ramps>
  /** Whether drawings cut instead of moving. */
  readonly reducedMotion: Accessor<boolean>
  /** Who is signed in; null before the first sign-in. */
  readonly person: Accessor<Person | null>
  setPerson(person: Person): void
  /** What the live region says next. */
  readonly announcement: Accessor<string>
  /** Reads a sentence out, politely. */
  announce(text: string): void
  /** Uniform in [0, 1). */
  random(): number
  /** A new id for a note, a filter, a chip. */
  newId(): string
  /** `ws://host` of this page's server. */
  readonly socketOrigin: string
}

export const AppContext = createContext<App>()

export function useApp(): App {
  const app = useContext(AppContext)
  if (app === undefined) throw new WebError('internal', 'internal: this component stands outside the app')
  return app
}
