import { Dialog } from '@kobalte/core/dialog'
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { isLocal } from './addresses.ts'
import { QrCode } from './qr.tsx'

/** The way in for a class: the code as large as the screen allows, and the address for whoever has to type it. */
export function JoinScreen(props: {
  readonly name: string
  readonly address: string
  readonly onClose: () => void
}): JSX.Element {
  return (
    <Dialog open onOpenChange={(open) => open || props.onClose()} preventScroll={false}>
      <Dialog.Portal>
        <Dialog.Content class="join-screen">
          <Dialog.Title as="h2">Join “{props.name}”</Dialog.Title>
          <QrCode text={props.address} />
          <p class="join-address">{props.address}</p>
          <Show when={isLocal(props.address)}>
            <p class="join-warning" role="alert">
              Only this machine can open this address. Start Coattend with --host 0.0.0.0 to let phones in.
            </p>
          </Show>
          <button type="button" class="button large" onClick={() => props.onClose()}>
            Close
          </button>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog>
  )
}
