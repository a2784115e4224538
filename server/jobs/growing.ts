import { encodeSafetensors, type FileTensor } from '#compute/index.ts'

/** The tensors of a result under way. */
export interface Growing {
  readonly done: number
  readonly total: number
  merge(tensors: Readonly<Record<string, FileTensor>>, done: number, total: number): void
  /** What is new since the last call, as a safetensors file. */
  takeNews(): Uint8Array
  /** All there is, or null. */
  all(): Uint8Array | null
}

export function makeGrowing(): Growing {
  const known = new Map<string, FileTensor>()
  const news = new Set<string>()
  const encode = (isWanted: (name: string) => boolean): Uint8Array =>
    encodeSafetensors(Object.fromEntries([...known].filter(([name]) => isWanted(name))))
  let [done, total] = [0, 0]
  return {
    get done() {
      return done
    },
    get total() {
      return total
    },
    merge(tensors, finished, all) {
      for (const [name, tensor] of Object.entries(tensors)) {
        known.set(name, tensor)
        news.add(name)
      }
      ;[done, total] = [finished, all]
    },
    takeNews() {
      const bytes = encode((name) => news.has(name))
      news.clear()
      return bytes
    },
    all: () => (known.size === 0 ? null : encode(() => true)),
  }
}
