// The optimistic star: shown at once, and undone if the server refuses.
import { MutationObserver, type InfiniteData, type QueryClient } from 'whippet/query'
import { detailsUrl, type Details, type PackageId, type Page } from './api'
import { glyph, h } from './dom'
import { explain, refusal } from './errors'
import { keys } from './queries'
import { toast } from './toast'

const STAR = 'M12 3.2l2.7 5.6 6.1.9-4.4 4.3 1 6.1-5.4-2.9-5.4 2.9 1-6.1L3.2 9.7l6.1-.9z'

interface Change {
  id: PackageId
  starred: boolean
}

const mutationKey = ['star'] as const

/** Stars a package, or takes its star away. */
export function setStar(client: QueryClient, change: Change): void {
  const observer = new MutationObserver<void, Error, Change, { before: number | null }>(client, {
    mutationKey,
    // One after the other for each package, or the server might meet them in another order.
    scope: { id: `star ${detailsUrl(change.id)}` },
    mutationFn: send,
    onMutate: async ({ id, starred }) => {
      // An answer that is on its way was written before this change, and would undo it on screen.
      await client.cancelQueries({ queryKey: keys.packages })
      const before = starredAt(client, id)
      write(client, id, starred ? Date.now() : null)
      return { before }
    },
    onError: (error, { id }, context) => {
      if (context) write(client, id, context.before)
      toast(`The star for ${id.name} was taken back. ${explain(error)}`)
    },
    onSettled: () => {
      // While another star is on its way, a refetch would show that one's old state.
      if (client.isMutating({ mutationKey }) > 1) return
      void client.invalidateQueries({ queryKey: keys.activity })
      return client.invalidateQueries({ queryKey: keys.packages })
    },
  })
  // The callbacks above handle the outcome.
  observer.mutate(change).catch(() => {})
}

/** A toggle; `show` sets its state. */
export function starButton(client: QueryClient, id: PackageId) {
  const button = h('button', { type: 'button', class: 'star', 'data-testid': 'star', 'aria-pressed': 'false' }, glyph(STAR))
  button.setAttribute('aria-label', `Star ${id.name} ${id.version}`)
  button.addEventListener('click', () => {
    setStar(client, { id, starred: button.getAttribute('aria-pressed') !== 'true' })
  })
  const show = (starred: boolean) => button.setAttribute('aria-pressed', String(starred))
  return { button, show }
}

async function send({ id, starred }: Change): Promise<void> {
  const url = `${detailsUrl(id)}/star`
  const response = await fetch(url, { method: starred ? 'PUT' : 'DELETE' })
  if (!response.ok) throw await refusal(response)
}

function starredAt(client: QueryClient, id: PackageId): number | null {
  const details = client.getQueryData<Details>(keys.details(id))
  if (details) return details.starredAt
  for (const [, list] of client.getQueriesData<InfiniteData<Page>>({ queryKey: keys.lists })) {
    const found = list?.pages.flatMap((page) => page.packages).find((other) => same(other, id))
    if (found) return found.starredAt
  }
  return null
}

/** Writes the star into everything in the cache that shows it; all else keeps its identity. */
function write(client: QueryClient, id: PackageId, starredAt: number | null): void {
  client.setQueryData<Details>(keys.details(id), (details) => details && { ...details, starredAt })
  client.setQueriesData<InfiniteData<Page>>(
    { queryKey: keys.lists },
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page) =>
          page.packages.some((other) => same(other, id))
            ? {
                ...page,
                packages: page.packages.map((other) => (same(other, id) ? { ...other, starredAt } : other)),
              }
            : page,
        ),
      },
  )
}

function same(a: PackageId, b: PackageId): boolean {
  return a.ecosystem === b.ecosystem && a.name === b.name && a.version === b.version
}
