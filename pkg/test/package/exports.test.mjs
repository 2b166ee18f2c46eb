// `whippet` is every subpath in one import.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import * as root from 'whippet'

// Each has one of its own: here they bear the subpath's name.
const renamed = { json: { stats: 'jsonStats' }, timing: { stats: 'timingStats' } }

for (const name of ['json', 'lazy', 'query', 'rum', 'timing']) {
  test(`whippet exports all that whippet/${name} does`, async () => {
    const all = await import(`whippet/${name}`)
    for (const [key, value] of Object.entries(all)) assert.equal(root[renamed[name]?.[key] ?? key], value, key)
  })

  test(`and the types of whippet/${name}`, async () => {
    const declared = (text) => [...text.matchAll(/\btype (\w+)(?: as (\w+))?\s*[,}]/g)].map(([, own, as]) => as ?? own)
    const read = async (path) => readFile(new URL(`../../src/${path}`, import.meta.url), 'utf8')
    const index = await read('index.ts')
    if (index.includes(`export * from './${name}/index.js'`)) return
    const text = (await read(`${name}/index.ts`)).replace(
      /export type \{([^}]*)\}/g,
      (_, names) => `export {${names.replace(/(\w+)/g, 'type $1')}}`,
    )
    for (const type of declared(text)) assert.ok(declared(index).includes(type), type)
  })
}
