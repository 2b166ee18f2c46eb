import { build } from 'esbuild'
import { brotliCompressSync, constants } from 'node:zlib'
import fs from 'node:fs'
const br=(b)=>brotliCompressSync(b,{params:{[constants.BROTLI_PARAM_QUALITY]:11,[constants.BROTLI_PARAM_LGWIN]:24}}).length
const c={
 debounce:`export {debounce} from 'whippet/timing'`, timing:`export * from 'whippet/timing'`,
 QCQO:`export {QueryClient,QueryObserver} from 'whippet/query'`, QC:`export {QueryClient} from 'whippet/query'`, query:`export * from 'whippet/query'`,
 lazy:`export {lazy} from 'whippet/lazy'`, lazyall:`export * from 'whippet/lazy'`, jsonQuery:`export {jsonQuery} from 'whippet/json'`, json:`export * from 'whippet/json'`,
 v3:`export {onCLS,onINP,onLCP} from 'whippet/rum'`, v5:`export {onCLS,onINP,onLCP,onFCP,onTTFB} from 'whippet/rum'`, startRum:`export {startRum} from 'whippet/rum'`,
 seven:`export {QueryClient,QueryObserver} from 'whippet/query';export {debounce,throttle} from 'whippet/timing';export {lazy} from 'whippet/lazy';export {jsonQuery} from 'whippet/json';export {startRum} from 'whippet/rum'`,
 peer_qcqo:`export {QueryClient,QueryObserver} from '@tanstack/query-core'`, peer_query:`export * from '@tanstack/query-core'`,
}
for (const [n,contents] of Object.entries(c)) {
  const r=await build({bundle:true,define:{'process.env.NODE_ENV':'"production"'},format:'esm',minify:true,stdin:{contents,resolveDir:'/work/wt/rum/tests/bench'},target:'es2022',write:false})
  const t=r.outputFiles[0].text
  const nohex=t.replace(/"(0061736d[0-9a-f]+)"|'(0061736d[0-9a-f]+)'/g,'""')
  let hexes=[...t.matchAll(/["'](0061736d[0-9a-f]+)["']/g)].map(m=>br(Buffer.from(m[1],'hex')))
  console.log(n.padEnd(12), t.length, br(r.outputFiles[0].contents), 'ts', nohex.length, br(Buffer.from(nohex)), 'wasm', hexes.join('+'))
}
