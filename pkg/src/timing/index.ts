// `whippet/timing`: debounce and throttle, on one timer.
export { debounce, type DebounceOptions } from './debounce.js'
export { throttle, type ThrottleOptions } from './throttle.js'
export type { Paced } from './pacer.js'
export { stats, type TimingStats } from './stats.js'
export { WasmUnavailableError } from '../wasm.js'
