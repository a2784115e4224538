/** A model of this computer: its folder or its files are chosen, what they take is shown, and they are sent. */
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { bytes, timeLeft } from '#web/marks/numbers.ts'
import type { Upload } from '#web/state/upload.ts'
import { LinkButton, ProgressLine } from '#web/widgets/messages.tsx'
import { Estimate } from './arrival-line.tsx'
import { describeLeftOut } from './upload-words.ts'

const needed =
  'A Hugging Face folder: config.json, the files of the tokenizer, and the weights as safetensors or pytorch_model.bin. The weights are sent when you have seen what they take.'

export function ModelUpload(props: { readonly upload: Upload }): JSX.Element {
  return (
    <>
      <div class="upload-choice">
        <FileButton label="Choose a folder" isFolder onChoose={(files) => props.upload.choose(files)} />
        <FileButton label="Choose files" onChoose={(files) => props.upload.choose(files)} />
        <span class="note">{needed}</span>
      </div>
      <Show when={props.upload.phase() !== 'none'}>
        <UploadLine upload={props.upload} />
      </Show>
    </>
  )
}

function FileButton(props: {
  readonly label: string
  readonly isFolder?: boolean
  readonly onChoose: (files: readonly File[]) => void
}): JSX.Element {
  return (
    <label class="button file-button">
      {props.label}
      <input
        type="file"
        multiple
        ref={(element) => (element.webkitdirectory = props.isFolder === true)}
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])]
          event.currentTarget.value = ''
          if (files.length > 0) props.onChoose(files)
        }}
      />
    </label>
  )
}

function UploadLine(props: { readonly upload: Upload }): JSX.Element {
  const sent = () => ({ done: props.upload.arrival()?.done ?? 0, total: props.upload.arrival()?.total ?? 0 })
  const left = (): string | null => {
    const rate = props.upload.rate()
    return rate === null || rate === 0 ? null : `${bytes(rate)}/s, ${timeLeft((sent().total - sent().done) / rate)}`
  }
  return (
    <div class="arrival">
      <Show when={props.upload.arrival()}>
        {(arrival) => (
          <>
            <span class="mono">{arrival().name}</span>
            <Estimate arrival={arrival()} />
            <Show when={describeLeftOut(arrival().upload, props.upload.chosen())}>
              {(text) => <span class="dim">{text()}</span>}
            </Show>
          </>
        )}
      </Show>
      <Show when={props.upload.phase() === 'asking'}>
        <div class="line">
          <button type="button" class="button" onClick={() => props.upload.goOn()}>
            Send the weights
          </button>
          <button type="button" class="plain" onClick={() => props.upload.cancel()}>
            Cancel
          </button>
        </div>
      </Show>
      <Show when={props.upload.phase() === 'sending'}>
        <ProgressLine
          text={`Sending ${bytes(sent().done)} of ${bytes(sent().total)}`}
          done={sent().total === 0 ? null : sent().done / sent().total}
          left={left()}
          onCancel={() => props.upload.cancel()}
        />
        <span class="dim">Keep this window open until it is sent.</span>
      </Show>
      <Show when={props.upload.phase() === 'failed'}>
        <span class="form-error" role="alert">
          {props.upload.problem()}{' '}
          <Show when={props.upload.canGoOn()}>
            <LinkButton onClick={() => props.upload.goOn()}>Go on where it ended</LinkButton>
          </Show>
        </span>
      </Show>
    </div>
  )
}
