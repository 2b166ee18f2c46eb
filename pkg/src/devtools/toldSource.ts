// A client in wasm as a source of the panel. It tells what changes; the rows are kept here, so that opening the panel asks
// for none of them.
import { duration } from './duration.js'
import { labelOf } from './queryRow.js'
import type { Action, Details, Event, Row, Source } from './source.js'
import { whatHappened, type Look, type ToldDetails, type ToldMutation, type ToldQuery } from './told.js'

/** How many mutations are shown that have ended: a client in wasm forgets them. */
const ENDED = 100

/** What the client is asked for. */
export interface Asked {
  /** `ToldDetails` as JSON; `undefined` where there is no such query any more. */
  details(id: string): string | undefined
  act(id: string, action: Action): void
}

export class ToldSource implements Source {
  readonly #asked: Asked
  readonly #rows = new Map<string, Row>()
  readonly #told = new Map<string, { text: string; told: ToldQuery; data?: Look; error?: Look }>()
  readonly #ended: string[] = []
  readonly #listeners = new Set<(event: Event) => void>()
  /** What was made of values: one value is in the states of many events. */
  readonly #looked = new WeakMap<Look, { value: unknown }>()

  constructor(asked: Asked) {
    this.#asked = asked
  }

  rows(): Row[] {
    return [...this.#rows.values()]
  }

  watch(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** A query is new, or may have changed: `text` is a `ToldQuery` as JSON. */
  query(text: string, data?: Look, error?: Look): void {
    const told = JSON.parse(text) as ToldQuery
    const known = this.#told.get(told.id)
    if (known?.text === text && known.data === data && known.error === error) return
    this.#told.set(told.id, { text, told, data, error })
    const before = known?.told
    const what = before && before.observers !== told.observers ? observed(before, told) : whatHappened(before?.state, told.state)
    const { state } = told
    this.#happened(what === 'setState' && before && !before.isStale && told.isStale ? 'stale' : what, {
      kind: 'query',
      id: told.id,
      text: told.text,
      label: labelOf({
        ...state,
        observers: told.observers,
        isDisabled: () => told.isDisabled,
        isStatic: () => told.isStatic,
        isStale: () => told.isStale,
      }),
      observers: told.observers,
      updatedAt: Math.max(state.dataUpdatedAt, state.errorUpdatedAt),
      state: this.#withValues(state, data, error),
    })
  }

  /** A mutation began, went on, or ended: `told` is a `ToldMutation` as JSON. */
  mutation(told: string, data?: Look, error?: Look): void {
    const { id, text, ...state } = JSON.parse(told) as ToldMutation
    const before = this.#rows.get(place('mutation', id))
    const ends = state.status !== 'pending'
    const what = !before ? 'pending' : ends ? state.status : wentOn(before.state as ToldMutation, state)
    this.#happened(what, {
      kind: 'mutation',
      id,
      text: `${text} #${id}`,
      label: state.isPaused ? 'paused' : state.status,
      observers: 0,
      updatedAt: state.submittedAt,
      state: this.#withValues(state, data, error),
    })
    if (ends && this.#ended.push(id) > ENDED) this.removed('mutation', this.#ended.shift()!)
  }

  /** A query or mutation is gone. */
  removed(kind: Row['kind'], id: string): void {
    if (kind === 'query') this.#told.delete(id)
    if (this.#rows.delete(place(kind, id))) this.#tell({ at: Date.now(), kind, id, what: 'removed' })
  }

  details(row: Row): Details | undefined {
    const state = row.state as Record<string, unknown>
    const { data, error, ...rest } = state
    const values: [string, unknown][] = [['state', rest]]
    if (error !== undefined) values.unshift(['error', error])
    if (data !== undefined || row.kind === 'query') values.unshift(['data', data])
    if (row.kind === 'mutation') {
      if (!this.#rows.has(place(row.kind, row.id))) return undefined
      const isEnded = row.label === 'success' || row.label === 'error'
      return { values, timers: [], observers: [], actions: isEnded ? ['remove'] : [] }
    }
    const text = this.#asked.details(row.id)
    if (text === undefined) return undefined
    const told = JSON.parse(text) as ToldDetails
    return {
      values: [...values, ['options', told.options]],
      timers: told.timers.map(({ what, at, observer, option, span }) => ({
        what,
        at,
        owner: observer === null ? 'the query' : `observer ${observer + 1}`,
        reason: `${option} ${duration(span)}`,
      })),
      observers: told.observers.map((options, index) => [`observer ${index + 1}`, options]),
      actions: actionsOf(told, state.fetchStatus !== 'idle'),
    }
  }

  act(row: Row, action: Action): void {
    if (row.kind === 'query') this.#asked.act(row.id, action)
    else if (action === 'remove') this.removed('mutation', row.id)
  }

  #happened(what: Event['what'], row: Row): void {
    this.#rows.set(place(row.kind, row.id), row)
    this.#tell({ at: Date.now(), kind: row.kind, id: row.id, what, row })
  }

  #tell(event: Event): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** The state with its values, which are made when they are looked at. */
  #withValues(state: object, data?: Look, error?: Look): object {
    const members: PropertyDescriptorMap = {}
    for (const [name, look] of Object.entries({ data, error })) {
      if (look) members[name] = { enumerable: true, get: () => this.#look(look) }
    }
    return Object.defineProperties({ ...state }, members)
  }

  #look(look: Look): unknown {
    let looked = this.#looked.get(look)
    if (!looked) {
      looked = { value: JSON.parse(look()) }
      this.#looked.set(look, looked)
    }
    return looked.value
  }
}

const place = (kind: Row['kind'], id: string) => `${kind} ${id}`

function observed(before: ToldQuery, told: ToldQuery): string {
  return told.observers > before.observers ? 'observerAdded' : 'observerRemoved'
}

function wentOn(before: Pick<ToldMutation, 'isPaused'>, after: Pick<ToldMutation, 'isPaused'>): string {
  if (before.isPaused === after.isPaused) return 'failed'
  return after.isPaused ? 'pause' : 'continue'
}

function actionsOf({ isSimulated, canFail }: ToldDetails, isFetching: boolean): Action[] {
  if (isSimulated) return ['restore', 'remove']
  const actions: Action[] = ['refetch', 'invalidate', 'reset', 'remove', 'simulate loading']
  if (canFail) actions.push('simulate an error')
  if (isFetching) actions.splice(1, 0, 'cancel')
  return actions
}
