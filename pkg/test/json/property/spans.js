// Where each array and object of a text begins and ends: a plain reader, byte by byte, that knows nothing of how
// the engine does it. The text must be JSON.

const utf8 = new TextDecoder()
const QUOTE = 34
const BACKSLASH = 92
const OPEN = [91, 123]
const CLOSE = [93, 125]

/**
 * The outermost value as `{ start, end, items?, members? }`, in bytes: `items` the elements of an array,
 * `members` a `Map` from name to value, in which the last of a name is what counts. Scalars have neither.
 */
export function spans(bytes) {
  const root = { items: [] }
  const stack = [root]
  // The name that was read last in each object on the stack.
  const names = []
  let at = 0
  const add = (node) => {
    const parent = stack.at(-1)
    if (parent.items) parent.items.push(node)
    else parent.members.set(names[stack.length], node)
  }
  while (at < bytes.length) {
    const byte = bytes[at]
    if (OPEN.includes(byte)) {
      const node = byte === OPEN[0] ? { start: at, items: [] } : { start: at, members: new Map() }
      add(node)
      stack.push(node)
      names[stack.length] = undefined
      at++
    } else if (CLOSE.includes(byte)) {
      stack.pop().end = ++at
    } else if (byte === 44) {
      names[stack.length] = undefined
      at++
    } else if (byte === 58 || byte <= 32 || byte >= 0x80) {
      // White space, a colon, or the byte order mark: nothing else is between values.
      at++
    } else {
      const start = at
      at = byte === QUOTE ? endOfString(bytes, at) : endOfToken(bytes, at)
      if (stack.at(-1).members && names[stack.length] === undefined) {
        names[stack.length] = JSON.parse(utf8.decode(bytes.subarray(start, at)))
      } else {
        add({ start, end: at })
      }
    }
  }
  return root.items[0]
}

function endOfString(bytes, at) {
  for (at++; bytes[at] !== QUOTE; at++) if (bytes[at] === BACKSLASH) at++
  return at + 1
}

function endOfToken(bytes, at) {
  while (at < bytes.length && bytes[at] > 32 && ![44, 58, ...CLOSE].includes(bytes[at])) at++
  return at
}
