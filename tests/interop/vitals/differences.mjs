// Where whippet/rum differs on purpose (docs/rum.md). Each but one is a difference that web-vitals has no more
// where the browser treats it kindly; so that is what the browser does for it, and then every report must be the same.
export const favours = {
  // What was not told yet when the page goes: events, paints, resources, long animation frames, and events that wait for an idle
  // moment. web-vitals reports without them; it is told all, and has an idle moment, just before the page is hidden.
  drainsFirst: true,
}

/** Whether a step is left out in both. It is given the world before the step. */
export function skips([op, name], { page, library }) {
  // Told of two events at once in a page that is hidden, web-vitals forgets after the first the long animation frames
  // of the second.
  const told = op === 'event' || (op === 'on' && name === 'INP')
  const hidden = page.document.visibilityState === 'hidden'
  return told && hidden && library === 'attributed' && page.types.includes('long-animation-frame')
}
