/** What was found in a corpus file: which column plays which part, the first rows as they will be, and what is wrong, row by row. */
import type { JSX } from 'solid-js'
import { createUniqueId, Show } from 'solid-js'
import type { IntakeColumn, IntakeFields, IntakeSurvey } from '#server/wire/intakes.ts'
import { count, share } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import type { Intake } from '#web/state/intake.ts'
import { Banner } from '#web/widgets/messages.tsx'
import { delimiterChoices, describeBroken, describeSurvey, encodingChoices, typeWords } from './corpus-words.ts'

const parts: readonly (readonly [keyof IntakeFields, string, string])[] = [
  ['source', 'Source: what the model reads', 'Choose a column'],
  ['reference', 'Reference: what it should write', 'None'],
  ['id', 'Id', 'The number of the row'],
]

export function CorpusPreview(props: {
  readonly intake: Intake
  readonly survey: IntakeSurvey
  readonly skipBroken: boolean
  readonly onSkipBroken: (skip: boolean) => void
}): JSX.Element {
  return (
    <section
      class="corpus-preview"
      aria-label="What was found in the file"
      aria-busy={props.intake.phase() !== 'ready'}
    >
      <div class="line">
        <b class="grow">{describeSurvey(props.survey)}</b>
        <Show when={props.survey.delimiter}>
          {(delimiter) => (
            <SmallSelect
              label="Separated by"
              value={delimiter()}
              choices={delimiterChoices}
              onChange={(value) => props.intake.change({ delimiter: value as ReturnType<typeof delimiter>, ...unset })}
            />
          )}
        </Show>
        <Show when={props.survey.encoding}>
          {(encoding) => (
            <SmallSelect
              label="Encoding"
              value={encoding()}
              choices={encodingChoices}
              onChange={(value) => props.intake.change({ encoding: value as ReturnType<typeof encoding> })}
            />
          )}
        </Show>
      </div>
      <For each={props.survey.notices}>{(notice) => <Banner kind="warn">{notice}</Banner>}</For>
      <Parts survey={props.survey} onFields={(fields) => props.intake.change({ fields })} />
      <FirstRows survey={props.survey} />
      <Columns survey={props.survey} onLeaveOut={(leaveOut) => props.intake.change({ leaveOut })} />
      <BrokenRows survey={props.survey} skip={props.skipBroken} onSkip={(skip) => props.onSkipBroken(skip)} />
    </section>
  )
}

/** With another separator there are other columns. */
const unset = { fields: null, leaveOut: [] }

function SmallSelect(props: {
  readonly label: string
  readonly value: string
  readonly choices: readonly { readonly value: string; readonly label: string }[]
  readonly onChange: (value: string) => void
}): JSX.Element {
  const id = createUniqueId()
  return (
    <span class="line">
      <label class="dim" for={id}>
        {props.label}
      </label>
      <select
        id={id}
        class="select small fit"
        value={props.value}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      >
        <For each={props.choices}>{(choice) => <option value={choice.value}>{choice.label}</option>}</For>
      </select>
    </span>
  )
}

function Parts(props: {
  readonly survey: IntakeSurvey
  readonly onFields: (fields: IntakeFields) => void
}): JSX.Element {
  return (
    <div class="corpus-parts">
      <For each={parts}>
        {([part, label, none]) => (
          <label>
            {label}
            <select
              class="select small"
              value={props.survey.fields[part] ?? ''}
              onChange={(event) =>
                props.onFields({ ...props.survey.fields, [part]: event.currentTarget.value || null })
              }
            >
              <option value="">{none}</option>
              <For each={props.survey.columns}>
                {({ name }) => (
                  <option value={name} selected={props.survey.fields[part] === name}>
                    {name}
                  </option>
                )}
              </For>
            </select>
          </label>
        )}
      </For>
    </div>
  )
}

