/** @typedef {{ chromium: boolean, postgres: boolean, web: boolean }} Needs what the chosen tests need beside packages */

const everything = { chromium: true, postgres: true, web: true }

/**
 * Splits our own option from vitest's, and tells what the chosen tests need.
 * @param {readonly string[]} args
 * @returns {{ long: boolean, needs: Needs, vitest: string[] }}
 */
export function parseTestArguments(args) {
  const vitest = args.filter((arg) => arg !== '--long')
  return { long: vitest.length < args.length, needs: needsOf(vitest), vitest }
}

/**
 * Only what is clearly enough is left out: a filter that is a path under `tests/`, or a named project.
 * @param {readonly string[]} args
 * @returns {Needs}
 */
function needsOf(args) {
  const paths = args.flatMap((arg) => /^(?:\.\/)?tests\/(\w+)/.exec(arg)?.[1] ?? [])
  const projects = args.flatMap((arg, index) => {
    if (arg.startsWith('--project=')) return [arg.slice('--project='.length)]
    return args[index - 1] === '--project' ? [arg] : []
  })
  if (paths.length > 0) return sumNeeds(paths)
  return projects.length > 0 ? sumNeeds(projects) : everything
}

/**
 * @param {readonly string[]} names of folders under tests/, or of projects
 * @returns {Needs}
 */
function sumNeeds(names) {
  if (!names.every((name) => /^[a-z]\w*$/i.test(name))) return everything // a pattern may mean anything
  const browser = names.some((name) => ['e2e', 'timed', 'stories'].includes(name))
  return { chromium: browser, postgres: names.includes('contract'), web: browser }
}
