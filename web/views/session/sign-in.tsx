/** A name is all it takes: asked once, kept by the cookie, changed whenever somebody likes. */
import type { JSX } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import type { Person } from '#collab/wire/presence.ts'
import { renamePerson, signIn } from '#web/api/session.ts'
import { messageOf } from '#web/errors.ts'
import { useApp } from '#web/state/app.ts'
import { Field } from '#web/widgets/controls.tsx'
import { Dialog } from '#web/widgets/dialog.tsx'

export function SignInDialog(props: { readonly open: boolean }): JSX.Element {
  const app = useApp()
  return (
    <Dialog
      open={props.open}
      // Nothing can be done without a name, so there is no way to close it but to give one.
      onOpenChange={() => undefined}
      title="What should others call you?"
      description="Your name stands beside what you select and write. No account, no password."
    >
      <NameForm start="" submit="Go on" send={(name) => signIn(app.api, name).then(({ person }) => person)} />
    </Dialog>
  )
}

export function RenameDialog(props: {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly person: Person
}): JSX.Element {
  const app = useApp()
  return (
    <Dialog open={props.open} onOpenChange={(open) => props.onOpenChange(open)} title="Your name">
      <NameForm
        start={props.person.name}
        submit="Change"
        send={(name) => renamePerson(app.api, name).then(({ person }) => person)}
        onDone={() => props.onOpenChange(false)}
      />
    </Dialog>
  )
}

function NameForm(props: {
  readonly start: string
  readonly submit: string
  readonly send: (name: string) => Promise<Person>
  readonly onDone?: () => void
}): JSX.Element {
  const app = useApp()
  const [name, setName] = createSignal(untrack(() => props.start))
  const [problem, setProblem] = createSignal<string | null>(null)
  const submit = async (): Promise<void> => {
    try {
      app.setPerson(await props.send(name().trim()))
      props.onDone?.()
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (name().trim() !== '') void submit()
      }}
    >
      <Field label="Display name" error={problem()}>
        {({ id, describedBy }) => (
          <input
            id={id}
            class="input"
            // oxlint-disable-next-line jsx-a11y/autocomplete-valid -- HTML knows "nickname"; the rule's list does not
            autocomplete="nickname"
            maxLength={40}
            aria-describedby={describedBy}
            value={name()}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="line end">
        <button type="submit" class="button solid large" disabled={name().trim() === ''}>
          {props.submit}
        </button>
      </div>
    </form>
  )
}
