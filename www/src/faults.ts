// The switch that makes the server misbehave.
import { MutationObserver, QueryObserver, type QueryClient } from 'whippet/query'
import type { FaultMode } from './api'
import { part } from './dom'
import { explain, refusal } from './errors'
import { faultsOptions, keys } from './queries'
import { toast } from './toast'

const mutationKey = ['faults'] as const

export function connectFaults(client: QueryClient): void {
  const fieldset = part<HTMLFieldSetElement>('faults')
  const inputs = [...fieldset.querySelectorAll('input')]

  const observer = new QueryObserver(client, faultsOptions)
  const render = () => {
    const mode = observer.getCurrentResult().data?.mode
    fieldset.disabled = mode === undefined
    document.documentElement.dataset.fault = mode ?? 'normal'
    for (const input of inputs) input.checked = input.value === mode
  }
  observer.subscribe(render)
  render()

  const turn = new MutationObserver<void, Error, FaultMode>(client, {
    mutationKey,
    // One after the other: arrow keys pass over what lies between, and the last one is meant.
    scope: { id: 'faults' },
    mutationFn: send,
    onMutate: async (mode) => {
      // An answer that is on its way has the mode before.
      await client.cancelQueries({ queryKey: keys.faults })
      client.setQueryData(keys.faults, { mode })
    },
    onError: (error) => toast(`The switch could not be turned. ${explain(error)}`),
    onSettled: () => {
      // While another is on its way, the server has the mode before that.
      if (client.isMutating({ mutationKey }) > 1) return
      return client.invalidateQueries({ queryKey: keys.faults })
    },
  })
  fieldset.addEventListener('change', (event) => {
    const mode = (event.target as HTMLInputElement).value as FaultMode
    // `onError` reports it.
    turn.mutate(mode).catch(() => {})
  })
}

async function send(mode: FaultMode): Promise<void> {
  const response = await fetch('/api/faults', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mode }),
  })
  if (!response.ok) throw await refusal(response)
}
