// Runs before the first paint, so that no one sees the wrong colours for a moment.
'use strict';
{
  let theme = null;
  try {
    theme = localStorage.getItem('agentgate.theme');
  } catch {
    // Storage is switched off: the system's choice holds.
  }
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
}
