const BEAT = 1000
const QUIET_BEATS = 30

/**
 * Says in plain words what happens, and how long it has taken so far. A terminal gets one line that counts the seconds, a log file one line now
 * and then.
 * @typedef {{ say: (line: string) => void, during: <T>(what: string, work: () => Promise<T>) => Promise<T> }} Narrator
 */

/**
 * @param {{ write: (text: string) => unknown, isTTY?: boolean }} stream
 * @returns {Narrator}
 */
export function makeNarrator(stream) {
  const say = (/** @type {string} */ line) => void stream.write(`${line}\n`)
  return {
    say,
    async during(what, work) {
      const begin = performance.now()
      const seconds = () => `${((performance.now() - begin) / 1000).toFixed(0)} s`
      let beats = 0
      const tick = () => {
        if (stream.isTTY) stream.write(`\r${what} … ${seconds()}`)
        else if (beats++ % QUIET_BEATS === 0) say(beats === 1 ? `${what} …` : `${what} … ${seconds()}`)
      }
      const end = (/** @type {string} */ how) => say(`${stream.isTTY ? '\r' : ''}${what}: ${how} ${seconds()}`)
      tick()
      const timer = setInterval(tick, BEAT)
      try {
        const result = await work()
        end('done in')
        return result
      } catch (error) {
        end('failed after')
        throw error
      } finally {
        clearInterval(timer)
      }
    },
  }
}
