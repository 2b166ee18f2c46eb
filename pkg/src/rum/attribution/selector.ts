/** The longest selector, in characters. */
const LENGTH = 100

/** A selector of `node` from its nearest ancestors, up to one with an id: `#main>div.card.wide>p`. */
export function selector(node: Node | null): string {
  let path = ''
  try {
    for (; node && node.nodeType !== 9; node = node.parentNode) {
      const { id: given, classList } = node as Element
      const id = typeof given === 'string' && given
      const step = id ? `#${id}` : [name(node), ...Array.from(classList ?? []).sort()].join('.')
      if (path.length + step.length > LENGTH - 1) return path || step
      path = path ? `${step}>${path}` : step
      if (id) break
    }
  } catch {
    // The node may be an exotic object. The path so far is returned.
  }
  return path
}

const name = ({ nodeName, nodeType }: Node) =>
  nodeType === 1 ? nodeName.toLowerCase() : nodeName.toUpperCase().replace(/^#/, '')
