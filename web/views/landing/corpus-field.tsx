/** Where a corpus comes from: a file, a path on the server's machine, or pasted rows; and how far it has come. */
import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import { readLocalFolders } from '#web/api/intakes.ts'
import { bytes, share, timeLeft } from '#web/marks/numbers.ts'
import { onMount } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import type { Intake } from '#web/state/intake.ts'
import { Field, Segment } from '#web/widgets/controls.tsx'
import { LinkButton, ProgressLine } from '#web/widgets/messages.tsx'
import { AddressField } from './address-field.tsx'

const formats =
  'JSONL, JSON, CSV, TSV or Parquet, also in gzip; up to 2 GB. Each row is one text with what belongs to it.'
const accepted = '.jsonl,.ndjson,.json,.csv,.tsv,.txt,.parquet,.gz'

/** Where a corpus can come from. */
type Origin = 'file' | 'path' | 'paste'

export function CorpusField(props: { readonly intake: Intake }): JSX.Element {
  const app = useApp()
  const [origin, setOrigin] = createSignal<Origin>('file')
  const [folders, setFolders] = createSignal<readonly string[]>([])
  onMount(() => {
    // Without an answer there are no paths to offer; files can be chosen all the same.
    readLocalFolders(app.api).then(
      (reply) => setFolders(reply.folders),
      () => undefined,
    )
  })
  const choices = () => [
    { value: 'file' as const, label: 'File' },
    ...(folders().length === 0 ? [] : [{ value: 'path' as const, label: 'Path on the server' }]),
    { value: 'paste' as const, label: 'Paste rows' },
  ]
  return (
    <div class="form-field" role="group" aria-label="Corpus">
      <div class="line corpus-head">
        <span class="form-label">Corpus</span>
        <span class="grow" />
        <Segment label="Where the corpus is" value={origin()} choices={choices()} onChange={setOrigin} />
      </div>
      <Show when={origin() === 'file'}>
        <FileChoice intake={props.intake} />
      </Show>
      <Show when={origin() === 'path'}>
        <PathChoice intake={props.intake} folders={folders()} />
      </Show>
      <Show when={origin() === 'paste'}>
        <PasteChoice intake={props.intake} />
      </Show>
      <IntakeProgress intake={props.intake} />
    </div>
  )
}

function FileChoice(props: { readonly intake: Intake }): JSX.Element {
  const [over, setOver] = createSignal(false)
  const take = (file: File | undefined): void => {
    if (file !== undefined) props.intake.choose(file, file.name)
  }
  return (
    <div
      class="drop-place"
      role="presentation"
      data-over={over()}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer?.files[0])
      }}
    >
      <label class="button file-button">
        Choose a file
        <input
          type="file"
          accept={accepted}
          onChange={(event) => {
            const file = event.currentTarget.files?.[0]
            event.currentTarget.value = ''
            take(file)
          }}
        />
      </label>
      <span class="note">{props.intake.name() === '' ? `or drop one here. ${formats}` : props.intake.name()}</span>
    </div>
  )
}

function PathChoice(props: { readonly intake: Intake; readonly folders: readonly string[] }): JSX.Element {
  return (
    <AddressField
      label="Path"
      hint={`A file on the server’s machine, below ${props.folders.join(', ')}.`}
      action="Read it"
      onTake={(path) => props.intake.choosePath(path)}
    />
  )
}

function PasteChoice(props: { readonly intake: Intake }): JSX.Element {
  const [text, setText] = createSignal('')
  return (
    <Field label="Rows" hint="JSONL, or CSV with a header.">
      {({ id, describedBy }) => (
        <div class="corpus-field">
          <textarea
            id={id}
            class="textarea"
            aria-describedby={describedBy}
            spellcheck={false}
            placeholder={'{"id": "1", "source": "A text that the model reads.", "topic": "any column"}'}
            value={text()}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <div class="line">
            <button
              type="button"
              class="button"
              disabled={text().trim() === ''}
              onClick={() => props.intake.choose(new Blob([text()]), 'pasted rows')}
            >
              Read them
            </button>
          </div>
        </div>
      )}
    </Field>
  )
}

/** One line of constant height, so that nothing below it jumps. */
function IntakeProgress(props: { readonly intake: Intake }): JSX.Element {
  const isBusy = (): boolean => props.intake.phase() === 'sending' || props.intake.phase() === 'reading'
  const verb = (): string => (props.intake.phase() === 'sending' ? 'Sending' : 'Reading')
  const amount = (): string => {
    const { done, total } = props.intake.bytes()
    return total === 0 ? '' : ` ${bytes(done)} of ${bytes(total)}`
  }
  const left = (): string | null => {
    const seconds = props.intake.left()
    return seconds === null ? null : timeLeft(seconds)
  }
  return (
    <div class="form-hint">
      <Show when={isBusy()}>
        <ProgressLine
          text={`${verb()}${amount()}`}
          done={props.intake.share()}
          left={left()}
          onCancel={() => props.intake.cancel()}
        />
      </Show>
      <Show when={props.intake.phase() === 'failed'}>
        <span class="form-error" role="alert">
          {props.intake.problem()}{' '}
          <Show when={props.intake.retry()}>
            {(again) => <LinkButton onClick={() => again().run()}>{again().label}</LinkButton>}
          </Show>
        </span>
      </Show>
      <Show when={props.intake.phase() === 'ready' && props.intake.survey()}>
        {(survey) => <span class="sr-only">{share(survey().rows, survey().seen)} rows can be taken</span>}
      </Show>
    </div>
  )
}
