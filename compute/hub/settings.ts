/** Where checkpoints are fetched from and kept. The edge reads it out of the environment; nothing here does. */
export interface HubSettings {
  /** Address of the hub, without a slash at its end. */
  readonly endpoint: string
  /** The hub's cache folder, which Python's libraries share. */
  readonly cache: string
  readonly token: string | null
  /** Only what the cache holds. */
  readonly offline: boolean
  readonly patience: HubPatience
}

/** Milliseconds, and how often. */
export interface HubPatience {
  /** For the head of an answer. */
  readonly answer: number
  /** Between two pieces of its body. */
  readonly silence: number
  /** Before another try; it doubles with every try. */
  readonly pause: number
  /** Tries without a new byte. */
  readonly tries: number
}

export const usualPatience: HubPatience = { answer: 20_000, silence: 30_000, pause: 500, tries: 5 }
