// What a tree shows of a body: its rows, each memoized.
import { memo } from 'react'

/** How many rows were rendered. */
export const renders = { count: 0 }

const counted = (Row) =>
  memo(function Counted({ row }) {
    renders.count++
    return <Row row={row} />
  })

function Issue({ row: { html_url, title, user, labels, updated_at, comments } }) {
  return (
    <li>
      <a href={html_url}>{title}</a> <b>{user.login}</b>
      {labels.map(({ name, color }, i) => (
        <span key={i} style={{ color: `#${color}` }}>
          {name}
        </span>
      ))}
      <time>{updated_at}</time> <i>{comments}</i>
    </li>
  )
}

function Order({ row: { code, note, total, customer, lines, updated } }) {
  return (
    <li>
      <b>{code}</b> {note} <i>{total}</i> {customer.name}
      {lines.map(({ sku, text }, i) => (
        <span key={i} title={sku}>
          {text}
        </span>
      ))}
      <time>{updated}</time>
    </li>
  )
}

export const views = {
  issues: {
    rows: (data) => data,
    id: ({ number }) => number,
    Row: counted(Issue),
    text: ({ title, user, labels, updated_at, comments }) =>
      `${title} ${user.login}${labels.map(({ name }) => name).join('')}${updated_at} ${comments}`,
  },
  orders: {
    rows: ({ data }) => data.items,
    id: ({ id }) => id,
    Row: counted(Order),
    text: ({ code, note, total, customer, lines, updated }) =>
      `${code} ${note} ${total} ${customer.name}${lines.map(({ text }) => text).join('')}${updated}`,
  },
}
