// The arguments of calls are those of the function behind, but for the signal at their end.
import { debounceAsync, throttleAsync, type Abortable, type PacedAsync } from 'whippet/timing'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function is<Args extends unknown[], R, This = unknown>(): <Made>(
  made: Made,
) => Same<Made, PacedAsync<Args, R, This>>
const signalOf = (signal: AbortSignal) => signal.aborted

declare function parse(text: any): any
declare const abortable: Abortable<[id: number], string, Date>

export const checks: true[] = [
  // A signal that bears no type.
  is<[text: string], number>()(debounceAsync(async (text: string, signal) => +signalOf(signal) + text.length)),
  is<[text: string], number>()(throttleAsync(async (text: string, signal) => +signalOf(signal) + text.length)),
  is<[text: string, page: number], boolean>()(debounceAsync((text: string, page: number, signal) => signalOf(signal))),
  is<[text: string], boolean>()(debounceAsync(async (text: string, { aborted }) => aborted)),
  is<[], boolean>()(debounceAsync(async (signal) => signalOf(signal))),
  is<[text: string], never>()(
    debounceAsync((text: string, signal) => {
      throw new Error(text, { cause: signal })
    }),
  ),
  is<[text: string], any>()(debounceAsync((text: string, signal) => JSON.parse(text + signalOf(signal)))),
  is<[text: string], boolean, Date>()(
    debounceAsync(async function (this: Date, text: string, signal) {
      return signalOf(signal)
    }),
  ),

  // One that bears its type, or may be left out.
  is<[text: string], string>()(debounceAsync(async (text: string, signal: AbortSignal) => text)),
  is<[text: string], string>()(debounceAsync(async (text: string, signal?: AbortSignal) => text)),
  is<[text: string], string>()(throttleAsync(async (text: string, signal: AbortSignal | null) => text)),
  is<[text: string], string>()(throttleAsync(async (text: string, signal = new AbortController().signal) => text)),
  is<[text: string, page?: number | undefined], string>()(
    debounceAsync(async (text: string, page?: number, signal?: AbortSignal) => text),
  ),
  is<[string], string>()(debounceAsync(async (...[text]: [string, AbortSignal]) => text)),

  // None at all: what would take a signal too is an argument all the same.
  is<[], number>()(debounceAsync(async () => 1)),
  is<[text: string], number>()(debounceAsync(async (text: string) => text.length)),
  is<[text?: string], number>()(debounceAsync(async (text?: string) => 1)),
  is<[value: unknown], number>()(debounceAsync(async (value: unknown) => 1)),
  is<[value: any], number>()(throttleAsync(async (value: any) => 1)),
  is<[value: object], number>()(throttleAsync(async (value: object) => 1)),
  is<[value: { aborted: boolean }], number>()(debounceAsync(async (value: { aborted: boolean }) => 1)),
  is<number[], number>()(debounceAsync(async (...ids: number[]) => ids.length)),
  is<[text: any], any>()(debounceAsync(parse)),

  // Types that come from elsewhere.
  is<[text: string], number>()(debounceAsync<[text: string], number>((text, signal) => +signalOf(signal) + text.length)),
  is<[text: string], number>()(throttleAsync<[text: string], number>(async (text) => text.length)),
  is<[id: number], string, Date>()(throttleAsync(abortable)),
]
export const search: PacedAsync<[text: string], number> = debounceAsync(
  async (text, signal) => +signalOf(signal) + text.length,
)

// Calls are held to them.
// @ts-expect-error: a call has no signal to give
void search('a', new AbortController().signal)
// @ts-expect-error: nor may it leave out an argument
void search()
