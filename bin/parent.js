const INTERVAL = 150

/**
 * Ends this process like SIGTERM does once the shell that npm started it in is gone. npm hands a SIGTERM to that shell, and many shells die of it
 * without a word to their child. Returns a function that stops watching.
 *
 * A program that was started without npm may outlive its parent.
 * @param {NodeJS.ProcessEnv} env
 */
export function endWithParent(env) {
  if (env['npm_lifecycle_event'] === undefined || process.platform === 'win32') return () => {}
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, INTERVAL)
  timer.unref()
  return () => clearInterval(timer)
}
