/** The panel that decides how points are laid out. */
import type { JSX } from 'solid-js'
import { createSignal } from 'solid-js'
import { OptionsIcon } from '#web/widgets/icons.tsx'
import { Popover } from '#web/widgets/popover.tsx'
import { ParameterForm } from './later.ts'
import type { ParameterProps } from './parameter-form.tsx'

export function ParametersButton(props: ParameterProps): JSX.Element {
  const [open, setOpen] = createSignal(false)
  return (
    <Popover
      label="Layout: method, neighbours, seed"
      triggerClass="icon"
      contentClass="options"
      trigger={<OptionsIcon />}
      open={open()}
      onOpenChange={setOpen}
    >
      <ParameterForm
        {...props}
        onApply={(parameters) => {
          setOpen(false)
          props.onApply(parameters)
        }}
      />
    </Popover>
  )
}
