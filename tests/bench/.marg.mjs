import { build, transform } from 'esbuild'
import { brotliCompressSync, constants } from 'node:zlib'
import fs from 'node:fs'
const br=(b)=>brotliCompressSync(Buffer.from(b),{params:{[constants.BROTLI_PARAM_QUALITY]:11,[constants.BROTLI_PARAM_LGWIN]:24}}).length
const r=await build({bundle:true,define:{'process.env.NODE_ENV':'"production"'},format:'esm',minifyIdentifiers:true,minifySyntax:true,stdin:{contents:process.argv[2],resolveDir:new URL('../../pkg/src',import.meta.url).pathname,loader:'ts'},target:'es2022',write:false,plugins:[{name:'hex',setup(b){b.onLoad({filter:/hex\.js$/},()=>({contents:'export default ""'}))
b.onLoad({filter:/instantiate\.js$/},()=>({contents:'export const instantiate = (module) => new WebAssembly.Instance(module).exports'}))}}]})
const t=r.outputFiles[0].text
const parts=t.split(/^\/\/ (?=\S+\.(?:ts|js)$)/m)
const min=[]
for (const p of parts){const i=p.indexOf('\n');const name=p.slice(0,i);const code=i<0?p:p.slice(i)
 min.push([name,(await transform(code,{minifyWhitespace:true,minifySyntax:false,loader:'js'}).catch(()=>({code}))).code])}
const all=min.map(m=>m[1]).join('')
console.log('whole',all.length,br(all))
const rows=min.map(([n,c],k)=>[br(all)-br(min.filter((_,j)=>j!==k).map(m=>m[1]).join('')),c.length,n]).sort((a,b)=>b[0]-a[0])
for(const r of rows) console.log(...r)
