// The frame of the page: navigation, the state of the connection, and the screen of the path.
import { AgentsScreen } from './agents.js';
import { api } from './api.js';
import { ChangeScreen } from './change.js';
import { keepTheFocus } from './focus.js';
import { InstancesScreen } from './instances.js';
import { KeyDialog } from './key.js';
import { useLiveState } from './live.js';
import { LogScreen } from './log.js';
import { OrderScreen } from './order.js';
import { OrdersScreen } from './orders.js';
import { OverviewScreen } from './overview.js';
import { Link, useRoute } from './router.js';
import { may, signOut, useSession } from './session.js';
import { useShared } from './shared.js';
import { SubmitScreen } from './submit.js';
import { Announcements } from './ui.js';
import { html, render, useEffect, useErrorBoundary, useRef, useState } from './view.js';

const NAVIGATION = [
  ['/', 'Overview', ['overview']],
  ['/orders', 'Orders', ['orders', 'order', 'log', 'change']],
  ['/agents', 'Agents', ['agents']],
];

const TITLES = {
  overview: 'Overview', orders: 'Orders', order: 'Order', log: 'Log', change: 'Change', agents: 'Agents',
  instances: 'Instances', submit: 'Submit', missing: 'Not found',
};

function Screen({ route }) {
  switch (route.screen) {
    case 'overview': return html`<${OverviewScreen} api=${api} />`;
    case 'orders': return html`<${OrdersScreen} api=${api} query=${route.query} />`;
    case 'order': return html`<${OrderScreen} key=${route.id} api=${api} id=${route.id} />`;
    case 'log': return html`<${LogScreen} key=${route.id} api=${api} runId=${route.id} />`;
    case 'change': return html`<${ChangeScreen} key=${route.id} api=${api} runId=${route.id} />`;
    case 'agents': return html`<${AgentsScreen} api=${api} />`;
    case 'instances': return html`<${InstancesScreen} api=${api} />`;
    case 'submit': return html`<${SubmitScreen} api=${api} from=${route.query.get('from')} />`;
    default: return html`<h1>Not found</h1><p>There is no such screen. <${Link} href="/">Go to the overview<//>.</p>`;
  }
}

/** Shows a defect of a screen in its place; the navigation stays usable. */
function Guarded({ route }) {
  const [error] = useErrorBoundary((e) => console.error(e));
  if (error) {
    return html`<h1>Something went wrong</h1>
      <p>The page cannot show this screen: ${error.message}</p>
      <p><button type="button" onClick=${() => location.reload()}>Load the page again</button></p>`;
  }
  return html`<${Screen} route=${route} />`;
}

function Connection() {
  const state = useLiveState();
  return html`<span class=${`connection connection-${state}`} role="status">
    <span class="mark" aria-hidden="true"></span>
    ${state === 'lost' ? 'Connection lost' : html`<span class="connection-word">${state === 'live' ? 'Live' : 'Connecting'}</span>`}
  </span>`;
}

/** Whether the service has another version of this page, because it was upgraded. */
function useOutdated() {
  const state = useLiveState();
  const [outdated, setOutdated] = useState(false);
  useEffect(() => {
    if (state === 'live') {
      const here = new URL(import.meta.url).pathname;
      // Without the header the service answers with directions for programs.
      fetch('/', { cache: 'no-store', headers: { Accept: 'text/html' } })
        .then(async (response) => response.ok && setOutdated(!(await response.text()).includes(here)))
        .catch(() => {});
    }
  }, [state]);
  return outdated;
}

function Outdated() {
  return useOutdated() && html`<div class="notice outdated" role="status">
    <p>The service was upgraded, and this page is from before.</p>
    <button type="button" onClick=${() => location.reload()}>Load the new one</button>
  </div>`;
}

function ThemeSwitch() {
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? system);
  const other = theme === 'dark' ? 'light' : 'dark';
  const change = () => {
    document.documentElement.dataset.theme = other;
    try {
      localStorage.setItem('agentgate.theme', other);
    } catch {
      // The choice lives as long as this document.
    }
    setTheme(other);
    dispatchEvent(new Event('themechange'));
  };
  return html`<button type="button" class="quiet icon" onClick=${change} aria-label=${`Use the ${other} theme`}
      title=${`Use the ${other} theme`}>
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" stroke-width="1.6" />
      <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
    </svg>
  </button>`;
}

function App() {
  const route = useRoute();
  const session = useSession();
  const shared = useShared(api);
  const main = useRef(null);
  const shown = useRef(route.path);
  useEffect(() => {
    document.title = route.screen === 'overview' ? 'AgentGate' : `${route.id ?? TITLES[route.screen]} – AgentGate`;
    if (shown.current !== route.path) {
      shown.current = route.path;
      // A screen reader starts at the new screen, not at the link that led to it.
      main.current.focus({ preventScroll: true });
    }
  }, [route.path]);
  const current = (screens) => (screens.includes(route.screen) ? 'page' : undefined);
  return html`
    <a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); main.current.focus(); }}>Skip to the content</a>
    <header class="top">
      <div class="top-inner">
        <${Link} href="/" class="brand">
          <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
            <path d="M7 26V13a9 9 0 0 1 18 0v13M13 26V14a3 3 0 0 1 6 0v12" fill="none" stroke="currentColor"
              stroke-width="3" stroke-linecap="round" />
          </svg>
          AgentGate
        <//>
        <nav aria-label="Main">
          ${NAVIGATION.map(([href, label, screens]) => html`
            <${Link} key=${href} href=${href} aria-current=${current(screens)}>${label}<//>`)}
          ${shared && html`<${Link} href="/instances" aria-current=${current(['instances'])}>Instances<//>`}
          ${may('operator') && html`<${Link} href="/submit" aria-current=${current(['submit'])}>Submit<//>`}
        </nav>
        <div class="top-end">
          <${Connection} />
          <${ThemeSwitch} />
          ${session.hasKey && html`<button type="button" class="quiet" onClick=${signOut}>Forget key</button>`}
        </div>
      </div>
    </header>
    <main id="main" tabindex="-1" ref=${main}><${Guarded} key=${route.screen} route=${route} /></main>
    <footer class="bottom"><a href="/q/openapi">API documentation</a></footer>
    <div class="corner"><${Outdated} /><${Announcements} /></div>
    ${session.asking && html`<${KeyDialog} />`}`;
}

const place = document.getElementById('app');
place.replaceChildren();
render(html`<${App} />`, place);
keepTheFocus();

// What other screens need is in the cache when they are opened. Firefox holds rel="prefetch" to default-src, which allows
// nothing.
addEventListener('load', () => {
  document.querySelectorAll('link[rel=later]').forEach(({ href }) => fetch(href, { priority: 'low' }).catch(() => {}));
});
