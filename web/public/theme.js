// Runs before the first paint, so that a page in a chosen theme does not flash in the system's.
try {
  const { theme } = JSON.parse(localStorage.getItem('coattend.preferences') ?? '{}')
  if (['light', 'dark', 'contrast-light', 'contrast-dark'].includes(theme))
    document.documentElement.dataset['theme'] = theme
} catch {
  // Without a readable preference the stylesheet follows the system.
}
