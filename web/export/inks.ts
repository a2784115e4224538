/** The colours of chrome of the theme in force, as values: an exported drawing cannot refer to the page's custom properties. */
export interface Inks {
  readonly surface: string
  readonly ink: string
  readonly ink2: string
  readonly ink3: string
  readonly line: string
  readonly control: string
  readonly entropy: string
  /** Any other token of the stylesheet: `token('--topic-1')`. */
  token(name: string): string
}

/** The inks; `read` gives the value of a custom property. */
export function readInks(read: (property: string) => string): Inks {
  const token = (name: string): string => read(name).trim()
  return {
    surface: token('--surface'),
    ink: token('--ink'),
    ink2: token('--ink-2'),
    ink3: token('--ink-3'),
    line: token('--line'),
    control: token('--line-control'),
    entropy: token('--entropy'),
    token,
  }
}
