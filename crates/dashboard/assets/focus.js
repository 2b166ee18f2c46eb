// Keeps the focus near where it was when what has it goes: a button that removes its own row, a link that is drawn again.
// A browser gives it to the body then, and a screen reader begins at the top of the page.

/** What has or had the focus, and all that it is in. Empty when the focus was moved to nothing on purpose. */
let places = []

const isLost = () => places.length > 0 && !places[0].isConnected && document.activeElement === document.body

/** Watches the whole page. Call once. */
export function keepFocus() {
  document.addEventListener('focusin', ({ target }) => {
    places = []
    for (let place = target; place && place !== document.body; place = place.parentElement) places.push(place)
  })
  // Chromium tells of a loss before it removes the element, Firefox not at all: what is still there a moment later was left.
  document.addEventListener('focusout', () => {
    queueMicrotask(() => {
      if (places[0]?.isConnected && document.activeElement === document.body && document.hasFocus()) places = []
    })
  })
  // Two frames later: the heading of another page, or a form that opens, takes the focus before.
  const later = (act) => requestAnimationFrame(() => requestAnimationFrame(act))
  new MutationObserver(() => isLost() && later(restore)).observe(document.body, { childList: true, subtree: true })
}

function restore() {
  if (!isLost()) return
  const place = places.find((place) => place.isConnected && place.getClientRects().length > 0)
  if (!place) return
  if (place.tabIndex < 0) place.tabIndex = -1
  place.focus({ preventScroll: true })
}
