// Runs a script on one library and records all that is observable after each step.
import { Clock, settle } from './clock.mjs'
import { hears } from './differences.mjs'
import { fetcher, functions } from './functions.mjs'
import { Show } from './show.mjs'

const KEYS = [['a'], ['a', 1], ['a', { x: 1, y: [2] }], ['b'], ['b', null, true], ['i', 1], ['i', 2]]

/** The observations of `script` on `library`: a list per step. */
export async function play(library, script, skips) {
  const world = new World(library)
  return world.play(script, skips)
}

/** Observations are recorded by query, since events of different queries have no order. */
function subjectOf(observer) {
  if (observer.getCurrentQuery) return observer.getCurrentQuery().queryHash
  return observer.getQueries ? 'queries' : 'mutators'
}

class World {
  calls = new Map()
  selects = 0
  mounts = 0
  show = new Show()
  observers = new Map()
  #promises = 0
  #seen = []
  #fetchers = new Map()

  constructor(library) {
    this.library = library
    this.clock = new Clock((error) => this.log('timer', `threw ${this.show.error(error)}`))
    this.functions = functions(this)
  }

  /** Records `text` about `subject`: the hash of a query, or anything else with an order of its own. */
  log(subject, text) {
    this.#seen.push([subject, text])
  }

  async play(script, skips) {
    const { library, clock } = this
    const unhandled = (error) => this.log('unhandled', `${this.show.error(error)}`)
    const { warn, error } = console
    process.on('unhandledRejection', unhandled)
    clock.install()
    console.warn = () => this.log('console.warn', 'warned')
    console.error = (...args) => {
      // Node warns through the console too, once per process.
      if (!/^\(/.test(args[0])) this.log('console.error', 'complained')
    }
    try {
      library.environmentManager.setIsServer(() => false)
      library.onlineManager.setOnline(true)
      library.focusManager.setFocused(true)
      this.client = new library.QueryClient({
        queryCache: new library.QueryCache({
          onSuccess: (data, query) => this.log(query.queryHash, `cache onSuccess ${this.show.data(data)}`),
          onError: (error, query) => this.log(query.queryHash, `cache onError ${this.show.error(error)}`),
          onSettled: (data, error, query) =>
            this.log(query.queryHash, `cache onSettled ${this.show.data(data)} ${this.show.error(error)}`),
        }),
        mutationCache: new library.MutationCache({
          onMutate: (variables) => this.log(`callbacks of ${variables}`, 'onMutate'),
          onSuccess: (data, variables) => this.log(`callbacks of ${variables}`, `onSuccess ${this.show.data(data)}`),
          onError: (error, variables) => this.log(`callbacks of ${variables}`, `onError ${this.show.error(error)}`),
          onSettled: (data, error, variables) => this.log(`callbacks of ${variables}`, 'onSettled'),
        }),
      })
      this.client.getQueryCache().subscribe((event) => this.#heard(event))
      this.client.getMutationCache().subscribe((event) => this.#heardOfMutation(event))
      const steps = []
      for (const step of script) {
        if (skips?.(step, this)) this.log('script', 'skipped')
        else if (step[0] !== 'wait') this.#do(step)
        await clock.pass(step[0] === 'wait' ? step[1] : 0)
        this.#look()
        steps.push(this.#seen.splice(0))
      }
      steps.push(await this.#end())
      return steps
    } finally {
      for (; this.mounts > 0; this.mounts--) this.client.unmount()
      clock.uninstall()
      Object.assign(console, { warn, error })
      await settle()
      process.off('unhandledRejection', unhandled)
    }
  }

  /** Removes all observers. Nothing may be left then. */
  async #end() {
    for (const { stop } of this.observers.values()) stop?.()
    this.library.onlineManager.setOnline(true)
    this.library.focusManager.setFocused(true)
    await this.clock.pass(1_000_000)
    this.#look()
    this.client.clear()
    await this.clock.pass(1_000_000)
    this.log('timers', `${this.clock.pending}`)
    return this.#seen.splice(0)
  }

  #name(observer) {
    for (const [id, known] of this.observers) if (known.observer === observer) return id
    return '?'
  }

  #heard({ type, query, action, observer }) {
    let text = `cache ${type}`
    if (observer) text += ` ${this.#name(observer)}`
    if (action) {
      const { type, data, error, ...rest } = action
      text += ` ${type} ${JSON.stringify(rest)}`
      if (data !== undefined) text += ` ${this.show.data(data)}`
      if (error !== undefined) text += ` ${this.show.error(error)}`
    }
    this.log(query.queryHash, text)
  }

  #heardOfMutation(event) {
    const { type, mutation, action, observer } = event
    if (!hears(event)) return
    let text = `cache ${type}`
    if (observer) text += ` ${this.#name(observer)}`
    if (action) {
      const { type, error, ...rest } = action
      text += ` ${type} ${JSON.stringify(rest)}${error !== undefined ? this.show.error(error) : ''}`
    }
    this.log(mutation ? `mutation ${mutation.mutationId}` : 'mutations', text)
  }

  /** All that can be read without side effects. */
  #look() {
    const { client } = this
    for (const query of client.getQueryCache().getAll()) {
      const { fetchMeta, ...state } = query.state
      const facts = ['isActive', 'isDisabled', 'isStale', 'isStatic', 'isFetched'].filter((name) => query[name]())
      this.log(
        query.queryHash,
        `query ${this.show.fields(state)} meta=${JSON.stringify(fetchMeta)} gc=${query.gcTime} ` +
          `by ${query.getObserversCount()} ${facts.join(' ')} ${query.promise ? 'promise' : ''} ${query.queryType ?? ''}`,
      )
    }
    for (const mutation of client.getMutationCache().getAll()) {
      this.log(`mutation ${mutation.mutationId}`, `is ${this.show.fields(mutation.state)} gc=${mutation.gcTime}`)
    }
    for (const [id, { observer }] of this.observers)
      this.log(subjectOf(observer), `result ${id} ${this.#result(observer.getCurrentResult())}`)
    this.log('counts', `fetching ${client.isFetching()} mutating ${client.isMutating()}`)
  }

