// Parses the images of a CSS `background-image`. The browser serialises the value first: without comments, with escapes only
// where they are necessary, and empty if it is invalid. It leaves a value with `var()` unchanged.

/** The candidates for one image. The browser loads the first whose type it supports. */
export type Candidates = { url: string; type?: string }[]

/** A function, a word, a comma, or a string. A string begins with `"` and keeps its escapes. */
type ComponentValue = string | { name: string; args: ComponentValue[] }

const TOKEN =
  /\/\*[^]*?\*\/|(["'])((?:\\[^]|(?!\1)[^\\])*)\1|url\(\s*((?:\\[^]|[^\\)"'\s])+)\s*\)|([-\w]*)\(|[),]|(?:\\[^]|[^\\\s(),"'])+/gi

/** `css` as the browser serialises it; empty if it is invalid. */
export function serialized(css: string): string {
  const { style } = new Image()
  style.backgroundImage = css
  return style.backgroundImage
}

/** The images of a list of layers, and the number of layers. */
export function parseImages(css: string): { images: Candidates[]; layers: number } {
  const values = parse(serialized(css))
  return { images: collectImages(values), layers: splitAtCommas(values).length }
}

function parse(css: string): ComponentValue[] {
  const top: ComponentValue[] = []
  const open = [top]
  for (const [token, quote, string, url, name] of css.matchAll(TOKEN)) {
    const innermost = open.at(-1)!
    if (quote) innermost.push('"' + string)
    else if (url) innermost.push({ name: 'url', args: ['"' + url] })
    else if (token === ')') open.length > 1 && open.pop()
    else if (name !== undefined) {
      const args: ComponentValue[] = []
      innermost.push({ name: name.toLowerCase(), args })
      open.push(args)
    } else innermost.push(token)
  }
  return top
}

function splitAtCommas(values: ComponentValue[]): ComponentValue[][] {
  const lists: ComponentValue[][] = [[]]
  for (const value of values) value === ',' ? lists.push([]) : lists.at(-1)!.push(value)
  return lists
}

function collectImages(values: ComponentValue[]): Candidates[] {
  return values.flatMap((value): Candidates[] => {
    if (typeof value === 'string') return []
    const { name, args } = value
    if (/image-set$/.test(name)) return rankImageSet(args)
    if (name !== 'url') return collectImages(args)
    const url = stringValue(args[0])
    // A URL that is only a fragment is not requested.
    return /^[^#]/.test(url) ? [[{ url }]] : []
  })
}

/** The candidates of an image set for this screen: the smallest resolution that suffices comes first, or else the largest. */
function rankImageSet(args: ComponentValue[]): Candidates[] {
  const options = splitAtCommas(args).map((option) => {
    const candidate = { url: '', type: '', rank: 1 }
    for (let value of option) {
      if (typeof value !== 'string' && value.name === 'calc') value = value.args[0]!
      if (typeof value !== 'string' && value.name === 'type') candidate.type = stringValue(value.args[0])
      else if (typeof value !== 'string' || value[0] === '"') {
        // A gradient has no URL.
        candidate.url = typeof value === 'string' ? stringValue(value) : (collectImages([value])[0]?.[0]!.url ?? '')
      } else candidate.rank = parseFloat(value) / (/dpi$/i.test(value) ? 96 : /dpcm$/i.test(value) ? 96 / 2.54 : 1)
    }
    if (candidate.rank < devicePixelRatio) candidate.rank = 1e9 - candidate.rank
    return candidate
  })
  options.sort((a, b) => a.rank - b.rank)
  // Every browser supports gradients, so no candidate after one is used.
  const gradient = options.findIndex(({ url, type }) => !url && !type)
  const candidates = options.slice(0, gradient < 0 ? options.length : gradient).filter(({ url }) => url)
  return candidates.length > 0 ? [candidates] : []
}

/** A string without its escapes; empty if the value is not a string. */
function stringValue(string: ComponentValue | undefined): string {
  if (typeof string !== 'string' || string[0] !== '"') return ''
  return string.slice(1).replace(/\\(?:([\da-f]{1,6})\s?|\n|([^]))/gi, (_, code, character = '') =>
    code ? String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff)) : character,
  )
}
