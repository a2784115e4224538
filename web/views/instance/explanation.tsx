/** "How is this computed?": formula, limits, and the one caution that goes with every attribution. */
import type { JSX } from 'solid-js'
import type { AttributionOptionsValue } from '#collab/wire/document.ts'
import { Popover } from '#web/widgets/popover.tsx'
import { ExplanationText } from './later.ts'

export function Explanation(props: { readonly options: AttributionOptionsValue }): JSX.Element {
  return (
    <Popover
      label="How is this computed?"
      triggerClass="link"
      contentClass="explanation"
      trigger={<span>How is this computed?</span>}
    >
      <ExplanationText options={props.options} />
    </Popover>
  )
}