  #result(result) {
    if (Array.isArray(result)) return `[${result.map((one) => this.show.fields(one)).join('; ')}]`
    return this.show.fields(result)
  }

  /** The options of a script as the library takes them. */
  #options(options) {
    const made = {}
    for (const [name, value] of Object.entries(options)) made[name] = this.#option(name, value)
    return made
  }

  #option(name, value) {
    if (name === 'queryKey' || name === 'mutationKey') return KEYS[value]
    if (name === 'queryFn') return value === 'skip' ? this.library.skipToken : this.#fetcher(value)
    if (name === 'mutationFn') {
      const fn = this.#fetcher(value)
      const mutate = (variables) => fn({ queryKey: `mutate ${JSON.stringify(variables)}`, signal: new AbortController().signal })
      return Object.assign(mutate, { does: value.does })
    }
    if (/^on[A-Z]/.test(name)) return this.#callback(name, value)
    return this.#value(value)
  }

  /** One function per description, unless the description asks for a new one each time. */
  #fetcher(description) {
    const text = JSON.stringify(description)
    if (!this.#fetchers.has(text) || description.fresh) this.#fetchers.set(text, fetcher(this, description))
    return this.#fetchers.get(text)
  }

  #value(value) {
    if (typeof value !== 'string' || value[0] !== '$') return value
    if (value === '$Infinity') return Infinity
    if (value === '$NaN') return NaN
    // A name with an exclamation mark means a new function each time.
    if (value.endsWith('!')) {
      const fn = this.functions[value.slice(1, -1)]
      return (...args) => fn(...args)
    }
    const fn = this.functions[value.slice(1)]
    if (!fn) throw new Error(`no function ${value}`)
    return fn
  }

  #callback(name, does) {
    return (...args) => {
      this.log(
        'mutations',
        `${name} ${args
          .slice(0, -1)
          .map((arg) => this.show.data(arg))
          .join(', ')}`,
      )
      if (does === 'throw') throw new Error(name)
      if (does === 'reject') return Promise.reject(new Error(name))
      if (does === 'wait') return new Promise((resolve) => setTimeout(() => resolve(name), 53))
      return `from ${name}`
    }
  }

  #filters(filters) {
    if (!filters) return undefined
    const { key, ...rest } = filters
    return { ...this.#options(rest), ...(key !== undefined && { queryKey: Array.isArray(key) ? key : KEYS[key] }) }
  }

  #do([op, ...args]) {
    let outcome
    try {
      outcome = operations[op].call(this, ...args)
    } catch (error) {
      this.log('script', `threw ${this.show.error(error)}`)
      return
    }
    if (typeof outcome?.then !== 'function') {
      if (outcome !== undefined) this.log('script', `gave ${this.show.data(outcome)}`)
      return
    }
    const number = ++this.#promises
    const show = (value) => (value?.fetchStatus ? this.#result(value) : this.show.data(value))
    outcome.then(
      (value) => this.log(`promise ${number}`, `resolved ${show(value)}`),
      (error) => this.log(`promise ${number}`, `rejected ${this.show.error(error)}`),
    )
  }

  /** @internal */
  tools = {
    options: (options) => this.#options(options),
    filters: (filters) => this.#filters(filters),
    value: (value) => this.#value(value),
    result: (result) => this.#result(result),
  }
}

const key = (number) => KEYS[number]

