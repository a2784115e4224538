import type { JSX } from 'solid-js'

export interface TokenBarProps {
  readonly label: string | undefined
  /** Length of the bar, 1 for the whole width. */
  readonly part: number
  /** Colour of the bar, where it is not that of entropy. */
  readonly colour?: string
  /** The number as it is written. */
  readonly value: string
  readonly onChoose: () => void
}

/** One row of `.bars`: a token that can be chosen, its bar, its number. */
export function TokenBar(props: TokenBarProps): JSX.Element {
  return (
    <>
      <button type="button" class="t" onClick={() => props.onChoose()}>
        {props.label}
      </button>
      <span class="b">
        <i style={{ left: '0', width: `${100 * props.part}%`, background: props.colour }} />
      </span>
      <span class="n">{props.value}</span>
    </>
  )
}
