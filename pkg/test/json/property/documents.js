// Random JSON as it may be written, and edits of it. A document is a tree of what is written, not of values: names may
// be there twice, one string may be spelled in many ways, and each container has white space of its own, so that what an
// edit does not touch keeps its bytes.
//
//     { token }                                   a string, a number, a literal, as spelled
//     { space, items: [node] }                    an array
//     { space, members: [[name token, node]] }    an object

const SPACES = ['', '', '', ' ', '\n', '\r\n\t', '  ']
const SCALARS = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '-0.0',
  '1',
  '-1',
  '42',
  '1.5',
  '1e3',
  '1E+3',
  '12e-1',
  '0.1',
  '1e400',
  '-1e400',
  '5e-324',
  '1e-400',
  '9007199254740993',
  '123456789012345678901234567890',
  '2.2250738585072011e-308',
  '0.1e1',
  '""',
  '"a"',
  '"\\u0061"',
  '"\\n\\t\\r\\b\\f\\/\\\\\\""',
  '"/"',
  '"\\ud83d\\ude00"',
  '"😀"',
  '"\\ud800"',
  '"\\udc00x"',
  '"é€"',
  '"\\u00e9"',
  '"\\u0000"',
  '"__proto__"',
  '"a long string without any escape, of more than sixty-four bytes, so that a vector is full"',
  '"a long string with an escape behind its first vector of bytes: \\" here, and [structure], {in: it}"',
  '"\\\\"',
  '"\\\\\\\\"',
  '"[1,2]"',
  '"\u2028"',
]
const NAMES = [
  '"a"',
  '"b"',
  '"c"',
  '"id"',
  '"name"',
  '""',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"length"',
  '"0"',
  '"1"',
  '"10"',
  '"-1"',
  '"01"',
  '"1.5"',
  '"4294967294"',
  '"4294967295"',
  '"9007199254740993"',
  '"\\u0061"',
  '"é"',
  '"\\u00e9"',
  '"\\ud800"',
  '"x y"',
  '"a\\"b"',
  '"0x1"',
  '"a.b"',
]

const scalar = (random) => ({ token: random.often(0.3) ? String(random.below(1000)) : random.one(SCALARS) })
const isContainer = (node) => !('token' in node)
const children = (node) => node.items ?? node.members?.map(([, child]) => child) ?? []

export function tree(random, depth = 4) {
  const kind = random.below(depth > 0 ? 5 : 1)
  if (kind === 0) return scalar(random)
  const length = random.often(0.1) ? 20 + random.below(40) : random.below(6)
  const space = random.one(SPACES)
  if (kind < 3) {
    // Rows of one shape, as APIs have them, in most arrays.
    const like = random.often(0.6) ? tree(random, depth - 1) : undefined
    return { space, items: Array.from({ length }, () => (like ? similar(like, random) : tree(random, depth - 1))) }
  }
  return { space, members: Array.from({ length }, () => [random.one(NAMES), tree(random, depth - 1)]) }
}

/** The same shape with other scalars. */
function similar(node, random) {
  if ('token' in node) return random.often(0.5) ? scalar(random) : node
  if (node.items) return { ...node, items: node.items.map((item) => similar(item, random)) }
  return { ...node, members: node.members.map(([name, child]) => [name, similar(child, random)]) }
}

export function write(node) {
  const text = []
  // Its own stack, since documents may be deep.
  const left = [node]
  while (left.length > 0) {
    const one = left.pop()
    if (typeof one === 'string') text.push(one)
    else if ('token' in one) text.push(one.token)
    else {
      const { space, items, members } = one
      text.push((items ? '[' : '{') + space)
      left.push(space + (items ? ']' : '}'))
      const parts = items ? items.map((item) => [item]) : members.map(([name, child]) => [name + space + ':' + space, child])
      for (let i = parts.length - 1; i >= 0; i--) {
        left.push(...parts[i].toReversed())
        if (i > 0) left.push(space + ',' + space)
      }
    }
  }
  return text.join('')
}

