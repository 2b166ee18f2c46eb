// Two libraries side by side: where they part.
import { favours } from './differences.mjs'
import { play } from './world.mjs'

/** Where the two part: the step's number, the callback, and what it was told by each; or `undefined`. */
export async function difference([one, other], script) {
  const [a, b] = [await play(one, script, favours), await play(other, script)]
  for (let step = 0; step < a.length; step++) {
    for (const whose of new Set([...a[step].keys(), ...b[step].keys()])) {
      const [told, toldToo] = [a[step].get(whose) ?? [], b[step].get(whose) ?? []]
      if (told.join('\n') !== toldToo.join('\n')) return { step: step + 1, whose, told, toldToo }
    }
  }
}

/** A script and where the two part, for people. */
export function report(script, { step, whose, told, toldToo }) {
  return [
    ...script.map((each, i) => `${i === step ? '→' : ' '} ${JSON.stringify(each)}`),
    `  callback ${whose}`,
    ...told.map((line, i) => `  web-vitals: ${onlyIn(line, toldToo[i])}`),
    ...toldToo.map((line, i) => `  whippet:    ${onlyIn(line, told[i])}`),
  ].join('\n')
}

/** What a report says that the other does not. */
function onlyIn(line, other = '') {
  const parts = other.split(', ')
  return line.split(', ').filter((part) => !parts.includes(part)).join(', ')
}
