import type { JSX } from 'solid-js'
import { OptionsIcon } from '#web/widgets/icons.tsx'
import { Popover } from '#web/widgets/popover.tsx'
import { OptionsPanel } from './later.ts'
import type { OptionsPanelProps } from './options-panel.tsx'

/** The button in the pane's head with the panel behind it. */
export function OptionsButton(
  props: OptionsPanelProps & { readonly open: boolean; readonly onOpenChange: (open: boolean) => void },
): JSX.Element {
  return (
    <Popover
      label="Options: method, baseline, precision (O)"
      triggerClass="icon"
      contentClass="options"
      trigger={<OptionsIcon />}
      open={props.open}
      onOpenChange={(open) => props.onOpenChange(open)}
    >
      <OptionsPanel {...props} />
    </Popover>
  )
}
