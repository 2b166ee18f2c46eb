// Errors that are not reported. crates/engine/src/beacon/ignored_errors.rs has the same rules.
import { matchesPattern } from './lib/format.js'
import type { Listed } from './options.js'

/** The beginnings of messages that browsers, extensions and web views report although nothing in the page failed. */
const HARMLESS = /* @__PURE__ */ new RegExp(
  '^(?:ResizeObserver loop' +
    // A view transition did not run, or not to its end. The page was updated nevertheless.
    '|(?:View t|T)ransition was skipped' +
    '|Transition was aborted because of invalid state' +
    '|Old view transition aborted' +
    '|Skipping view transition' +
    '|Skipped ViewTransition' +
    // From scripts that mail scanners, web views of apps and extensions run in a page.
    '|Object Not Found Matching Id:' +
    '|Java object is gone' +
    '|Java bridge method invocation error' +
    '|Extension context invalidated' +
    "|Can't find variable: _AutofillCallbackHandler)",
)

/**
 * Whether an error with this message is ignored: because it is harmless, or because it contains a string or matches a
 * pattern of `listed`. With `false` none is ignored.
 */
export const isIgnored = (message: string, listed: Listed | false = []): boolean =>
  !!listed &&
  wordings(message).some(
    (text) =>
      HARMLESS.test(text) ||
      [listed].flat().some((pattern) => (typeof pattern === 'string' ? text.includes(pattern) : matchesPattern(pattern, text))),
  )

/** Whether a browser's message for an uncaught object says nothing about that object. */
export const isUnnamed = (message: string): boolean =>
  /^$|^Uncaught exception$|#<[\w$]+>$|\[object |^uncaught exception: /.test(message)

/** The browser's message, the error's own text, and that without the error's name. */
export function wordings(message: string): [string, string, string] {
  const own = message.replace(/^(?:Uncaught (?:\(in promise\) )?|uncaught exception: )/, '')
  return [message, own, withoutName(own)]
}

/** Removes a leading `TypeError: `. */
export const withoutName = (text: string): string => text.replace(/^[\w$.]{1,64}: /, '')
