// Which errors are none: crates/engine/src/beacon/ignored.rs says the same.

/** How browsers and what runs in them begin to tell of what is no fault of the page's; nothing failed. */
const HARMLESS = [
  'ResizeObserver loop',
  // View transitions that did not run, or not to the end: the page has changed all the same.
  'Transition was skipped',
  'Transition was aborted because of invalid state',
  'Old view transition aborted',
  'Skipping view transition',
  'Skipped ViewTransition',
  'View transition was skipped',
  // What mail scanners, apps' own web views and extensions run in a page.
  'Object Not Found Matching Id:',
  'Java object is gone',
  'Java bridge method invocation error',
  'Extension context invalidated',
  "Can't find variable: _AutofillCallbackHandler",
]

/**
 * Whether an error of that message is not told: one that browsers report without fault, or that `listed` names, by a part
 * of it or by a pattern. `false`: all are told.
 */
export function isIgnored(message: string, listed: (string | RegExp)[] | false = []): boolean {
  if (!listed) return false
  const words = wordings(message)
  const matches = (one: string | RegExp, text: string) =>
    typeof one === 'string' ? text.includes(one) : new RegExp(one.source, one.flags.replace(/[gy]/g, '')).test(text)
  return words.some(
    (text) => HARMLESS.some((start) => text.startsWith(start)) || listed.some((one) => matches(one, text)),
  )
}

/** Whether a browser says nothing of an object that nobody caught but that it is one, each in its way. */
export const isUnnamed = (message: string): boolean => /^$|^Uncaught exception$|#<[\w$]+>$|\[object |^uncaught exception: /.test(message)

/** A message as the browser has it, as the error has it, and without the error's name. */
export function wordings(message: string): [string, string, string] {
  const own = message.replace(/^(?:Uncaught (?:\(in promise\) )?|uncaught exception: )/, '')
  return [message, own, withoutName(own)]
}

/** `text` without `TypeError: ` in front. */
export const withoutName = (text: string): string => text.replace(/^[\w$.]{1,64}: /, '')
