// Sets the stored colour scheme before the first paint. `src/theme.rs` stores it.
try {
  const theme = localStorage.getItem('whippet-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is forbidden. The system's scheme is used.
}
