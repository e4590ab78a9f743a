// Before the first paint, so that a dark page does not flash white. A file of its own: the page's policy allows no inline script.
;(() => {
  let chosen = null
  try {
    chosen = localStorage.getItem('tollgate-color-scheme')
  } catch {
    // A browser that keeps nothing follows the system.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
