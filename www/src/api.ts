// The backend's responses and URLs.

/** Identifies a package. */
export interface PackageId {
  ecosystem: string
  name: string
  version: string
}

/** A package in a list. */
export interface Summary extends PackageId {
  description: string | null
  licence: string | null
  dependencies: number
  dependents: number
  starredAt: number | null
}

/** One page of a list. */
export interface Page {
  packages: Summary[]
  total: number
  page: number
  next: number | null
}

/** The other end of a dependency. */
export interface Relation extends PackageId {
  kind: string
}

/** A package in full. */
export interface Details extends PackageId {
  description: string | null
  licence: string | null
  repository: string | null
  starredAt: number | null
  features: { name: string; enables: string[] }[]
  dependencies: Relation[]
  dependents: Relation[]
}

/** Recent activity, and totals. */
export interface Activity {
  totals: { packages: number; cargo: number; npm: number; dependencies: number; starred: number }
  events: (PackageId & { id: number; at: number; starred: boolean })[]
}

/** How the server behaves. */
export type FaultMode = 'normal' | 'slow' | 'failing' | 'refuse'

/** The orders that a list can have. */
export const sorts = ['relevance', 'name', 'dependents', 'dependencies', 'starred'] as const
export type Sort = (typeof sorts)[number]

export function listUrl(search: string, sort: Sort, page: number): string {
  return `/api/packages?${new URLSearchParams({ q: search, sort, page: String(page) })}`
}

export function detailsUrl({ ecosystem, name, version }: PackageId): string {
  return `/api/packages/${[ecosystem, name, version].map(encodeURIComponent).join('/')}`
}

export function iconUrl({ ecosystem, name }: PackageId): string {
  return `/icons/${encodeURIComponent(ecosystem)}/${encodeURIComponent(name)}.png`
}
