import { describe, expect, it } from 'vitest'
import { createPart } from '#web/widgets/part.ts'

describe('a part of the page', () => {
  it('[LP1] is fetched once, however many wait for it, and is there at once from then on', async () => {
    let fetched = 0
    const part = createPart(
      async () => ({ value: ++fetched }),
      (module) => module.value,
    )
    expect(part.now()).toBeNull()
    expect(await Promise.all([part.fetch(), part.fetch()])).toEqual([{ item: 1 }, { item: 1 }])
    expect(part.now()).toEqual({ item: 1 })
    expect(await part.fetch()).toEqual({ item: 1 })
  })

  it('[LP2] that could not be fetched is fetched anew when it is needed again', async () => {
    let away = true
    const part = createPart(
      async () => {
        if (away) throw new TypeError('Failed to fetch')
        return { value: 'there' }
      },
      (module) => module.value,
    )
    await expect(Promise.all([part.fetch(), part.fetch()])).rejects.toThrow('Failed to fetch')
    expect(part.now()).toBeNull()
    away = false
    expect(await part.fetch()).toEqual({ item: 'there' })
  })
})
