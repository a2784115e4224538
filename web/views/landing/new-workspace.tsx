/** Makes a workspace: a name, a checkpoint, and a corpus whose rows are shown before they are taken. */
import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import type { CheckpointReply, ChosenLanguages, KnownLanguages } from '#server/wire/checkpoints.ts'
import type { MakeWorkspaceRequest, WorkspaceReply } from '#server/wire/workspaces.ts'
import { messageOf } from '#web/errors.ts'
import { useApp } from '#web/state/app.ts'
import { createIntake } from '#web/state/intake.ts'
import { Field } from '#web/widgets/controls.tsx'
import { Dialog } from '#web/widgets/dialog.tsx'
import { CheckpointField } from './checkpoint-field.tsx'
import { CorpusField } from './corpus-field.tsx'
import { CorpusPreview } from './corpus-preview.tsx'
import { type TypedLanguages, readLanguages, usualLanguages } from '#web/marks/language-choice.ts'
import { LanguageFields } from '#web/widgets/language-fields.tsx'

export interface NewWorkspaceProps {
  readonly open: boolean
  readonly onOpenChange: (open: boolean) => void
  readonly make: (request: MakeWorkspaceRequest) => Promise<WorkspaceReply>
  readonly onMade: (workspace: WorkspaceReply) => void
}

export function NewWorkspace(props: NewWorkspaceProps): JSX.Element {
  return (
    <Dialog
      open={props.open}
      onOpenChange={(open) => props.onOpenChange(open)}
      title="New workspace"
      description="A model and a corpus, looked at together. Nothing leaves this server."
      wide
    >
      <NewWorkspaceForm {...props} />
    </Dialog>
  )
}

function NewWorkspaceForm(props: NewWorkspaceProps): JSX.Element {
  const [name, setName] = createSignal('')
  const [checkpoint, setCheckpoint] = createSignal<CheckpointReply | null>(null)
  const [typed, setTyped] = createSignal<TypedLanguages>({ source: '', target: '' })
  const [skipBroken, setSkipBroken] = createSignal(false)
  const [problem, setProblem] = createSignal<string | null>(null)
  const [busy, setBusy] = createSignal(false)
  const intake = createIntake(useApp())
  const known = (): KnownLanguages | null => checkpoint()?.summary?.languages ?? null
  const languages = (): ChosenLanguages | null => {
    const all = known()
    return all === null ? null : readLanguages(typed(), all)
  }
  const take = (chosen: CheckpointReply): void => {
    setCheckpoint(chosen)
    const all = known()
    if (all !== null) setTyped(usualLanguages(all))
  }
  const canTake = (): boolean => {
    const survey = intake.survey()
    if (survey === null || intake.phase() !== 'ready') return false
    return survey.rows > 0 && (survey.broken === 0 || skipBroken())
  }
  const isSpoken = (): boolean => checkpoint() !== null && (known() === null || languages() !== null)
  const ready = (): boolean => name().trim() !== '' && isSpoken() && canTake() && !busy()
  const submit = async (): Promise<void> => {
    setBusy(true)
    setProblem(null)
    try {
      const corpus = { name: intake.name(), intake: intake.id() ?? '', skipBroken: skipBroken() }
      const model = { checkpoint: checkpoint()?.id ?? '', languages: languages() }
      props.onMade(await props.make({ name: name().trim(), ...model, corpus }))
    } catch (error) {
      if (!intake.refused(error)) setProblem(messageOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (ready()) void submit()
      }}
    >
      <Field label="Name" hint="What is the question?">
        {({ id, describedBy }) => (
          <input
            id={id}
            class="input"
            aria-describedby={describedBy}
            maxLength={120}
            value={name()}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <CheckpointField value={checkpoint()?.id ?? ''} onChange={take} />
      <Show when={known()}>{(all) => <LanguageFields known={all()} value={typed()} onChange={setTyped} />}</Show>
      <CorpusField intake={intake} />
      <Show when={intake.survey()}>
        {(survey) => (
          <CorpusPreview intake={intake} survey={survey()} skipBroken={skipBroken()} onSkipBroken={setSkipBroken} />
        )}
      </Show>
      <div class="line end">
        <Show when={problem()}>
          {(message) => (
            <p class="form-error grow" role="alert">
              {message()}
            </p>
          )}
        </Show>
        <button type="button" class="plain" onClick={() => props.onOpenChange(false)}>
          Cancel
        </button>
        <button type="submit" class="button solid" disabled={!ready()} aria-busy={busy()}>
          {busy() ? 'Making it' : 'Make workspace'}
        </button>
      </div>
    </form>
  )
}
