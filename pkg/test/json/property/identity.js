// The rule of identity: a subtree whose bytes are equal to those at the same path, and an element of an array whose
// bytes occur in the old array, is the same object as before.
import { spans } from './spans.js'

/** How many objects kept their identity by the rule, and the paths of those that did not. */
export function identity(before, after) {
  const found = { kept: 0, lost: [] }
  const same = (old, now) => {
    const length = old.end - old.start
    if (now.end - now.start !== length) return false
    for (let i = 0; i < length; i++) if (before.bytes[old.start + i] !== after.bytes[now.start + i]) return false
    return true
  }
  const expectOneOf = (candidates, value, path) => {
    if (candidates.includes(value)) found.kept++
    else found.lost.push(path)
  }
  const left = [[spans(before.bytes), spans(after.bytes), before.value, after.value, '$']]
  while (left.length > 0) {
    const [old, now, oldValue, value, path] = left.pop()
    if (!old || !isContainer(old) || !isContainer(now)) continue
    if (same(old, now)) {
      expectOneOf([oldValue], value, path)
    } else if (old.items && now.items) {
      const byLength = new Map()
      old.items.forEach((item, i) => {
        const length = item.end - item.start
        if (isContainer(item)) byLength.set(length, [...(byLength.get(length) ?? []), { item, value: oldValue[i] }])
      })
      now.items.forEach((item, i) => {
        const here = old.items[i]
        const there =
          isContainer(item) && !(here && same(here, item))
            ? (byLength.get(item.end - item.start) ?? []).filter((one) => same(one.item, item))
            : []
        if (there.length > 0)
          expectOneOf(
            there.map((one) => one.value),
            value[i],
            `${path}[${i}]`,
          )
        else left.push([here, item, oldValue[i], value[i], `${path}[${i}]`])
      })
    } else if (old.members && now.members) {
      for (const [name, member] of now.members) {
        left.push([old.members.get(name), member, oldValue[name], value[name], `${path}.${name}`])
      }
    }
  }
  return found
}

const isContainer = (node) => !!(node.items ?? node.members)