/** The containers of a tree, itself first, and how to put another in the place of one. */
function containers(root) {
  const found = []
  const left = isContainer(root) ? [[root, []]] : []
  while (left.length > 0) {
    const [node, path] = left.pop()
    found.push([node, path])
    children(node).forEach((child, i) => isContainer(child) && left.push([child, [...path, i]]))
  }
  return found
}

function replaceAt(root, path, next) {
  if (path.length === 0) return next
  const [at, ...rest] = path
  if (root.items) return { ...root, items: root.items.with(at, replaceAt(root.items[at], rest, next)) }
  const [name, child] = root.members[at]
  return { ...root, members: root.members.with(at, [name, replaceAt(child, rest, next)]) }
}

const listOf = (node) => node.items ?? node.members
const withList = (node, list) => (node.items ? { ...node, items: list } : { ...node, members: list })
const entry = (node, random, depth) => (node.items ? tree(random, depth) : [random.one(NAMES), tree(random, depth)])

function shuffled(list, random) {
  const next = list.slice()
  for (let i = next.length - 1; i > 0; i--) {
    const j = random.below(i + 1)
    ;[next[i], next[j]] = [next[j], next[i]]
  }
  return next
}

/** What may happen to a container; each gives another one. */
export const EDITS = {
  change(node, random) {
    const list = listOf(node)
    if (list.length === 0) return withList(node, [entry(node, random, 1)])
    const at = random.below(list.length)
    const next = random.often(0.7) ? scalar(random) : tree(random, 2)
    return withList(node, list.with(at, node.items ? next : [list[at][0], next]))
  },
  insert(node, random) {
    const list = listOf(node)
    return withList(node, list.toSpliced(random.one([0, list.length, random.below(list.length + 1)]), 0, entry(node, random, 2)))
  },
  delete(node, random) {
    const list = listOf(node)
    return withList(node, list.toSpliced(random.below(list.length + 1), 1 + random.below(2)))
  },
  move(node, random) {
    const list = listOf(node)
    if (list.length < 2) return node
    const at = random.below(list.length)
    const without = list.toSpliced(at, 1)
    return withList(node, without.toSpliced(random.below(without.length + 1), 0, list[at]))
  },
  reorder: (node, random) => withList(node, shuffled(listOf(node), random)),
  repeat(node, random) {
    const list = listOf(node)
    if (list.length === 0) return node
    return withList(node, list.toSpliced(random.below(list.length + 1), 0, random.one(list)))
  },
  rename(node, random) {
    if (!node.members || node.members.length === 0) return node
    const at = random.below(node.members.length)
    return { ...node, members: node.members.with(at, [random.one(NAMES), node.members[at][1]]) }
  },
  reformat: (node, random) => ({ ...node, space: random.one(SPACES) }),
  moveAndChange: (node, random) => EDITS.change(EDITS.move(node, random), random),
}

/** A document after `count` edits at random places. */
export function edited(root, random, count) {
  for (; count > 0; count--) {
    const places = containers(root)
    if (places.length === 0 || random.often(0.02)) {
      root = random.often(0.5) ? tree(random) : { space: '', items: [root] }
      continue
    }
    // The outer ones more often: that is where the rows are.
    const [node, path] = random.often(0.4) ? places[0] : random.one(places)
    root = replaceAt(root, path, random.one(Object.values(EDITS))(node, random))
  }
  return root
}

/** A text with a few bytes of it gone, doubled or replaced: mostly not JSON any more, sometimes another document. */
export function damaged(bytes, random) {
  const next = [...bytes]
  for (let count = 1 + random.below(2); count > 0; count--) {
    const at = random.below(next.length + 1)
    const byte = random.often(0.8)
      ? random.one([...'{}[]:,"\\/ \n\t0123456789-+.eEtrufalsn\x00\x1f\'x']).charCodeAt()
      : random.below(256)
    random.one([
      () => next.splice(at, 1),
      () => next.splice(at, 0, byte),
      () => next.splice(at, 1, byte),
      () => next.splice(at),
      () => next.splice(at, 0, ...next.slice(at, at + 3)),
    ])()
  }
  return new Uint8Array(next)
}
