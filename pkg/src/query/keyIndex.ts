// Finds queries by the first segments of their keys: a trie, each node a Map. From a node, segments lead to the longer keys, and
// the queries whose key ends there are among its keys, too: a segment is never an object.
import { hashedSegment, partialMatchKey } from './hashKey.js'
import type { QueryKey } from './types.js'

/** Later segments are compared, query by query. */
const MAX_SEGMENTS = 32

type Node = Map<unknown, Node | undefined>

interface Indexed {
  queryKey: QueryKey
  readonly observers: readonly unknown[]
  /** Counts the queries in the order of their creation, which is also the order in which they are listed. */
  readonly querySequence: number
  /** The segments that it was added under: whoever made its key may change it. */
  keySegments?: unknown[]
}

/** The segments of a key that can be looked up. An object ends them: it matches by its properties. */
function indexable(key: QueryKey): unknown[] {
  const segments: unknown[] = []
  // A key that is not an array, as JavaScript callers may pass, is found by its hash only.
  for (const part of Array.isArray(key) ? key.slice(0, MAX_SEGMENTS) : []) {
    const segment = hashedSegment(part)
    if (segment && typeof segment === 'object') break
    segments.push(segment)
  }
  return segments
}

export class KeyIndex<TQuery extends Indexed> {
  readonly #root: Node = new Map()

  add(query: TQuery): void {
    let node = this.#root
    for (const segment of (query.keySegments = indexable(query.queryKey))) {
      let next = node.get(segment)
      if (!next) node.set(segment, (next = new Map()))
      node = next
    }
    node.set(query, undefined)
  }

  /** Removes a query, and the nodes that only its key needed. */
  remove(query: TQuery): void {
    const { keySegments: segments = [] } = query
    const prune = (node: Node, at: number): void => {
      if (at === segments.length) node.delete(query)
      else {
        const next = node.get(segments[at])!
        prune(next, at + 1)
        if (!next.size) node.delete(segments[at])
      }
    }
    prune(this.#root, 0)
  }

  /** The queries whose key starts with `key`, in the order of their creation; optionally only observed ones. */
  matching(key: QueryKey, observed: boolean): TQuery[] {
    const segments = indexable(key)
    const whole = segments.length === key.length
    const found: TQuery[] = []
    const collect = (node: Node): void =>
      node.forEach((next, query: any) => {
        if (next) collect(next)
        else if ((!observed || query.observers.length) && (whole || partialMatchKey(query.queryKey, key))) found.push(query)
      })
    let node: Node | undefined = this.#root
    for (const segment of segments) node = node?.get(segment)
    if (node) collect(node)
    return found.sort((a, b) => a.querySequence - b.querySequence)
  }
}
