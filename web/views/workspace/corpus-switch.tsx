import type { JSX } from 'solid-js'
import { useApp } from '#web/state/app.ts'
import { Segment } from '#web/widgets/controls.tsx'

/** The rows of the corpus as points in the plane, or as the table that says the same. */
export function CorpusSwitch(): JSX.Element {
  const app = useApp()
  return (
    <Segment
      label="Corpus as"
      value={app.preferences.values().corpusAs}
      choices={[
        { value: 'plot', label: 'Plot', title: 'Points in the plane' },
        { value: 'table', label: 'Table', title: 'The same rows as a table' },
      ]}
      onChange={(corpusAs) => app.preferences.set({ corpusAs })}
    />
  )
}
