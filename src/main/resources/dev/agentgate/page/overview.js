// What runs, what waits and why, and how it went lately.
import { Chart } from './chart.js';
import { PauseQueueDialog } from './dialogs.js';
import { dollars, number, several } from './format.js';
import { History } from './history.js';
import { isMissing, withStates } from './instances.js';
import { OrderTable, usePatched } from './orders.js';
import { useRefresh } from './refresh.js';
import { Link } from './router.js';
import { may } from './session.js';
import { readInstances } from './shared.js';
import { Time, duration, roughly, useClock } from './time.js';
import { Action, Empty, Loading, Problem, announce, useLoaded } from './ui.js';
import { html, useEffect, useMemo, useRef, useState } from './view.js';
import { block, listed } from './words.js';

const HOUR = 3_600_000;
const SPANS = [['Last hour', HOUR, 30], ['Last 24 hours', 24 * HOUR, 24], ['Last 7 days', 168 * HOUR, 28]];

/** Returns when the day began, in UTC, as the service's reports reckon it. */
function today() {
  return `${new Date().toISOString().slice(0, 10)}T00:00:00Z`;
}

function count(api, status, signal) {
  return api.get(`/work-orders?status=${status}&createdAfter=${today()}&limit=1`, { signal }).then(({ total }) => total);
}

async function load(api, signal) {
  const [health, completed, failed, usage, running, instances] = await Promise.all([
    api.get('/queue/health', { signal }),
    count(api, 'completed', signal),
    count(api, 'failed', signal),
    api.get(`/usage?from=${today()}&by=day`, { signal }),
    api.get('/work-orders?status=running&limit=20', { signal }),
    readInstances(api, signal),
  ]);
  return {
    health, completed, failed, usage, running,
    instances: instances.shared ? withStates(instances.items) : null,
  };
}

export function OverviewScreen({ api }) {
  const now = useLoaded((signal) => load(api, signal), []);
  useRefresh(now.again);
  if (!now.value) {
    return html`<div class="screen-head"><h1>Overview</h1></div>
      ${now.error ? html`<${Problem} error=${now.error} retry=${now.again} />` : html`<${Loading} />`}`;
  }
  const { health, running, instances } = now.value;
  return html`
    <div class="screen-head">
      <h1>Overview</h1>
      ${may('admin') && html`<div class="buttons"><${Pausing} api=${api} health=${health} again=${now.again} /></div>`}
    </div>
    ${now.error && html`<${Problem} error=${now.error} retry=${now.again} over />`}
    <${Figures} ...${now.value} />
    <${Notices} health=${health} missing=${instances?.filter(isMissing) ?? []} />
    <${Charts} api=${api} health=${health} />
    <section class="panel running" aria-labelledby="running">
      <div class="panel-head"><h2 id="running">Running now</h2>
        ${running.total > running.items.length && html`<${Link} class="panel-link" href="/orders?status=running">
          All ${number(running.total)}<//>`}</div>
      <${Running} orders=${running.items} />
    </section>`;
}

function Running({ orders }) {
  const shown = usePatched(useSlots(orders));
  return shown.length > 0 ? html`<${OrderTable} orders=${shown} />` : html`<${Empty}>Nothing runs at the moment.<//>`;
}

/**
 * Keeps rows in place, so that nobody clicks on the wrong one: an order that has ended stays until another one takes its
 * place, or until no row is left below it.
 */
function useSlots(orders) {
  const rows = useRef([]);
  const running = new Map(orders.map((order) => [order.id, order]));
  const known = new Set(rows.current.map(({ id }) => id));
  const others = orders.filter(({ id }) => !known.has(id)).reverse();
  const next = rows.current.map((row) => running.get(row.id) ?? others.shift() ?? { ...row, status: 'ended' });
  next.push(...others);
  rows.current = next.slice(0, next.findLastIndex(({ id }) => running.has(id)) + 1);
  return rows.current;
}

function Pausing({ api, health, again }) {
  const [asking, setAsking] = useState(false);
  const resume = async () => {
    await api.post('/queue/resume');
    announce('The queue is running again.');
    await again();
  };
  return html`
    ${health.paused
      ? html`<${Action} label="Resume the queue" busy="Resuming…" kind="primary" run=${resume} />`
      : html`<button type="button" onClick=${() => setAsking(true)}>Pause the queue…</button>`}
    ${asking && html`<${PauseQueueDialog} api=${api} onDone=${again} onClose=${() => setAsking(false)} />`}`;
}

