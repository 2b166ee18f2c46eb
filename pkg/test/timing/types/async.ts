// The arguments of calls are those of the wrapped function, without the signal at the end.
import { debounceAsync, throttleAsync, type Abortable, type PacedAsync } from 'whippet/timing'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function hasType<Args extends unknown[], R, This = unknown>(): <Paced>(
  paced: Paced,
) => Same<Paced, PacedAsync<Args, R, This>>
const signalOf = (signal: AbortSignal) => signal.aborted

declare function parse(text: any): any
declare const abortable: Abortable<[id: number], string, Date>

export const checks: true[] = [
  // A signal without a type annotation.
  hasType<[text: string], number>()(debounceAsync(async (text: string, signal) => +signalOf(signal) + text.length)),
  hasType<[text: string], number>()(throttleAsync(async (text: string, signal) => +signalOf(signal) + text.length)),
  hasType<[text: string, page: number], boolean>()(debounceAsync((text: string, page: number, signal) => signalOf(signal))),
  hasType<[text: string], boolean>()(debounceAsync(async (text: string, { aborted }) => aborted)),
  hasType<[], boolean>()(debounceAsync(async (signal) => signalOf(signal))),
  hasType<[text: string], never>()(
    debounceAsync((text: string, signal) => {
      throw new Error(text, { cause: signal })
    }),
  ),
  hasType<[text: string], any>()(debounceAsync((text: string, signal) => JSON.parse(text + signalOf(signal)))),
  hasType<[text: string], boolean, Date>()(
    debounceAsync(async function (this: Date, text: string, signal) {
      return signalOf(signal)
    }),
  ),

  // A signal with a type annotation, or an optional one.
  hasType<[text: string], string>()(debounceAsync(async (text: string, signal: AbortSignal) => text)),
  hasType<[text: string], string>()(debounceAsync(async (text: string, signal?: AbortSignal) => text)),
  hasType<[text: string], string>()(throttleAsync(async (text: string, signal: AbortSignal | null) => text)),
  hasType<[text: string], string>()(throttleAsync(async (text: string, signal = new AbortController().signal) => text)),
  hasType<[text: string, page?: number | undefined], string>()(
    debounceAsync(async (text: string, page?: number, signal?: AbortSignal) => text),
  ),
  hasType<[string], string>()(debounceAsync(async (...[text]: [string, AbortSignal]) => text)),

  // No signal. A parameter that would accept a signal is an argument.
  hasType<[], number>()(debounceAsync(async () => 1)),
  hasType<[text: string], number>()(debounceAsync(async (text: string) => text.length)),
  hasType<[text?: string], number>()(debounceAsync(async (text?: string) => 1)),
  hasType<[value: unknown], number>()(debounceAsync(async (value: unknown) => 1)),
  hasType<[value: any], number>()(throttleAsync(async (value: any) => 1)),
  hasType<[value: object], number>()(throttleAsync(async (value: object) => 1)),
  hasType<[value: { aborted: boolean }], number>()(debounceAsync(async (value: { aborted: boolean }) => 1)),
  hasType<number[], number>()(debounceAsync(async (...ids: number[]) => ids.length)),
  hasType<[text: any], any>()(debounceAsync(parse)),

  // Explicit type arguments.
  hasType<[text: string], number>()(debounceAsync<[text: string], number>((text, signal) => +signalOf(signal) + text.length)),
  hasType<[text: string], number>()(throttleAsync<[text: string], number>(async (text) => text.length)),
  hasType<[id: number], string, Date>()(throttleAsync(abortable)),
]
export const search: PacedAsync<[text: string], number> = debounceAsync(async (text, signal) => +signalOf(signal) + text.length)

// Calls are checked.
// @ts-expect-error: a call takes no signal
void search('a', new AbortController().signal)
// @ts-expect-error: the argument is required
void search()

// An error is where the mistake is, not at the function.
void debounceAsync(async (id: number) => id, 100, {
  // @ts-expect-error: an option that there is not
  leadin: true,
})
void throttleAsync(
  async (id: number) => id,
  // @ts-expect-error: a wait is a number of ms
  '100',
)
