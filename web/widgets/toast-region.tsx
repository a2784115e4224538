import type { Component } from 'solid-js'
import { Show } from 'solid-js'
import { For } from '#web/solid.ts'
import type { Toasts } from '#web/state/toasts.ts'
import { classNames } from './class-names.ts'

/** Where toasts appear; read out politely. */
export const ToastRegion: Component<{ readonly toasts: Toasts }> = (props) => (
  <div class="toasts" role="status" aria-live="polite">
    <For each={props.toasts.list()}>
      {(toast) => (
        <div class={classNames('toast', toast.bad && 'bad')}>
          <span>{toast.text}</span>
          <Show when={toast.action}>
            {(action) => (
              <button
                type="button"
                class="link"
                onClick={() => {
                  action().run()
                  props.toasts.dismiss(toast.id)
                }}
              >
                {action().label}
              </button>
            )}
          </Show>
          <button type="button" class="toast-x" aria-label="Dismiss" onClick={() => props.toasts.dismiss(toast.id)}>
            ×
          </button>
        </div>
      )}
    </For>
  </div>
)
