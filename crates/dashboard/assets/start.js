// Starts the app, or shows why it cannot start.
import { keepFocus } from './focus.js'
import start from './whippet_dashboard.js'

// Where the dashboard is, also below a path of a proxy: this file is in assets/HASH. `src/base.rs` reads it.
document.documentElement.dataset.base = new URL('../../', import.meta.url).pathname

keepFocus()
start().catch((error) => {
  const notice = document.createElement('p')
  notice.className = 'notice notice-poor'
  notice.setAttribute('role', 'alert')
  notice.textContent = `The dashboard cannot start: ${error.message}. A browser that allows WebAssembly is needed.`
  document.body.append(notice)
  throw error
})
