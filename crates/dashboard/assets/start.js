// Starts the app, or shows why it cannot start.
import start from './whippet_dashboard.js'

start().catch((error) => {
  const notice = document.createElement('p')
  notice.className = 'notice notice-poor'
  notice.setAttribute('role', 'alert')
  notice.textContent = `The dashboard cannot start: ${error.message}. A browser that allows WebAssembly is needed.`
  document.body.append(notice)
  throw error
})
