// What `whippet-leptos` has in it: the panel, and how a client in wasm tells it what happens.
// `cargo xtask build` bundles it into crates/leptos/js/devtools.js.
import { createElement } from './element.js'
import type { Action, Row } from './source.js'
import type { Look } from './told.js'
import { ToldSource } from './toldSource.js'

/** The panel of one client. Its methods take what wasm has: texts and functions. */
export class Panel {
  readonly #source: ToldSource
  readonly #element = createElement()

  constructor(
    details: (id: string) => string | undefined,
    act: (id: string, action: string) => void,
    isOpen: boolean,
    position: string,
    buttonPosition: string,
  ) {
    this.#source = new ToldSource({ details, act: (id, action: Action) => act(id, action) })
    this.#element.open = isOpen
    this.#element.setAttribute('position', position)
    this.#element.setAttribute('button-position', buttonPosition)
  }

  /** Shows it, once the queries are told that there are already. */
  show(): void {
    this.#element.source = this.#source
    document.body.append(this.#element)
  }

  query(told: string, data?: Look, error?: Look): void {
    this.#source.query(told, data, error)
  }

  mutation(told: string, data?: Look, error?: Look): void {
    this.#source.mutation(told, data, error)
  }

  removed(kind: Row['kind'], id: string): void {
    this.#source.removed(kind, id)
  }

  remove(): void {
    this.#element.remove()
  }
}
