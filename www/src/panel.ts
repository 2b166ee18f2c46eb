// The panel that shows live what Whippet did.
import { h, part, setText } from './dom'
import { groups, type Parts } from './figures'
import { watchVitals } from './vitals'

const EVERY_MS = 500

export function showPanel(parts: Parts): void {
  const readers: (() => void)[] = []
  const sections = groups.map(({ title, figures }) => {
    const items = figures.map(({ name, label, title, read }) => {
      const value = h('dd', { 'data-figure': name })
      readers.push(() =>
        setText(
          value,
          attempt(() => read(parts)),
        ),
      )
      return h('div', { title }, h('dt', {}, label), value)
    })
    return h('section', {}, h('h3', {}, title), h('dl', { class: 'figures' }, ...items))
  })
  const beacons = h('dd', { 'data-figure': 'beacons' })
  readers.push(() =>
    setText(
      beacons,
      attempt(() => String(parts.rum?.stats().beacons ?? '–')),
    ),
  )
  const vitals = watchVitals()
  vitals.append(h('div', { title: 'Beacons handed to the browser for the collector' }, h('dt', {}, 'Beacons'), beacons))

  const place = part('panel-figures')
  place.append(...sections, h('section', {}, h('h3', {}, 'This page view'), vitals))

  const refresh = () => readers.forEach((read) => read())
  refresh()
  setInterval(() => document.hidden || refresh(), EVERY_MS)
}

/** Where wasm cannot run, a part has no figures. */
function attempt(read: () => string): string {
  try {
    return read()
  } catch {
    return '–'
  }
}
