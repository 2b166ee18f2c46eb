// A value as a tree whose branches are made when they are opened.
import { button, h } from './dom.js'

/** How many members of an object are shown at a time. */
const PAGE = 100

/** `opened` has the paths of open branches, so that they stay open when the value is shown anew. */
export function valueTree(name: string, value: unknown, opened: Set<string>, path = name): HTMLElement {
  const members = membersOf(value)
  if (!members) return h('div', { className: 'leaf' }, h('span', { className: 'name' }, name), ': ', scalar(value))
  const body = h('div', { className: 'branch' })
  const details = h('details', { open: opened.has(path) })
  const unfold = () => {
    opened.add(path)
    if (!body.childElementCount) more(body, members, 0, opened, path)
  }
  // Not at `toggle`, which comes a task later: what is drawn between the two would close the branch again.
  const toggle = () => {
    if (!opened.delete(path)) unfold()
  }
  if (details.open) unfold()
  details.append(
    h(
      'summary',
      { onclick: toggle },
      h('span', { className: 'name' }, name),
      ' ',
      h('span', { className: 'dim' }, summary(value, members.length)),
    ),
    body,
  )
  return details
}

function more(body: HTMLElement, members: [string, unknown][], from: number, opened: Set<string>, path: string): void {
  for (const [name, value] of members.slice(from, from + PAGE)) body.append(valueTree(name, value, opened, `${path} ${name}`))
  const left = members.length - from - PAGE
  if (left <= 0) return
  const onclick = () => {
    next.remove()
    more(body, members, from + PAGE, opened, path)
  }
  const next = button(`${Math.min(left, PAGE)} of ${left} more`, onclick, { className: 'more' })
  body.append(next)
}

/** `undefined` for what has no members. Getters are not called: they may do something. */
function membersOf(value: unknown): [string, unknown][] | undefined {
  if (typeof value !== 'object' || value === null || value instanceof Date) return undefined
  if (value instanceof Error) return [['name', value.name], ['message', value.message], ['stack', value.stack], ...own(value)]
  if (value instanceof Map) return [...value].map(([key, member]) => [typeof key === 'string' ? key : summary(key), member])
  if (value instanceof Set) return [...value].map((member, index) => [String(index), member])
  return own(value)
}

function own(value: object): [string, unknown][] {
  const members: [string, unknown][] = []
  for (const name of Object.keys(value)) {
    const member = Object.getOwnPropertyDescriptor(value, name)
    if (member) members.push([name, member.get ? '(getter)' : member.value])
  }
  return members
}

function summary(value: unknown, size = 0): string {
  if (Array.isArray(value)) return `array of ${size}`
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (typeof value !== 'object' || value === null) return String(value)
  const kind = Object.getPrototypeOf(value)?.constructor?.name
  return `${kind && kind !== 'Object' ? kind : 'object'} of ${size}`
}

function scalar(value: unknown): HTMLElement {
  const text =
    typeof value === 'string' ? JSON.stringify(value) : typeof value === 'function' ? `function ${value.name}` : String(value)
  return h('span', { className: `value ${value === null ? 'null' : typeof value}` }, text)
}