function FirstRows(props: { readonly survey: IntakeSurvey }): JSX.Element {
  const attributes = (): readonly string[] => [
    ...new Set(props.survey.preview.flatMap((row) => Object.keys(row.attributes))),
  ]
  return (
    <Show when={props.survey.preview.length > 0}>
      <h3>The first rows</h3>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and keys must be able to do that */}
      <div class="corpus-table" tabIndex={0} role="region" aria-label="The first rows">
        <table>
          <thead>
            <tr>
              <th scope="col">Id</th>
              <th scope="col">Source</th>
              <Show when={props.survey.fields.reference !== null}>
                <th scope="col">Reference</th>
              </Show>
              <For each={attributes()}>{(name) => <th scope="col">{name}</th>}</For>
            </tr>
          </thead>
          <tbody>
            <For each={props.survey.preview}>
              {(row) => (
                <tr title={row.place}>
                  <th scope="row" class="mono">
                    {row.id}
                  </th>
                  <td class="words">{row.source}</td>
                  <Show when={props.survey.fields.reference !== null}>
                    <td class="words">{row.reference ?? '–'}</td>
                  </Show>
                  <For each={attributes()}>{(name) => <td>{row.attributes[name] ?? ''}</td>}</For>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </Show>
  )
}

function Columns(props: {
  readonly survey: IntakeSurvey
  readonly onLeaveOut: (names: readonly string[] & string[]) => void
}): JSX.Element {
  const others = (): readonly IntakeColumn[] =>
    props.survey.columns.filter(({ use }) => use === 'attribute' || use === 'left out')
  const kept = (): number => others().filter(({ use }) => use === 'attribute').length
  const toggle = (column: IntakeColumn): void => {
    const out = others()
      .filter(({ use }) => use === 'left out')
      .map(({ name }) => name)
    props.onLeaveOut(out.includes(column.name) ? out.filter((name) => name !== column.name) : [...out, column.name])
  }
  return (
    <Show when={others().length > 0}>
      <details>
        <summary>
          {share(kept(), others().length)} other columns become attributes to filter, sort and colour by
        </summary>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and keys must be able to do that */}
        <div class="corpus-table" tabIndex={0} role="region" aria-label="Other columns">
          <table>
            <thead>
              <tr>
                <th scope="col">Keep</th>
                <th scope="col">Column</th>
                <th scope="col">Holds</th>
                <th scope="col">Rows with a value</th>
                <th scope="col">First value</th>
              </tr>
            </thead>
            <tbody>
              <For each={others().slice(0, 300)}>
                {(column) => (
                  <tr>
                    <td>
                      <input
                        type="checkbox"
                        aria-label={`Keep ${column.name}`}
                        checked={column.use === 'attribute'}
                        onChange={() => toggle(column)}
                      />
                    </td>
                    <th scope="row">{column.name}</th>
                    <td>{typeWords[column.type]}</td>
                    <td>{count(column.filled)}</td>
                    <td class="words">{column.sample}</td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
      </details>
    </Show>
  )
}

/** The rows that would be missing, with their places; whoever makes the workspace decides. */
function BrokenRows(props: {
  readonly survey: IntakeSurvey
  readonly skip: boolean
  readonly onSkip: (skip: boolean) => void
}): JSX.Element {
  return (
    <Show when={describeBroken(props.survey)}>
      {(words) => (
        <div class="broken-rows" role="group" aria-label="Rows that cannot be taken">
          <Banner kind={props.survey.rows === 0 ? 'error' : 'warn'}>
            <b>{words()}.</b>
          </Banner>
          <ul>
            <For each={props.survey.problems}>
              {({ place, message }) => (
                <li>
                  <b>{place}</b> {message}
                </li>
              )}
            </For>
            <Show when={props.survey.broken > props.survey.problems.length}>
              <li class="dim">and {count(props.survey.broken - props.survey.problems.length)} more</li>
            </Show>
          </ul>
          <Show when={props.survey.rows > 0}>
            <label class="line">
              <input
                type="checkbox"
                checked={props.skip}
                onChange={(event) => props.onSkip(event.currentTarget.checked)}
              />
              Leave them out and take the other {count(props.survey.rows)}
            </label>
          </Show>
        </div>
      )}
    </Show>
  )
}
