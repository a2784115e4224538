/** Makes a workspace: a name, a checkpoint, and a corpus that is checked before it is sent. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, Show, untrack } from 'solid-js'
import type { CheckpointReply } from '#server/wire/checkpoints.ts'
import type { MakeWorkspaceRequest, WorkspaceReply } from '#server/wire/workspaces.ts'
import { readCheckpoints } from '#web/api/checkpoints.ts'
import { messageOf } from '#web/errors.ts'
import { For, onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { modelSummary } from '#web/views/workspace/model-summary.ts'
import { Field } from '#web/widgets/controls.tsx'
import { Dialog } from '#web/widgets/dialog.tsx'
import type { CorpusFields } from './corpus.ts'
import { corpusError, guessFields, mostCharacters, readCorpus } from './corpus.ts'
import { CorpusPreview } from './corpus-preview.tsx'

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
  const [checkpoint, setCheckpoint] = createSignal('')
  const [corpusName, setCorpusName] = createSignal('')
  const [text, setText] = createSignal('')
  const [chosen, setChosen] = createSignal<Partial<CorpusFields>>({})
  const [problem, setProblem] = createSignal<string | null>(null)
  const [busy, setBusy] = createSignal(false)
  const reading = createMemo(() => readCorpus(text()))
  const fields = createMemo<CorpusFields>(() => ({ ...guessFields(reading().columns), ...chosen() }))
  const trouble = (): string | null => {
    if (text() === '') return null
    return text().length > mostCharacters
      ? 'A corpus can hold at most 64 MB of text: take a part of it.'
      : corpusError(reading(), fields())
  }
  const ready = (): boolean =>
    name().trim() !== '' && checkpoint() !== '' && text() !== '' && trouble() === null && !busy()
  const submit = async (): Promise<void> => {
    setBusy(true)
    setProblem(null)
    try {
      props.onMade(await props.make(requestOf(name(), checkpoint(), corpusName() || 'pasted rows', text(), fields())))
    } catch (error) {
      setProblem(messageOf(error))
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
      <CheckpointField value={checkpoint()} onChange={setCheckpoint} />
      <CorpusField
        text={text()}
        error={trouble()}
        onText={(next, file) => {
          setText(next)
          setChosen({})
          if (file !== null) setCorpusName(file)
        }}
      />
      <Show when={reading().rows > 0}>
        <CorpusPreview reading={reading()} fields={fields()} onFields={setChosen} />
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

/** Column names are sent only where they differ from what the server takes by itself. */
function requestOf(
  name: string,
  checkpoint: string,
  corpus: string,
  rows: string,
  fields: CorpusFields,
): MakeWorkspaceRequest {
  return {
    name: name.trim(),
    checkpoint,
    corpus: {
      name: corpus,
      rows,
      fields: {
        source: fields.source,
        ...(fields.id === '' ? {} : { id: fields.id }),
        ...(fields.reference === '' ? {} : { reference: fields.reference }),
      },
    },
  }
}

function CheckpointField(props: { readonly value: string; readonly onChange: (id: string) => void }): JSX.Element {
  const app = useApp()
  const [checkpoints, setCheckpoints] = createSignal<readonly CheckpointReply[]>([])
  const [problem, setProblem] = createSignal<string | null>(null)
  const load = async (): Promise<void> => {
    try {
      const reply = await readCheckpoints(app.api)
      setCheckpoints(reply.checkpoints)
      const usable = reply.checkpoints.find((checkpoint) => checkpoint.problem === null)
      if (untrack(() => props.value) === '' && usable) props.onChange(usable.id)
    } catch (error) {
      setProblem(messageOf(error))
    }
  }
  onMount(() => {
    void load()
  })
  return (
    <Field label="Model" error={problem()} hint="To add one: npm run -s coattend -- import FOLDER, then reload.">
      {({ id, describedBy }) => (
        <select
          id={id}
          class="select"
          aria-describedby={describedBy}
          value={props.value}
          onChange={(event) => props.onChange(event.currentTarget.value)}
        >
          <For each={checkpoints()}>
            {(checkpoint) => (
              <option value={checkpoint.id} disabled={checkpoint.problem !== null}>
                {`${checkpoint.name}: ${modelSummary(checkpoint)}`}
              </option>
            )}
          </For>
        </select>
      )}
    </Field>
  )
}

function CorpusField(props: {
  readonly text: string
  readonly error: string | null
  readonly onText: (text: string, file: string | null) => void
}): JSX.Element {
  const read = async (file: File | undefined): Promise<void> => {
    if (file !== undefined) props.onText(await file.text(), file.name.slice(0, 120))
  }
  /** A large file is kept but not drawn: a text field of megabytes would freeze the page. */
  const large = (): boolean => props.text.length > 200_000
  return (
    <Field
      label="Corpus"
      error={props.error}
      hint="JSONL: one JSON object a line. Other columns become attributes to filter by."
    >
      {({ id, describedBy }) => (
        <div
          class="corpus-field"
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault()
            void read(event.dataTransfer?.files[0])
          }}
        >
          <div class="line">
            <label class="button small file-button">
              Choose a file
              <input
                type="file"
                accept=".jsonl,.ndjson,.json,application/jsonl"
                onChange={(event) => void read(event.currentTarget.files?.[0])}
              />
            </label>
            <span class="note">or paste rows, or drop a file here</span>
          </div>
          <textarea
            id={id}
            class="textarea"
            aria-describedby={describedBy}
            aria-invalid={props.error !== null}
            spellcheck={false}
            readonly={large()}
            placeholder={'{"id": "1", "source": "A text that the model reads.", "topic": "any column"}'}
            value={large() ? `${props.text.slice(0, 2_000)}\n…` : props.text}
            onInput={(event) => props.onText(event.currentTarget.value, null)}
          />
        </div>
      )}
    </Field>
  )
}
