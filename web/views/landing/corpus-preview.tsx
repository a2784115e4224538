/** The first rows of a corpus as they were understood, and which column plays which part. */
import type { JSX } from 'solid-js'
import { counted, share } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import type { CorpusFields, CorpusReading } from './corpus.ts'

const parts: readonly (readonly [keyof CorpusFields, string])[] = [
  ['source', 'Source: what the model reads'],
  ['id', 'Id'],
  ['reference', 'Reference output'],
]

export function CorpusPreview(props: {
  readonly reading: CorpusReading
  readonly fields: CorpusFields
  readonly onFields: (change: (before: Partial<CorpusFields>) => Partial<CorpusFields>) => void
}): JSX.Element {
  const columns = () => props.reading.columns
  return (
    <div class="corpus-preview">
      <p>
        <b>{counted(props.reading.rows, 'row')}</b>, {counted(columns().length, 'column')}
      </p>
      <div class="corpus-parts">
        <For each={parts}>
          {([part, label]) => (
            <label>
              {label}
              <select
                class="select small"
                value={props.fields[part]}
                onChange={(event) => {
                  const name = event.currentTarget.value
                  props.onFields((before) => ({ ...before, [part]: name }))
                }}
              >
                <option value="">{part === 'source' ? 'Choose a column' : 'None'}</option>
                <For each={columns()}>{(column) => <option value={column.name}>{column.name}</option>}</For>
              </select>
            </label>
          )}
        </For>
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls sideways, and keys must be able to do that */}
      <div class="corpus-table" tabIndex={0} role="region" aria-label="Columns found">
        <table>
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Holds</th>
              <th scope="col">Rows</th>
              <th scope="col">First value</th>
            </tr>
          </thead>
          <tbody>
            <For each={columns()}>
              {(column) => (
                <tr>
                  <th scope="row">{column.name}</th>
                  <td>{column.kind}</td>
                  <td>{share(column.filled, props.reading.rows)}</td>
                  <td>{column.sample}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </div>
  )
}
