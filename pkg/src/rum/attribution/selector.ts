/** No selector is longer. */
const LENGTH = 100

/** Tells `node` by its nearest ancestors, up to one with an id: `#main>div.card.wide>p`. */
export function selector(node: Node | null): string {
  let path = ''
  try {
    for (; node && node.nodeType !== 9; node = node.parentNode) {
      const { id, classList } = node as Element
      const part = id ? `#${id}` : [name(node), ...Array.from(classList ?? []).sort()].join('.')
      if (path.length + part.length > LENGTH - 1) return path || part
      path = path ? `${part}>${path}` : part
      if (id) break
    }
  } catch {
    // A node may be of any kind; what is known of it is enough.
  }
  return path
}

const name = ({ nodeName, nodeType }: Node) =>
  nodeType === 1 ? nodeName.toLowerCase() : nodeName.toUpperCase().replace(/^#/, '')
