// Compares two libraries: where they differ, and the shortest script that shows it.
import { play } from './world.mjs'
import { alike, skips } from './differences.mjs'

/** The first difference: the number of the step and both observations, or `undefined`. */
export async function difference([one, other], script) {
  const a = await play(one, script, skips)
  const b = await play(other, script, skips)
  const [numbersOfOne, numbersOfOther] = [new Map(), new Map()]
  for (let step = 0; step < a.length; step++) {
    const [seen, seenToo] = [bySubject(a[step], numbersOfOne), bySubject(b[step], numbersOfOther)]
    for (const subject of new Set([...seen.keys(), ...seenToo.keys()])) {
      const [lines, linesToo] = [seen.get(subject) ?? [], seenToo.get(subject) ?? []]
      if (!alike(subject, lines, linesToo)) return { step, subject, seen: lines, seenToo: linesToo }
    }
  }
}

/** Observations by subject, with objects numbered in the order of their appearance. */
function bySubject(observations, numbers) {
  const subjects = new Map()
  for (const [subject, text] of observations) {
    if (!numbers.has(subject)) numbers.set(subject, new Map())
    const known = numbers.get(subject)
    const line = text.replace(/#\d+/g, (number) => {
      if (!known.has(number)) known.set(number, `#${known.size + 1}`)
      return known.get(number)
    })
    if (!subjects.has(subject)) subjects.set(subject, [])
    subjects.get(subject).push(line)
  }
  return subjects
}

/** Shortens a script while `fails` still holds. */
export async function shrink(script, fails) {
  let best = script
  const attempt = async (candidate) => {
    if (!(await fails(candidate))) return false
    best = candidate
    return true
  }
  for (let progress = true; progress;) {
    progress = false
    for (let size = Math.ceil(best.length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
      for (let at = best.length - size; at >= 0; at -= size) {
        if (await attempt([...best.slice(0, at), ...best.slice(at + size)])) progress = true
      }
    }
    for (let i = 0; i < best.length; i++) {
      for (const smaller of simpler(best[i])) {
        if (await attempt(best.toSpliced(i, 1, smaller))) progress = true
      }
    }
  }
  return best
}

/** The step with one member of an object left out. */
function* simpler(step) {
  for (let i = 1; i < step.length; i++) {
    for (const value of simplerValue(step[i])) yield step.toSpliced(i, 1, value)
  }
}

function* simplerValue(value) {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      yield value.toSpliced(i, 1)
      for (const item of simplerValue(value[i])) yield value.toSpliced(i, 1, item)
    }
  } else if (value && typeof value === 'object') {
    for (const name of Object.keys(value)) {
      if (name === 'queryKey') continue
      const { [name]: _, ...rest } = value
      yield rest
      for (const item of simplerValue(value[name])) yield { ...value, [name]: item }
    }
  }
}

/** A script and its observations as text. */
export function report(script, { step, subject, seen, seenToo }) {
  const lines = script.map((each, i) => `${i === step ? '→' : ' '} ${JSON.stringify(each)}`)
  if (step === script.length) lines.push('→ everyone leaves')
  const [missing, added] = [onlyIn(seen, seenToo), onlyIn(seenToo, seen)]
  const sameLines = !missing.length && !added.length
  return [
    ...lines,
    `  about ${subject}${sameLines ? ', in another order' : ''}`,
    ...(sameLines ? seen : missing).map((line) => `  query-core: ${line}`),
    ...(sameLines ? seenToo : added).map((line) => `  whippet:    ${line}`),
  ].join('\n')
}

function onlyIn(lines, others) {
  const rest = [...others]
  return lines.filter((line) => {
    const at = rest.indexOf(line)
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
}
