// What the engines of queries and of mutations have in common: a machine in wasm, its calls, and its timer.
import type { BreakerConfig, CacheLimits } from './types.js'
import { WasmUnavailableError } from '../wasm.js'
import { EngineTimer } from './engineTimer.js'
import { freeWith, renew, type Exports } from './wasm.js'

/** @internal Set by the client or by `recordSession` before the engine starts; later changes have no effect. */
export interface EngineConfig {
  seed?: number
  breaker?: BreakerConfig
  limits?: CacheLimits
  /** Wraps the exports, to record all calls. */
  tap?: <T extends object>(exports: T) => T
}

/** @internal Exports without their first argument, the machine. */
export type CallsOf<TExports> = {
  [K in keyof TExports]: TExports[K] extends (machine: number, ...args: infer A) => infer R ? (...args: A) => R : never
}

/** @internal Those of queries. */
export type Calls = CallsOf<Exports>

type Call = (...args: unknown[]) => unknown

/** @internal */
export abstract class Engine<TExports extends object, TItem extends { onEngineFailed(): void }> {
  readonly exports?: TExports
  /** The exports, called for this machine. After each call the timer is set. */
  calls!: CallsOf<TExports>
  machine = 0
  /** Why there is no engine. Whatever needs one fails with it. */
  error: unknown
  /** What takes over then. */
  standIn?: CallsOf<TExports>
  readonly timer = new EngineTimer(this)
  /** The queries or mutations by their ids. */
  readonly items = new Map<number, TItem>()

  protected start(
    config: EngineConfig,
    instance: () => TExports,
    create: (exports: TExports, seed: number) => number,
    free: (exports: TExports) => (machine: number) => void,
  ): void {
    try {
      let exports = instance()
      if (config.tap) exports = config.tap(exports)
      this.machine = create(exports, config.seed ?? Math.random() * 2 ** 32)
      ;(this as { exports?: TExports }).exports = exports
      freeWith(this, free(exports), this.machine)
      this.calls = callsOf(exports, this)
    } catch (error) {
      this.fail(error)
      this.calls = this.standIn!
    }
  }

  /** The engine cannot run, or has trapped and must not be called again. */
  fail(cause: unknown): void {
    renew()
    this.error = cause instanceof WasmUnavailableError ? cause : new WasmUnavailableError(cause)
    queueMicrotask(() => this.items.forEach((item) => item.onEngineFailed()))
    this.standIn = this.callsWithoutEngine()
  }

  protected abstract callsWithoutEngine(): CallsOf<TExports>

  /** Sets the timer for the machine's next deadline. */
  abstract rearm(): void

  abstract onTimer(): void

  abstract onClockSetBack(by: number): void
}

type AnyEngine = Engine<any, any>

/** By exports: the class of their calls. */
const classes = /* @__PURE__ */ new WeakMap<object, new (engine: AnyEngine) => object>()

/** The methods are made once for all engines of an instance, so that another engine costs little. */
function callsOf<TExports extends object>(exports: TExports, engine: AnyEngine): CallsOf<TExports> {
  let Calls = classes.get(exports)
  if (!Calls) {
    Calls = class {
      constructor(readonly engine: AnyEngine) {}
    }
    const methods: Record<string, Call> = Calls.prototype
    for (const name in exports) {
      const call = exports[name] as Call
      methods[name] = function (this: { engine: AnyEngine }, ...args) {
        const { engine } = this
        let result
        try {
          if (!engine.standIn) result = call(engine.machine, ...args)
        } catch (error) {
          engine.fail(error)
        }
        if (engine.standIn) result = engine.standIn[name]!(...args)
        engine.rearm()
        return result
      }
    }
    classes.set(exports, Calls)
  }
  return new Calls(engine) as CallsOf<TExports>
}
