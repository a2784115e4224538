/** What one person may choose for themselves: nobody else's page changes by it. */
import type { JSX } from 'solid-js'
import { createUniqueId } from 'solid-js'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { PreferenceValues } from '#web/state/preferences.ts'
import { themes } from '#web/state/preferences.ts'
import { Field, Segment, Switch } from '#web/widgets/controls.tsx'
import { Dialog } from '#web/widgets/dialog.tsx'
import { themeLabels } from '#web/widgets/theme-menu.tsx'

export function PreferencesDialog(props: { readonly onClose: () => void }): JSX.Element {
  return (
    <Dialog
      open
      onOpenChange={(open) => open || props.onClose()}
      title="Preferences"
      description="For you, in this browser. What others see does not change."
      wide
    >
      <div class="preferences">
        <Looks />
        <Numbers />
        <Others />
      </div>
      <div class="line end">
        <button type="button" class="button" onClick={() => props.onClose()}>
          Close
        </button>
      </div>
    </Dialog>
  )
}

/** A name on the left, its control on the right, and what it does below. */
function Row(props: { readonly label: string; readonly hint?: string; readonly children: JSX.Element }): JSX.Element {
  return (
    <div class="preference">
      <span class="preference-label">{props.label}</span>
      <div>{props.children}</div>
      <p class="form-hint">{props.hint}</p>
    </div>
  )
}

type Chosen = 'density' | 'motion' | 'layersFrom'

/** A segment bound to one preference. */
function Choice<Name extends Chosen>(props: {
  readonly label: string
  readonly hint?: string
  readonly name: Name
  readonly choices: readonly { readonly value: PreferenceValues[Name]; readonly label: string }[]
}): JSX.Element {
  const app = useApp()
  const change = (value: PreferenceValues[Name]): void => app.preferences.set({ [props.name]: value })
  return (
    <Row label={props.label} {...(props.hint === undefined ? {} : { hint: props.hint })}>
      <Segment
        label={props.label}
        value={app.preferences.values()[props.name]}
        choices={props.choices}
        onChange={change}
      />
    </Row>
  )
}

type Flag = 'letterKeys' | 'showOthers' | 'showCursors' | 'frameTimes' | 'projector'

function Flagged(props: { readonly label: string; readonly hint: string; readonly name: Flag }): JSX.Element {
  const app = useApp()
  const hint = createUniqueId()
  return (
    <div class="preference">
      <Switch
        label={props.label}
        describedBy={hint}
        checked={app.preferences.values()[props.name]}
        onChange={(checked) => app.preferences.set({ [props.name]: checked })}
      />
      <p id={hint} class="form-hint">
        {props.hint}
      </p>
    </div>
  )
}

function Looks(): JSX.Element {
  const app = useApp()
  const id = createUniqueId()
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>Look</h3>
      <Field label="Theme" hint="As the system: light or dark, as this device is set.">
        {(ids) => (
          <select
            id={ids.id}
            class="select"
            aria-describedby={ids.describedBy}
            value={app.preferences.values().theme}
            onChange={(event) => {
              const theme = themes.find((each) => each === event.currentTarget.value)
              if (theme) app.preferences.set({ theme })
            }}
          >
            <For each={themes}>{(theme) => <option value={theme}>{themeLabels[theme]}</option>}</For>
          </select>
        )}
      </Field>
      <Choice
        label="Density"
        hint="By window: smaller type on small screens, larger on large ones."
        name="density"
        choices={[
          { value: 'window', label: 'By window' },
          { value: 'comfortable', label: 'Comfortable' },
          { value: 'compact', label: 'Compact' },
        ]}
      />
      <Choice
        label="Motion"
        hint="Reduced: drawings cut from one state to the next."
        name="motion"
        choices={[
          { value: 'system', label: 'As the system' },
          { value: 'reduced', label: 'Reduced' },
        ]}
      />
      <Flagged
        name="projector"
        label="Projector"
        hint="Large type, high contrast, no notes: for the last row of a room."
      />
    </section>
  )
}

function Numbers(): JSX.Element {
  const app = useApp()
  const id = createUniqueId()
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>Drawings</h3>
      <Choice
        label="Layer 0"
        hint="At the bottom, as data flow in papers, or on top."
        name="layersFrom"
        choices={[
          { value: 'bottom', label: 'Bottom' },
          { value: 'top', label: 'Top' },
        ]}
      />
      <Row label="First layer and head" hint="Links and files always count from 0.">
        <Segment
          label="First layer and head"
          value={String(app.preferences.values().countFrom)}
          choices={[
            { value: '0', label: '0' },
            { value: '1', label: '1' },
          ]}
          onChange={(value) => app.preferences.set({ countFrom: value === '1' ? 1 : 0 })}
        />
      </Row>
      <Flagged
        name="frameTimes"
        label="Frame times"
        hint="The status bar says how long frames take, and how much memory."
      />
    </section>
  )
}

const Others = (): JSX.Element => {
  const id = createUniqueId()
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>Keys and people</h3>
      <Flagged
        name="letterKeys"
        label="Single-letter keys"
        hint="Off: keys of one character act only inside the pane that they belong to."
      />
      <Flagged name="showOthers" label="Selections of others" hint="Outlines, brackets and notches in their colours." />
      <Flagged name="showCursors" label="Pointers of others" hint="Small arrows with their initials." />
    </section>
  )
}
