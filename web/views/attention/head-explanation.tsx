import type { JSX } from 'solid-js'
import { Popover } from '#web/widgets/popover.tsx'
import { HeadExplanationText } from './later.ts'

/** "How is this computed?", for the heads. */
export const HeadExplanation = (): JSX.Element => (
  <Popover
    label="How is this computed?"
    triggerClass="link"
    contentClass="explanation"
    trigger={<span>How is this computed?</span>}
  >
    <HeadExplanationText />
  </Popover>
)
