// A heap of deadlines, for the engine's rules as JavaScript (`rules/query.ts`): what `crates/engine/src/deadlines.rs` is for Rust.
// Deadlines at the same time come in the order in which they were set.

/** A deadline; its place is −1 when it is over. */
export interface Handle {
  /** In ms since the epoch. */
  at$: number
  order$: number
  place$: number
  what$: unknown
}

export type Deadlines = Handle[]

let order = 0

function isBefore(a: Handle, b: Handle): boolean {
  return a.at$ < b.at$ || (a.at$ === b.at$ && a.order$ < b.order$)
}

/** Moves a deadline, for which there is a hole at `place`, to where it belongs. */
function settle(heap: Deadlines, node: Handle, place: number): void {
  const put = (other: Handle, to: number) => ((heap[to] = other), (other.place$ = to))
  for (;;) {
    const parent = (place - 1) >> 1
    if (parent < 0 || !isBefore(node, heap[parent]!)) break
    put(heap[parent]!, place)
    place = parent
  }
  for (;;) {
    let child = 2 * place + 1
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
    if (child >= heap.length || !isBefore(heap[child]!, node)) break
    put(heap[child]!, place)
    place = child
  }
  put(node, place)
}

export function nextDeadline(heap: Deadlines): number | undefined {
  return heap[0]?.at$
}

/** A deadline at `Infinity` is none. */
export function setDeadline(heap: Deadlines, at: number, what: unknown): Handle | undefined {
  return resetDeadline(heap, undefined, at, what)
}

/** Moves the deadline if it has not come, or sets another. */
export function resetDeadline(heap: Deadlines, node: Handle | undefined, at: number, what: unknown): Handle | undefined {
  if (at === Infinity) return endDeadline(heap, node)
  if (!node || node.place$ < 0) node = { at$: 0, order$: 0, place$: heap.length, what$: what }
  node.at$ = at
  node.order$ = ++order
  settle(heap, node, node.place$)
  return node
}

export function endDeadline(heap: Deadlines, node: Handle | undefined): undefined {
  if (!node || node.place$ < 0) return
  const last = heap.pop()!
  if (last !== node) settle(heap, last, node.place$)
  node.place$ = -1
}

/** What is due first, if it is due. */
export function popDeadline(heap: Deadlines, now: number): unknown {
  const first = heap[0]
  if (!first || first.at$ > now) return
  endDeadline(heap, first)
  return first.what$
}

/** The clock was set back by so many ms. */
export function bringForward(heap: Deadlines, span: number): void {
  for (const node of heap) node.at$ -= span
}
