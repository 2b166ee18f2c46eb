import * as core from '@tanstack/query-core'
import { parseJson, parseJsonSync, stats } from 'whippet/json'
const enc = new TextEncoder()
function row(i, v = 0) {
  const user = { login: `user${i % 97}`, id: 1000 + (i % 97), node_id: `MDQ6VXNlcj${i % 97}`, avatar_url: `https://avatars.githubusercontent.com/u/${i % 97}?v=4`, url: `https://api.github.com/users/user${i % 97}`, type: 'User', site_admin: false }
  return { url: `https://api.github.com/repos/owner/repo/issues/${i}`, id: 5000000 + i, node_id: `I_kwDO${(i * 7919).toString(36)}`, number: i, title: `Something number ${i} does not work as it should, v${v}`, user,
    labels: i % 3 ? [{ id: i % 5, name: `label ${i % 5}`, color: 'ededed', default: false }] : [], state: i % 2 ? 'open' : 'closed', locked: false, assignee: null, milestone: null, comments: (i * 31 + v) % 50,
    created_at: '2024-01-01T00:00:00Z', updated_at: `2024-02-0${v % 9 + 1}T00:00:00Z`, closed_at: null, author_association: 'NONE', body: `It happens \"every\" time.\nSteps: one, two. ${i}`, reactions: { total_count: i % 4, '+1': i % 4, '-1': 0 }, score: i / 7 }
}
const rows = (n, v) => Array.from({ length: n }, (_, i) => row(i, v))
const text = (x) => enc.encode(JSON.stringify(x))
function cases(n) {
  const a = rows(n)
  const some = (every) => a.map((r, i) => (i % every === (every >> 1) ? { ...r, title: r.title + '!', comments: r.comments + 1 } : r))
  return {
    none: [a, a], 'one row': [a, a.with(n >> 1, { ...a[n >> 1], title: 'changed', comments: 99 })],
    'row in front': [a, [row(99999), ...a]], '1% rows': [a, some(100)], '10% rows': [a, some(10)], 'every row': [a, some(1)],
    'every row, all': [a, rows(n).map((r) => row(r.number + 100000, 3))],
    shuffled: [a, a.map((_, i) => a[(i * 7 + 3) % n])], 'sorted rev': [a, a.toReversed()],
    'first load': [undefined, a],
  }
}
const med = (x) => x.toSorted((a, b) => a - b)[x.length >> 1]
window.run = async (n) => {
  const out = []
  for (const [name, [x, y]] of Object.entries(cases(n))) {
    const A = x && text(x), B = text(y)
    const T = { core: [], ours: [] }
    const inner = name === 'none' ? 20 : n < 10 ? 200 : 6
    const dec = new TextDecoder()
    let coreV, ours
    const coreStep = (bytes) => { const v = JSON.parse(new TextDecoder().decode(bytes)); coreV = core.replaceEqualDeep(coreV, v) }
    const oursStep = (bytes) => { ours = parseJsonSync(x ? ours : undefined, bytes) }
    for (let r = 0; r < 15; r++) {
      for (const who of r % 2 ? ['core', 'ours'] : ['ours', 'core']) {
        const f = who === 'core' ? coreStep : oursStep
        if (!x) coreV = undefined
        if (x) f(A)
        gc()
        const t = performance.now()
        for (let i = 0; i < inner; i++) { if (!x) coreV = undefined; f(i % 2 ? (A ?? B) : B) }
        T[who].push((performance.now() - t) / inner)
      }
    }
    out.push(`${String(n).padStart(6)} ${name.padEnd(16)} ${(B.length/1000).toFixed(0)}KB core ${med(T.core).toFixed(4)} ours ${med(T.ours).toFixed(4)} ratio ${(med(T.core) / med(T.ours)).toFixed(2)}`)
  }
  out.push(JSON.stringify(stats()))
  return out.join('\n')
}
import * as glue from '../../pkg/wasm/json/whippet_npm.js'
import hex from '../../pkg/wasm/json/hex.js'
window.prof = async (which) => {
  const e = glue; e.initSync({ module: new WebAssembly.Module(Uint8Array.fromHex(hex)) })
  const mem = e.json_memory()
  const T = {}
  let t0
  const lap = (k) => { const t = performance.now(); (T[k] ??= []).push(t - t0); t0 = performance.now() }
  const [x, y] = cases(1000)[which]
  const A = text(x ?? y), B = text(y)
  let body = 0
  for (let i = 0; i < 40; i++) {
    const bytes = i % 2 ? B : A
    if (!x) { e.json_forget(body); body = 0 }
    t0 = performance.now()
    const r = e.json_begin(body, bytes.length); lap('begin')
    const at = e.json_room(r, bytes.length); lap('room')
    new Uint8Array(mem.buffer, at, bytes.length).set(bytes); lap('set')
    e.json_received(r); lap('received')
    const o = e.json_finish(r, body !== 0); lap('finish')
    const l = new Uint32Array(mem.buffer, e.json_left(), 5)
    if (o === 1) { const s = new TextDecoder().decode(new Uint8Array(mem.buffer, l[2], l[3])); lap('decode'); JSON.parse(s); lap('parse') }
    if (o >= 2) { const s = new TextDecoder().decode(new Uint8Array(mem.buffer, e.json_bytes(r), e.json_length(r))); lap('decodeAll'); JSON.parse(s); lap('parseAll') 
     const s2 = new TextDecoder().decode(bytes); lap('decodeJs'); JSON.parse(s2); lap('parseJs') }
    body = e.json_keep(r); lap('keep')
  }
  return which + ' ' + JSON.stringify(Object.fromEntries(Object.entries(T).map(([k, v]) => [k, [v[0].toFixed(3), med(v).toFixed(3), Math.max(...v.slice(2)).toFixed(3)]])))
}
