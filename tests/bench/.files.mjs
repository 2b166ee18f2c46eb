// per source file: minified by itself, and marginal brotli (whole minus whole-without)
import { build, transform } from 'esbuild'
import { brotliCompressSync, constants } from 'node:zlib'
const br=(b)=>brotliCompressSync(Buffer.from(b),{params:{[constants.BROTLI_PARAM_QUALITY]:11,[constants.BROTLI_PARAM_LGWIN]:24}}).length
const what=process.argv[2]
const base=process.env.SRC??new URL('../../pkg/src',import.meta.url).pathname
const r=await build({bundle:true,define:{'process.env.NODE_ENV':'"production"'},format:'esm',minify:true,metafile:true,stdin:{contents:what,resolveDir:base,loader:'ts'},target:'es2022',write:false,plugins:[{name:'hex',setup(b){b.onLoad({filter:/vitals\/hex\.js$/},async()=>({contents:(await import('node:fs')).readFileSync('/tmp/rum/vhex.js','utf8')}));b.onLoad({filter:/rum\/hex\.js$/},async()=>({contents:(await import('node:fs')).readFileSync(process.env.RHEX??'/tmp/rum/wasm0/rum/hex.js','utf8')}));b.onLoad({filter:/instantiate\.js$/},()=>({contents:'export const instantiate = (module) => new WebAssembly.Instance(module).exports'}))}}]})
const t=r.outputFiles[0].text
const nohex=t.replace(/"0061736d[0-9a-f]+"/g,'""');console.log('total',t.length,br(t),'ts',nohex.length,br(nohex))
const o=Object.values(r.metafile.outputs)[0]
const list=Object.entries(o.inputs).map(([f,{bytesInOutput}])=>[f.replace(/.*src\//,''),bytesInOutput]).sort((a,b)=>b[1]-a[1])
for(const [f,b] of list) if(b>0) console.log(String(b).padStart(7),f)
if(process.argv[3]){const {writeFileSync}=await import('node:fs');writeFileSync(process.argv[3],t)}
