/** A priority queue: whatever is `before` all others comes out first. */
export interface Heap<T> {
  push(item: T): void
  pop(): T | undefined
}

export function makeHeap<T>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = []
  const swap = (a: number, b: number): void => {
    const item = items[a]!
    items[a] = items[b]!
    items[b] = item
  }
  const firstOf = (index: number): number => {
    const [left, right] = [2 * index + 1, 2 * index + 2]
    let first = index
    if (left < items.length && isBefore(items[left]!, items[first]!)) first = left
    if (right < items.length && isBefore(items[right]!, items[first]!)) first = right
    return first
  }
  return {
    push(item) {
      let index = items.push(item) - 1
      for (
        let parent = (index - 1) >> 1;
        index > 0 && isBefore(items[index]!, items[parent]!);
        parent = (index - 1) >> 1
      ) {
        swap(index, parent)
        index = parent
      }
    },
    pop() {
      const top = items[0]
      const last = items.pop()
      if (items.length === 0) return top
      items[0] = last!
      for (let index = 0, next = firstOf(0); next !== index; next = firstOf(index)) {
        swap(index, next)
        index = next
      }
      return top
    },
  }
}