/** How many orders can run at the same time, and where. */
function room(health, instances) {
  if (!instances) {
    return `of ${several(health.maxConcurrent, 'slot')}`;
  }
  const alive = instances.filter((instance) => !isMissing(instance));
  const slots = alive.reduce((sum, instance) => sum + instance.slots, 0);
  return `of ${several(slots, 'slot')}, ${several(alive.length, 'instance')}`;
}

function Figures({ health, completed, failed, usage, instances }) {
  useClock();
  const oldest = health.oldestRunningId
    ? health.oldestRunningAge + Math.max(0, Date.now() - Date.parse(health.timestamp)) : null;
  const cost = usage.items.reduce((sum, { costUsd }) => (costUsd === undefined ? sum : (sum ?? 0) + costUsd), undefined);
  const todays = `createdAfter=${today()}`;
  return html`<ul class="figures">
    <${Figure} label="Running" value=${number(health.runningCount)} more=${room(health, instances)}
      href="/orders?status=running" />
    <${Figure} label="Waiting" value=${number(health.queuedCount)} more="in the queue" href="/orders?status=queued" />
    <${Figure} label="Oldest run" value=${oldest === null ? '–' : roughly(oldest)}
      more=${oldest === null ? 'nothing runs' : 'so far'} href=${oldest === null ? null : `/orders/${health.oldestRunningId}`} />
    <${Figure} label="Completed" value=${number(completed)} more="of today’s orders" href=${`/orders?status=completed&${todays}`} />
    <${Figure} label="Failed" value=${number(failed)} more="of today’s orders" href=${`/orders?status=failed&${todays}`}
      bad=${failed > 0} />
    <${Figure} label="Cost today" value=${cost === undefined ? '–' : dollars(cost)}
      more=${cost === undefined ? 'no cost is known' : several(usage.items.reduce((sum, { runs }) => sum + runs, 0), 'run')} />
  </ul>`;
}

