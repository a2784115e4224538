/** Code of the page that is fetched when it is needed. */

export interface Part<Item> {
  /** What was fetched; null before. Held in an object, because it may be a function. */
  readonly now: () => { readonly item: Item } | null
  /** Fetches it once; after a failure, which rejects, it is fetched anew. */
  readonly fetch: () => Promise<{ readonly item: Item }>
}

/** `load` brings a module, and `pick` takes from it what is wanted. */
export function createPart<Module, Item>(load: () => Promise<Module>, pick: (module: Module) => Item): Part<Item> {
  let held: { readonly item: Item } | null = null
  let asked: Promise<{ readonly item: Item }> | null = null
  const fetch = async (): Promise<{ readonly item: Item }> => {
    try {
      held = { item: pick(await load()) }
      return held
    } catch (error) {
      asked = null
      throw error
    }
  }
  return { now: () => held, fetch: () => (asked ??= fetch()) }
}
