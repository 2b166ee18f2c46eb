// `<whippet-devtools>`: a button that opens the panel.
import { clientSource } from './clientSource.js'
import type { QueryClient } from '../query/types.js'
import { button, h } from './dom.js'
import { Panel } from './panel.js'
import type { Source } from './source.js'
import { style } from './style.js'
import type { DevtoolsElement, QueryClientLike } from './types.js'

export const NAME = 'whippet-devtools'

/** Defines the element, once. It is defined when it is used, as at import there may be no page. */
export function defineElement(): void {
  if (customElements.get(NAME)) return
  customElements.define(
    NAME,
    class extends HTMLElement implements DevtoolsElement {
      static readonly observedAttributes = ['open', 'position', 'button-position']
      #client?: QueryClientLike
      #source?: Source
      #panel?: Panel
      #opener?: HTMLButtonElement

      constructor() {
        super()
        const sheet = new CSSStyleSheet()
        sheet.replaceSync(style())
        this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet]
      }

      get client(): QueryClientLike | undefined {
        return this.#client
      }

      set client(client: QueryClientLike | undefined) {
        if (client === this.#client) return
        this.#client = client
        this.source = client && clientSource(client as QueryClient)
      }

      get source(): Source | undefined {
        return this.#source
      }

      set source(source: Source | undefined) {
        this.#source = source
        this.#stop()
        if (this.isConnected) this.#start()
      }

      get open(): boolean {
        return this.hasAttribute('open')
      }

      set open(open: boolean) {
        this.toggleAttribute('open', open)
      }

      openSession(text: string): void {
        this.open = true
        this.#panel?.open(text)
      }

      connectedCallback(): void {
        this.#start()
      }

      disconnectedCallback(): void {
        this.#stop()
      }

      attributeChangedCallback(): void {
        this.#show()
      }

      #start(): void {
        if (this.#panel || !this.#source) return
        this.#panel = new Panel(this.#source, () => {
          this.open = false
          this.#opener?.focus()
        })
        this.#opener = button('🐕 Whippet', () => (this.open = true), { 'aria-label': 'Open Whippet devtools' })
        this.shadowRoot!.append(this.#opener, this.#panel.element)
        this.#show()
      }

      #stop(): void {
        this.#panel?.destroy()
        this.#panel = undefined
        this.shadowRoot!.replaceChildren()
      }

      #show(): void {
        if (!this.#panel) return
        this.#panel.element.className = `panel ${this.getAttribute('position') ?? 'bottom'}`
        this.#opener!.className = `open ${this.getAttribute('button-position') ?? 'bottom-right'}`
        this.#opener!.hidden = this.open
        if (this.#panel.isOpen !== this.open) this.#panel.isOpen = this.open
      }
    },
  )
}

export function createElement(): DevtoolsElement {
  defineElement()
  return h(NAME as 'div') as unknown as DevtoolsElement
}
