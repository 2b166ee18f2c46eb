// Where whippet/rum differs on purpose (docs/rum.md). Each difference is one that web-vitals has no more where the
// browser treats it kindly; so that is what the browser does for it, and then every report must be the same.
export const favours = {
  // What was not told yet when the page goes: events, paints, long animation frames, and events that wait for an idle
  // moment. web-vitals reports without them; it is told all, and has an idle moment, just before the page is hidden.
  drainsFirst: true,
}
