// Parses the images of a CSS `background-image`. The browser serialises the value first: without comments, with escapes only
// where they are necessary, and empty if it is invalid. It leaves a value with `var()` unchanged.

/** The candidates for one image. The browser loads the first whose type it supports. */
export type Candidates = { url: string; type?: string }[]

/** An option of an image set. A gradient has neither URL nor type. */
interface Option {
  url?: string
  type?: string
  /** The resolution, in pixels per CSS pixel. */
  resolution?: number
}

/** A comment; a string; a `url()` without quotes; the beginning of a function; a closing parenthesis or comma; or a word. */
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
  const images: Candidates[] = []
  let layers = 1
  /** The functions around the token, the innermost first. */
  const names: string[] = []
  /** The image set around the token, which contains no other, and how many functions are around its content. */
  let set: Option[] | undefined
  let depth: number | undefined
  for (const [token, quote, string, bare, name] of serialized(css).matchAll(TOKEN)) {
    const option = set?.at(-1)
    const isOfSet = names.length === depth
    if (name !== undefined) {
      names.unshift(name.toLowerCase())
      if (/image-set$/i.test(name)) {
        set = [{}]
        depth = names.length
      }
    } else if (token === ')') {
      names.shift()
      if (isOfSet) {
        images.push(...candidatesOf(set!))
        set = depth = undefined
      }
    } else if (token === ',') {
      if (isOfSet) set!.push({})
      else if (!names[0]) layers++
    } else if (quote || bare) {
      const text = unescaped(string ?? bare!)
      if (names[0] === 'type') option && (option.type = text)
      // A URL that is only a fragment is not requested.
      else if ((bare || names[0] === 'url' || isOfSet) && /^[^#]/.test(text)) {
        if (option) option.url ||= text
        else images.push([{ url: text }])
      }
    } else if (option && (isOfSet || names[0] === 'calc')) {
      option.resolution ||= parseFloat(token) / (/dpi$/i.test(token) ? 96 : /dpcm$/i.test(token) ? 96 / 2.54 : 1)
    }
  }
  return { images, layers }
}

/** The candidates of an image set for this screen: the smallest resolution that suffices comes first, or else the largest. */
function candidatesOf(set: Option[]): Candidates[] {
  const rank = ({ resolution }: Option) => {
    const known = resolution || 1
    return known < devicePixelRatio ? 1e9 - known : known
  }
  set.sort((a, b) => rank(a) - rank(b))
  // Every browser supports gradients, so no candidate after one is used.
  const gradient = set.findIndex(({ url, type }) => !url && !type)
  const candidates = set.slice(0, gradient < 0 ? set.length : gradient).filter(({ url }) => url) as Candidates
  return candidates.length > 0 ? [candidates] : []
}

/** A string without its escapes. */
function unescaped(string: string): string {
  return string.replace(/\\(?:([\da-f]{1,6})\s?|\n|([^]))/gi, (_, code, character = '') =>
    code ? String.fromCodePoint(Math.min(parseInt(code, 16), 0x10ffff)) : character,
  )
}
