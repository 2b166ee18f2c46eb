// The tab's storage, which a browser or a setting may forbid.
import { attempt } from './guard.js'

export const readStorage = (key: string): string => attempt(() => sessionStorage.getItem(key)) ?? ''

/** An empty value removes the entry. */
export const writeStorage = (key: string, value: string | number): void =>
  attempt(() => (value ? sessionStorage.setItem(key, value as string) : sessionStorage.removeItem(key)))
