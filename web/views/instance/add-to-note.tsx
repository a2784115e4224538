/** Makes a chip of a number on screen: which number, in which note, for or against. */
import type { JSX } from 'solid-js'
import { Dialog } from '#web/widgets/dialog.tsx'
import type { AddToNoteProps } from './add-form.tsx'
import { AddForm } from './later.ts'

export function AddToNote(props: AddToNoteProps): JSX.Element {
  return (
    <Dialog
      open={props.open && props.candidates.length > 0}
      onOpenChange={(open) => props.onOpenChange(open)}
      title="Add to note"
      description="The chip keeps the instance, the token, the options and the number, and brings back this view."
    >
      <AddForm {...props} />
    </Dialog>
  )
}
