// Which rows are listed, and in which order.
import { MUTATION_LABELS, QUERY_LABELS, type Row } from './source.js'

export const ORDERS = ['state', 'key', 'last update'] as const
export type Order = (typeof ORDERS)[number]

export interface Selection {
  kind: Row['kind']
  /** Words that all must be in the key. */
  words: string
  /** Only rows with this label, if any. */
  label?: string
  order: Order
}

export function select(rows: readonly Row[], { kind, words, label, order }: Selection): Row[] {
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean)
  const found = rows.filter((row) => {
    if (row.kind !== kind || (label && row.label !== label)) return false
    if (!parts.length) return true
    const text = row.text.toLowerCase()
    return parts.every((part) => text.includes(part))
  })
  const byText = (a: Row, b: Row) => (a.text < b.text ? -1 : +(a.text > b.text))
  const byUpdate = (a: Row, b: Row) => b.updatedAt - a.updatedAt
  if (order === 'key') return found.sort(byText)
  if (order === 'last update') return found.sort(byUpdate)
  const labels: readonly string[] = labelsOf(kind)
  return found.sort((a, b) => labels.indexOf(a.label) - labels.indexOf(b.label) || byUpdate(a, b))
}

/** How many rows have each label, in the order of labels. */
export function counts(rows: readonly Row[], kind: Row['kind']): [label: string, count: number][] {
  const counted = new Map<string, number>(labelsOf(kind).map((label) => [label, 0]))
  for (const row of rows) if (row.kind === kind) counted.set(row.label, (counted.get(row.label) ?? 0) + 1)
  return [...counted].filter(([, count]) => count > 0)
}

function labelsOf(kind: Row['kind']): readonly string[] {
  return kind === 'query' ? QUERY_LABELS : MUTATION_LABELS
}
