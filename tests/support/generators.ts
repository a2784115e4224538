/** Runs an async generator to its end and gives what it returns. */
export async function drain<T>(generator: AsyncGenerator<unknown, T>): Promise<T> {
  for (;;) {
    const step = await generator.next()
    if (step.done) return step.value
  }
}
