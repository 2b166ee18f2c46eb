// Starts the page. Each part starts on its own, so that one that fails does not stop the others.
import { showActivity } from './activity'
import { showDetails, showWelcome } from './details'
import { part } from './dom'
import { connectFaults } from './faults'
import type { Parts } from './figures'
import { loadIcons } from './icons'
import { connectKeyboard } from './keyboard'
import { showList } from './list'
import { showNotice } from './notice'
import { showPanel } from './panel'
import { prefetchOnIntent } from './prefetch'
import { createClient } from './queries'
import { Router } from './route'
import { connectSearch } from './search'
import { connectSideToggle } from './side'
import { startTelemetry } from './telemetry'

const parts: Parts = {}

function start(): void {
  const router = new Router()
  connectSideToggle()
  connectKeyboard(router)
  parts.images = loadIcons()
  try {
    const client = (parts.client = createClient())
    client.mount()
    showList(client, router)
    showDetails(client, router)
    showActivity(client)
    connectFaults(client)
    connectSearch(router)
    prefetchOnIntent(client)
  } catch (error) {
    part('list').replaceChildren()
    part<HTMLInputElement>('search').disabled = true
    part<HTMLSelectElement>('sort').disabled = true
    if (!part('details').firstChild) showWelcome(part('details'))
    showNotice(part('list-notice'), 'The packages cannot be shown', error)
  }
  showPanel(parts)
  startTelemetry(parts).catch((error: unknown) => console.warn('The dashboard will not see this page view:', error))
}

start()
