// Members that end in `$` are known to our own code alone: those of `src/rules`, of what these are written with, and of what
// `src/rum` and `src/lazy` keep. In what is shipped they have names of one letter: those of one object differ from one another,
// and no object has others.
import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** Its name, that of what it extends, and its members. */
const INTERFACE = /^(?:export )?interface (\w+)(?:<[^>]*>)?(?: extends (\w+))?[^{\n]* \{\n([^}]*)\}/gm

/** By the name of each member in these files and folders, its short one. */
export async function ruleNames(...places) {
  const interfaces = new Map()
  for (const place of places) {
    const files = place.endsWith('.ts') ? [''] : await readdir(place, { recursive: true })
    for (const file of files.filter((file) => !file || file.endsWith('.ts')).sort()) {
      const text = await readFile(path.join(place, file), 'utf8')
      for (const [, name, base, body] of text.matchAll(INTERFACE)) {
        const names = [...body.matchAll(/^ {2}(\w+\$)[?:(<]/gm)].map(([, member]) => member)
        if (names.length > 0) interfaces.set(`${file} ${name}`, { name, base, names })
      }
    }
  }
  // What extends another has its members, too.
  const objects = [...interfaces.values()].map(({ base, names }) => {
    const inherited = [...interfaces.values()].filter(({ name }) => name === base).flatMap(({ names }) => names)
    return [...new Set([...names, ...inherited])]
  })
  const short = {}
  // The members of large objects first: they have the least choice.
  for (const names of objects.sort((a, b) => b.length - a.length)) {
    for (const name of names) {
      if (short[name]) continue
      const beside = objects.filter((names) => names.includes(name)).flat()
      const taken = new Set(beside.map((other) => short[other]))
      short[name] = [...LETTERS].find((letter) => !taken.has(letter))
      if (!short[name]) throw new Error(`${name}: an object of src/rules has more members than there are letters`)
    }
  }
  return short
}
