// The intentional differences of whippet/rum (docs/rum.md). All but one disappear if the simulated browser adjusts to
// web-vitals. With these adjustments every report must be the same.
export const adjustments = {
  // web-vitals ignores entries that are not delivered, and events that wait for an idle period, when the page is hidden. For
  // it the browser delivers all entries, and has an idle period, just before that.
  drainsFirst: true,
}

/** Whether a step is skipped for both libraries. `world`: before the step. */
export function isSkipped([op, name], { page, library }) {
  // If two events are delivered together while the page is hidden, web-vitals drops the long animation frames of the second
  // after the first.
  const addsEvents = op === 'event' || (op === 'on' && name === 'INP')
  const hidden = page.document.visibilityState === 'hidden'
  return addsEvents && hidden && library === 'attributed' && page.types.includes('long-animation-frame')
}
