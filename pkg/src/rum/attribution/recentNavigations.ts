/** The last two soft navigations. The browser's own buffer keeps the first fifty. */
export class RecentNavigations {
  readonly #entries = new Map<number, PerformanceSoftNavigation>()

  readonly add = (entry: PerformanceSoftNavigation): void => {
    if (!entry.navigationId) return
    this.#entries.set(entry.navigationId, entry)
    for (const id of this.#entries.keys()) {
      if (this.#entries.size > 2) this.#entries.delete(id)
    }
  }

  get(id: number): PerformanceSoftNavigation | undefined {
    return this.#entries.get(id)
  }
}
