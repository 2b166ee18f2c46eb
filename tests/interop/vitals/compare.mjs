// Compares the reports of two libraries.
import { adjustments } from './differences.mjs'
import { play } from './world.mjs'

/**
 * The first difference: the step, the callback, and the reports of each library to it; or `undefined`. `onPlayed` gets all
 * reports of the first library, by step.
 */
export async function difference([one, other], script, onPlayed) {
  const [a, b] = [await play(one, script, adjustments), await play(other, script)]
  onPlayed?.(a)
  for (let step = 0; step < a.length; step++) {
    for (const callback of new Set([...a[step].keys(), ...b[step].keys()])) {
      const [first, second] = [a[step].get(callback) ?? [], b[step].get(callback) ?? []]
      if (first.join('\n') !== second.join('\n')) return { step: step + 1, callback, first, second }
    }
  }
}

/** Formats a script and its first difference. */
export function report(script, { step, callback, first, second }) {
  return [
    ...script.map((each, i) => `${i === step ? '→' : ' '} ${JSON.stringify(each)}`),
    `  callback ${callback}`,
    ...first.map((line, i) => `  web-vitals: ${onlyIn(line, second[i])}`),
    ...second.map((line, i) => `  whippet:    ${onlyIn(line, first[i])}`),
  ].join('\n')
}

/** The members of a report that differ from the other report. */
function onlyIn(line, other = '') {
  const members = other.split(', ')
  return line
    .split(', ')
    .filter((member) => !members.includes(member))
    .join(', ')
}
