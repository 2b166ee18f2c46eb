// Error messages for users.
import { HttpError } from 'whippet/json'

/** What is asked for while there is no network. */
export const offline = new Error('You are offline. It comes as soon as there is a connection.')

/** The server's message, if it gave one. */
export function explain(error: unknown): string {
  if (error instanceof HttpError) return serverMessage(error.body) ?? `The server answered ${error.status}.`
  // `fetch` throws this when there is no response.
  if (error instanceof TypeError) return 'The server cannot be reached.'
  return error instanceof Error ? error.message : String(error)
}

/** A 4xx says the same thing the second time; wasm that cannot run will not run later. */
export function isWorthRetrying(error: unknown): boolean {
  return error instanceof HttpError ? error.status >= 500 : error instanceof TypeError
}

/** The error that a failed answer to a plain `fetch` stands for. */
export async function refusal(response: Response): Promise<Error> {
  return new Error(serverMessage(await response.text()) ?? `The server answered ${response.status}.`)
}

/** Bodies of errors are `{"error":{"message":…}}`. */
function serverMessage(body: string | undefined): string | undefined {
  try {
    const message: unknown = JSON.parse(body ?? '')?.error?.message
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