/** The steps of scripts. `this` is the world. */
const operations = {
  mount() {
    this.mounts++
    this.client.mount()
  },
  unmount() {
    this.mounts--
    this.client.unmount()
  },
  online(online) {
    this.library.onlineManager.setOnline(online)
  },
  focus(focused) {
    this.library.focusManager.setFocused(focused)
  },
  defaults(options) {
    this.client.setDefaultOptions({ queries: this.tools.options(options) })
  },
  queryDefaults(number, options) {
    this.client.setQueryDefaults(key(number), this.tools.options(options))
  },
  // `fetchQuery` and the like, by name.
  client(method, options) {
    return this.client[method](this.tools.options(options))
  },
  get(number) {
    return this.client.getQueryData(key(number))
  },
  set(number, value, options) {
    return this.client.setQueryData(key(number), this.tools.value(value), options)
  },
  setMany(filters, value) {
    this.client.setQueriesData(this.tools.filters(filters), this.tools.value(value))
  },
  getMany(filters) {
    return this.client.getQueriesData(this.tools.filters(filters)).map(([, data]) => data)
  },
  count(filters) {
    return this.client.isFetching(this.tools.filters(filters))
  },
  // `invalidateQueries` and the like, by name.
  queries(method, filters, options) {
    return this.client[method](this.tools.filters(filters), options)
  },
  // Methods of a query.
  query(number, method, ...args) {
    const query = this.client.getQueryCache().find({ queryKey: key(number) })
    if (!query) return 'none'
    return query[method](...args)
  },
  observe(id, options, infinite) {
    const { QueryObserver, InfiniteQueryObserver } = this.library
    const Observer = infinite ? InfiniteQueryObserver : QueryObserver
    this.observers.get(id)?.stop?.()
    this.observers.delete(id)
    this.observers.set(id, { observer: new Observer(this.client, this.tools.options(options)) })
  },
  observeMany(id, list, combine) {
    this.observers.get(id)?.stop?.()
    this.observers.delete(id)
    const observer = new this.library.QueriesObserver(
      this.client,
      list.map((options) => this.tools.options(options)),
      { combine: combine && this.tools.value(combine) },
    )
    this.observers.set(id, { observer })
  },
  setQueries(id, list, combine) {
    this.observers.get(id)?.observer.setQueries(
      list.map((options) => this.tools.options(options)),
      { combine: combine && this.tools.value(combine) },
    )
  },
  optimisticMany(id, list, combine) {
    const known = this.observers.get(id)
    if (!known) return
    const defaulted = list.map((options) => ({
      ...this.client.defaultQueryOptions(this.tools.options(options)),
      _optimisticResults: 'optimistic',
    }))
    const [raw, combined, track] = known.observer.getOptimisticResult(defaulted, combine && this.tools.value(combine))
    this.log('script', `optimistic ${this.tools.result(raw)}`)
    if (combine) return combined(track())
  },
  subscribe(id) {
    const known = this.observers.get(id)
    if (!known || known.stop) return
    let unsubscribe
    known.stop = () => {
      known.stop = undefined
      unsubscribe()
    }
    unsubscribe = known.observer.subscribe((result) => {
      this.log(subjectOf(known.observer), `told ${id} ${this.tools.result(result)}`)
    })
  },
  unsubscribe(id) {
    this.observers.get(id)?.stop?.()
  },
  options(id, options) {
    this.observers.get(id)?.observer.setOptions(this.tools.options(options))
  },
  optimistic(id, options, kind = 'optimistic') {
    const known = this.observers.get(id)
    if (!known) return
    const defaulted = this.client.defaultQueryOptions(this.tools.options(options))
    defaulted._optimisticResults = kind
    this.log(subjectOf(known.observer), `optimistic ${this.tools.result(known.observer.getOptimisticResult(defaulted))}`)
  },
  track(id, names) {
    names.forEach((name) => this.observers.get(id)?.observer.trackProp(name))
  },
  // `refetch` and the like, by name.
  observer(id, method, ...args) {
    return this.observers.get(id)?.observer[method]?.(...args)
  },
  observerFetchOptimistic(id, options) {
    return this.observers.get(id)?.observer.fetchOptimistic(this.tools.options(options))
  },
  mutator(id, options) {
    this.observers.get(id)?.stop?.()
    this.observers.delete(id)
    this.observers.set(id, { observer: new this.library.MutationObserver(this.client, this.tools.options(options)) })
  },
  mutate(id, variables, options) {
    return this.observers.get(id)?.observer.mutate(variables, options && this.tools.options(options))
  },
  resumeMutations() {
    return this.client.resumePausedMutations().then(() => 'resumed')
  },
  removeMutations() {
    this.client.getMutationCache().clear()
  },
  /** Hydrates into a cache that may be cleared before. */
  rehydrate(empty, dehydrateOptions, hydrateOptions) {
    const state = this.library.dehydrate(this.client, this.tools.options(dehydrateOptions))
    state.queries.forEach((query) => this.log('script', `dehydrated ${this.show.fields(query)}`))
    state.mutations.forEach((mutation) => this.log('script', `dehydrated ${this.show.fields(mutation)}`))
    if (empty) this.client.clear()
    this.library.hydrate(this.client, state, { defaultOptions: this.tools.options(hydrateOptions) })
  },
}
