import type { OutputReply } from '#server/wire/outputs.ts'
import { paths } from '#server/wire/paths.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { Caller } from '#tests/support/caller.ts'
import { until } from '#tests/support/server.ts'

/** Lets the model write every output of a workspace. */
export async function writeOutputs(caller: Caller, workspace: string): Promise<void> {
  const { run } = await caller.read<OutputReply>('POST', paths.outputs(workspace))
  if (run === null) return
  let state = run
  await until(
    `the outputs of ${workspace} are written`,
    async () => {
      state = await caller.read<RunReply>('GET', paths.run(workspace, run.key))
      return state.state !== 'queued' && state.state !== 'running'
    },
    60_000,
  )
  if (state.state !== 'done') throw new Error(`writing the outputs ended as ${state.state}: ${state.error}`)
}
