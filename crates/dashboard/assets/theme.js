// The chosen colour scheme, set before the page is first painted. `src/theme.rs` keeps the choice.
try {
  const theme = localStorage.getItem('whippet-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is forbidden: then the system's scheme it is.
}
