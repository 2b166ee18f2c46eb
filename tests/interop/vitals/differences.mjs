// Where whippet/rum differs on purpose (docs/rum.md). Each difference is one that web-vitals has no more where the
// browser treats it kindly; so that is what the browser does for it, and then every report must be the same.
export const favours = {
  // INP just before the page goes: web-vitals reports what was told and looked at. It is told all, and has an idle
  // moment, just before the page is hidden.
  drainsFirst: true,
  // Long animation frames that were not told yet: web-vitals is told of each at once.
  framesAtOnce: true,
}
