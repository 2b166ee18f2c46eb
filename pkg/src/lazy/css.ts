// The images that a CSS value shows, found by its grammar. The browser reads the value first: what it writes down again
// is what it would show, without comments, and with escapes only where there must be some. `var()` it leaves as it is.

/** One image to load: the first of these of a type that the browser knows. */
export type Choice = { address: string; type?: string }[]

/** A function; or a word, a comma, or a string, which has `"` before it and keeps its escapes. */
type Part = string | { name: string; inside: Part[] }

const TOKEN =
  /\/\*[^]*?\*\/|(["'])((?:\\[^]|(?!\1)[^\\])*)\1|url\(\s*((?:\\[^]|[^\\)"'\s])+)\s*\)|([-\w]*)\(|[),]|(?:\\[^]|[^\\\s(),"'])+/gi

/** `css` as the browser would write it; empty where it makes nothing of it. */
export function understood(css: string): string {
  const { style } = new Image()
  style.backgroundImage = css
  return style.backgroundImage
}

/** The images of a list of layers, and how many layers there are. */
export function read(css: string): { choices: Choice[]; layers: number } {
  const parts = parse(understood(css))
  return { choices: images(parts), layers: split(parts).length }
}

function parse(css: string): Part[] {
  const top: Part[] = []
  const open = [top]
  for (const [token, quote, string, address, name] of css.matchAll(TOKEN)) {
    const here = open.at(-1)!
    if (quote) here.push('"' + string)
    else if (address) here.push({ name: 'url', inside: ['"' + address] })
    else if (token === ')') open.length > 1 && open.pop()
    else if (name !== undefined) {
      const inside: Part[] = []
      here.push({ name: name.toLowerCase(), inside })
      open.push(inside)
    } else here.push(token)
  }
  return top
}

function split(parts: Part[]): Part[][] {
  const lists: Part[][] = [[]]
  for (const part of parts) part === ',' ? lists.push([]) : lists.at(-1)!.push(part)
  return lists
}

function images(parts: Part[]): Choice[] {
  return parts.flatMap((part): Choice[] => {
    if (typeof part === 'string') return []
    const { name, inside } = part
    if (/image-set$/.test(name)) return choose(inside)
    if (name !== 'url') return images(inside)
    const address = text(inside[0])
    // One of nothing but a fragment is asked of no server.
    return /^[^#]/.test(address) ? [[{ address }]] : []
  })
}

/** Of an image set, what this screen needs: the smallest that is sharp enough, or else the largest, goes first. */
function choose(inside: Part[]): Choice[] {
  const options = split(inside).map((option) => {
    const found = { address: '', type: '', rank: 1 }
    for (let part of option) {
      if (typeof part !== 'string' && part.name === 'calc') part = part.inside[0]!
      if (typeof part !== 'string' && part.name === 'type') found.type = text(part.inside[0])
      else if (typeof part !== 'string' || part[0] === '"') {
        // One that is a gradient has no address.
        found.address = typeof part === 'string' ? text(part) : (images([part])[0]?.[0]!.address ?? '')
      } else found.rank = parseFloat(part) / (/dpi$/i.test(part) ? 96 : /dpcm$/i.test(part) ? 96 / 2.54 : 1)
    }
    if (found.rank < devicePixelRatio) found.rank = 1e9 - found.rank
    return found
  })
  options.sort((a, b) => a.rank - b.rank)
  // Behind a gradient, which any browser knows, nothing is needed.
  const last = options.findIndex(({ address, type }) => !address && !type)
  const needed = options.slice(0, last < 0 ? options.length : last).filter(({ address }) => address)
  return needed.length > 0 ? [needed] : []
}

/** What a string says; nothing where there is none. */
function text(string: Part | undefined): string {
  if (typeof string !== 'string' || string[0] !== '"') return ''
  return string.slice(1).replace(/\\(?:([\da-f]{1,6})\s?|\n|([^]))/gi, (_, code, character = '') =>
    code ? String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff)) : character,
  )
}