function Figure({ label, value, more, href, bad }) {
  const content = html`<span class="figure-label">${label}</span>
    <span class=${`figure-value number ${bad ? 'figure-bad' : ''}`}>${value}</span>
    <span class="muted figure-more">${more}</span>`;
  return html`<li>${href ? html`<${Link} href=${href} class="figure panel">${content}<//>`
    : html`<div class="figure panel">${content}</div>`}</li>`;
}

/** Why nothing starts, and what an operator must know. Each has a place of its own, also when there is nothing to say. */
function Notices({ health, missing }) {
  const blocked = health.queuedCount > 0 || health.paused ? health.blockedBy : [];
  return html`<section class="notices pair" aria-label="Notices" aria-live="polite">
    <div class="notice">${blocked.length > 0
      ? html`<p><strong>Why the next order waits:</strong> ${blocked.map(block).join(' ')}</p>`
      : html`<p class="muted">Nothing is blocked.</p>`}</div>
    <${Alerts} alerts=${[
      ...(missing.length > 0 ? [html`${listed(missing.map(({ id }) => id))} ${missing.length === 1 ? 'does' : 'do'} not
        ${' '}renew ${missing.length === 1 ? 'its lease' : 'their leases'}.`] : []),
      ...health.alerts,
    ]} />
  </section>`;
}

/** The first alert, and the others on request. */
function Alerts({ alerts }) {
  if (alerts.length === 0) {
    return html`<div class="notice"><p class="muted">There are no alerts.</p></div>`;
  }
  const [first, ...others] = alerts;
  return html`<details class="notice notice-warn alerts">
    <summary><span class="alert">${first}</span>
      ${others.length > 0 && html`<span class="more-alerts">${number(others.length)} more</span>`}</summary>
    <ul>${others.map((alert, at) => html`<li key=${at}>${alert}</li>`)}</ul>
  </details>`;
}

function Charts({ api, health }) {
  const history = useRef(null);
  history.current ??= new History();
  const [reads, setReads] = useState(0);
  const [span, setSpan] = useState(0);
  const [error, setError] = useState(null);
  useEffect(() => {
    let controller = null;
    const read = () => {
      controller?.abort();
      controller = new AbortController();
      history.current.read(api, controller.signal).then(() => {
        setReads((n) => n + 1);
        setError(null);
      }, (e) => e.name === 'AbortError' || setError(e));
    };
    const end = history.current.follow(read);
    read();
    return () => {
      controller.abort();
      end();
    };
  }, []);
  const [, length, parts] = SPANS[span];
  const drawn = useMemo(() => {
    const to = Date.parse(health.timestamp);
    return history.current.between(to - length, to, health, parts);
  }, [health, span, reads]);

  return html`<section aria-labelledby="lately">
    <div class="charts-head">
      <h2 id="lately">Recent activity</h2>
      <div class="chips" role="group" aria-label="Time span">
        ${SPANS.map(([name], at) => html`<button type="button" class="chip" key=${name} aria-pressed=${span === at}
          onClick=${() => setSpan(at)}>${name}</button>`)}
      </div>
      <p class="muted">From the 200 newest orders and the changes since this page was opened.</p>
    </div>
    ${error ? html`<${Problem} error=${error} />` : html`<div class="charts">
      <${Depths} key=${`d${span}`} drawn=${drawn} health=${health} />
      <${Waits} key=${`w${span}`} drawn=${drawn} />
      <${Outcomes} key=${`o${span}`} drawn=${drawn} />
    </div>`}
  </section>`;
}

const between = ({ from, to }) => ({ x: { range: [from / 1000, to / 1000] } });
const whole = {
  incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 1_000_000],
  values: (_, values) => values.map(number),
};
const times = {
  size: 56,
  incrs: [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21_600, 43_200, 86_400, 604_800],
  values: (_, values) => values.map((s) => (s === 0 ? '0' : roughly(s * 1000))),
};
const fromZero = (least) => ({ range: (_, __, max) => [0, Math.max(least, max * 1.1)] });

/** Keeps the range of the time axis on the newest data. */
function useScales(drawn, least) {
  const newest = useRef(drawn);
  newest.current = drawn;
  return { x: { range: () => between(newest.current).x.range }, y: fromZero(least) };
}

/** The colour of a line or a bar, next to its name. */
function Key({ of }) {
  return html`<span class=${`key status-${of}`} aria-hidden="true"></span>`;
}

function Depths({ drawn, health }) {
  const scales = useScales(drawn, 4);
  const most = Math.max(...drawn.depths[1]);
  return html`<${Chart} title="Queue" data=${drawn.depths}
    summary=${html`<${Key} of="queued" />${number(health.queuedCount)} waiting, at most ${number(most)}
      <${Key} of="running" />${number(health.runningCount)} running`}
    options=${(ink, Plot) => ({
      scales, valueAxis: whole,
      series: [{},
        { stroke: ink('queued'), width: 1.5, paths: Plot.paths.stepped({ align: 1 }), points: { show: false }, fill: ink('warn-ground') },
        { stroke: ink('running'), width: 1.5, paths: Plot.paths.stepped({ align: 1 }), points: { show: false } }],
    })} />`;
}

function Waits({ drawn }) {
  const scales = useScales(drawn, 2);
  const sorted = [...drawn.waits[1]].sort((a, b) => a - b);
  const summary = sorted.length === 0 ? 'No order started'
    : `Median ${duration(sorted[Math.floor(sorted.length / 2)] * 1000)}, longest ${duration(sorted.at(-1) * 1000)}`;
  return html`<${Chart} title="Time waited" data=${drawn.waits} summary=${summary}
    options=${(ink) => ({
      scales, valueAxis: times,
      series: [{}, { stroke: ink('running'), paths: () => null, points: { show: true, size: 5, fill: ink('running') } }],
    })} />`;
}

function Outcomes({ drawn }) {
  const { times, counts } = drawn.outcomes;
  const scales = useScales(drawn, 4);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  // Stacked: the tallest bars are drawn first.
  const data = useMemo(() => [
    times,
    times.map((_, i) => counts.completed[i] + counts.failed[i] + counts.cancelled[i]),
    times.map((_, i) => counts.failed[i] + counts.cancelled[i]),
    counts.cancelled,
  ], [drawn]);
  return html`<${Chart} title="Outcomes" data=${data}
    summary=${html`${Object.entries(counts).map(([status, each]) => html`<span key=${status}>
      <${Key} of=${status} />${number(sum(each))} ${status}${' '}</span>`)}`}
    options=${(ink, Plot) => ({
      scales, valueAxis: whole,
      series: [{}, ...['good', 'bad', 'still'].map((name) => (
        { fill: ink(name), stroke: ink(name), width: 0, paths: Plot.paths.bars({ size: [0.8, 40] }), points: { show: false } }))],
    })} />`;
}
