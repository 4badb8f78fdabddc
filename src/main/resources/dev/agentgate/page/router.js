// Paths of the page. Each is a link that can be shared: the filters of a list are its query.
import { html, useEffect, useReducer } from './view.js';

const SCREENS = [
  ['overview', /^\/$/],
  ['orders', /^\/orders$/],
  ['order', /^\/orders\/([A-Za-z0-9_-]+)$/],
  ['log', /^\/runs\/([A-Za-z0-9_-]+)\/log$/],
  ['change', /^\/runs\/([A-Za-z0-9_-]+)\/change$/],
  ['agents', /^\/agents$/],
  ['instances', /^\/instances$/],
  ['submit', /^\/submit$/],
];

const listeners = new Set();

function changed() {
  listeners.forEach((listener) => listener());
}

window.addEventListener('popstate', changed);

/** Returns the current screen, its id if the path has one, and the query. */
export function route() {
  const path = location.pathname;
  for (const [screen, pattern] of SCREENS) {
    const match = pattern.exec(path);
    if (match) {
      return { screen, id: match[1], path, query: new URLSearchParams(location.search) };
    }
  }
  return { screen: 'missing', path, query: new URLSearchParams() };
}

/** Goes to a path. With `replace` the browser's back button skips the present one. */
export function navigate(to, { replace = false } = {}) {
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  if (!replace) {
    scrollTo(0, 0);
  }
  changed();
}

/** Renders its component again when the path changes. */
export function useRoute() {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => {
    listeners.add(again);
    return () => listeners.delete(again);
  }, []);
  return route();
}

/** A link inside the page. A click with a modifier is the browser's own: a new tab, a download. */
export function Link({ href, children, ...more }) {
  const follow = (event) => {
    const own = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!own && !event.defaultPrevented) {
      event.preventDefault();
      navigate(href);
    }
  };
  return html`<a href=${href} onClick=${follow} ...${more}>${children}</a>`;
}
