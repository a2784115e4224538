import { loadLocal } from '#compute/index.ts'
import { commonOptions, threads } from './command.ts'
import type { Command } from './command.ts'

/** `devices`: what works here, how fast, and what would be used. */
export const devices: Command = {
  name: 'devices',
  positionals: [],
  summary: 'where computing is possible here, and how fast',
  options: { json: commonOptions['json']! },
  run: async ({ args, streams }) => {
    const local = await loadLocal()
    const reports = await local.probeDevices()
    const measured = []
    for (const report of reports) {
      const rate = report.works ? await local.measureRate(report.name, threads()) : null
      measured.push({ ...report, gigaflops: rate === null ? null : Math.round(rate / 1e9) })
    }
    const chosen = await local.chooseDevice(null, threads())
    if (args.has('json')) return streams.out(JSON.stringify({ devices: measured, chosen, threads: threads() }))
    for (const { name, works, problem, gigaflops } of measured) {
      streams.out(
        `${name.padEnd(8)}${works ? `works, ${gigaflops} GFLOP/s in a float32 product` : `not here: ${problem}`}`,
      )
    }
    streams.out(`chosen  ${chosen.name}: ${chosen.reason} (${threads()} threads)`)
  },
}
