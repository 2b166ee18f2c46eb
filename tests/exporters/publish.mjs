// Writes the texts of libraries that cannot be had here, after their published formats: `node tests/exporters/publish.mjs`.
import { readdirSync, writeFileSync } from 'node:fs'

const here = new URL('.', import.meta.url)
for (const file of readdirSync(new URL('published', here)).filter((name) => name !== 'text.mjs')) {
  const { TEXTS } = await import(new URL(`published/${file}`, here))
  for (const [name, text] of Object.entries(TEXTS)) {
    for (const which of [0, 1]) writeFileSync(new URL(`texts/${name}.${which + 1}.txt`, here), text.print(which))
  }
}
