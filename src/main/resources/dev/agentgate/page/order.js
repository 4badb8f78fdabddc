// One order: its state, its attempts, and what can be done to it.
import { CancelDialog, FollowUpDialog, KillDialog, PublishDialog, RemoveDialog } from './dialogs.js';
import { bytes, dollars, firstLine, number, several, short, sourceName } from './format.js';
import { useRefresh } from './refresh.js';
import { Link, navigate } from './router.js';
import { may } from './session.js';
import { Tail } from './tail.js';
import { Elapsed, Time, duration } from './time.js';
import { Action, Loading, Problem, Status, announce, useLoaded, useShown } from './ui.js';
import { html, useEffect, useRef, useState } from './view.js';
import { FINISHED, block, reason } from './words.js';

const DIALOGS = {
  cancel: CancelDialog, kill: KillDialog, followUp: FollowUpDialog, publish: PublishDialog, remove: RemoveDialog,
};

/** Returns the order, and what blocks the queue if the order is its first. */
async function load(api, id, signal) {
  const order = await api.get(`/work-orders/${id}`, { signal });
  const health = order.queuePosition === 1 && await api.get('/queue/health', { signal }).catch(() => null);
  return { ...order, blockedBy: health?.blockedBy ?? [] };
}

export function OrderScreen({ api, id }) {
  const order = useLoaded((signal) => load(api, id, signal), [id]);
  const runs = useLoaded((signal) => api.get(`/work-orders/${id}/runs`, { signal }), [id]);
  const opened = useRef(null);
  const again = () => Promise.all([order.again(), runs.again()]);
  useWhilePending(runs.value?.items[0]?.publication?.status === 'pending', again);
  useRefresh(again, { wanted: (change) => change.workOrderId === id || order.value?.status === 'queued' });

  if (order.error && !order.value) {
    return html`<${Crumbs} /><div class="screen-head"><h1>Order</h1></div><${Problem} error=${order.error} retry=${again} />`;
  }
  if (!order.value || (!runs.value && !runs.error)) {
    return html`<${Loading} />`;
  }
  const newest = runs.value?.items[0];
  opened.current ??= order.value.status;
  return html`
    <${Head} api=${api} order=${order.value} runs=${runs.value?.items ?? []} again=${again} />
    ${order.error && html`<${Problem} error=${order.error} retry=${again} over />`}
    <div class="order-columns">
      <div class="stack-wide">
        <${Verdict} order=${order.value} />
        ${order.value.status === 'completed' && order.value.result
          ? html`<${Result} order=${order.value} swapped=${!FINISHED.includes(opened.current)} />`
          : html`<${Tail} key=${newest?.id} api=${api} run=${newest}
            over=${FINISHED.includes(order.value.status)} onMore=${again} />`}
        <section class="panel" aria-labelledby="attempts">
          <div class="panel-head"><h2 id="attempts">Attempts</h2></div>
          <${Attempts} runs=${runs} order=${order.value} />
        </section>
        <section class="panel" aria-labelledby="prompt">
          <div class="panel-head"><h2 id="prompt">Prompt</h2></div>
          <pre class="panel-body prose" role="region" tabindex="0" aria-labelledby="prompt">${order.value.taskPrompt}</pre>
        </section>
      </div>
      <aside class="stack-wide" aria-label="Facts"><${Facts} order=${order.value} /></aside>
    </div>`;
}

/** Reads again now and then while a change is being published: no event tells when that is done. */
function useWhilePending(pending, again) {
  useEffect(() => {
    let timer = 0;
    let delay = 1000;
    let ended = !pending;
    const plan = () => {
      timer = ended ? 0 : setTimeout(look, delay);
    };
    const look = async () => {
      await again();
      delay = Math.min(delay * 2, 30_000);
      plan();
    };
    plan();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [pending]);
}

function Crumbs() {
  return html`<p class="crumbs"><${Link} href="/orders">Orders<//></p>`;
}

function Head({ api, order, runs, again }) {
  const [dialog, setDialog] = useState(null);
  const isShown = useShown();
  const finished = FINISHED.includes(order.status);
  const last = runs[0];
  const retry = async () => {
    const result = await api.post(`/work-orders/${order.id}/runs`);
    announce(result.started ? 'The run has started.' : 'The order is queued and waits for its turn.');
    await again();
  };
  const publishable = finished && last?.changes?.files > 0 && !last.changes.patchTooLarge;
  const open = (name) => () => setDialog(name);
  const Shown = DIALOGS[dialog];
  return html`
    <${Crumbs} />
    <div class="screen-head order-head">
      <div class="order-name">
        <h1>${firstLine(order.taskPrompt) || order.id}</h1>
        <p><span role="status"><${Status} of=${order.status} /></span> <span class="mono muted">${order.id}</span></p>
      </div>
      <div class="buttons">
        ${may('operator') && order.status === 'queued' && html`<${Action} key="run" label="Run now" busy="Asking…" run=${retry} />`}
        ${may('operator') && finished && html`<${Action} key="retry" label="Retry" busy="Queueing…" run=${retry} />`}
        ${may('operator') && finished && last && html`<button type="button" key="followUp" onClick=${open('followUp')}>Follow up…</button>`}
        ${may('operator') && publishable && html`<button type="button" key="publish" onClick=${open('publish')}>Publish…</button>`}
        ${may('operator') && html`<${Link} key="again" href=${`/submit?from=${order.id}`} class="button">Submit again…<//>`}
        ${may('operator') && !finished && html`<button type="button" key="cancel" class="danger" onClick=${open('cancel')}>Cancel…</button>`}
        ${may('admin') && order.status === 'running' && html`<button type="button" key="kill" class="danger" onClick=${open('kill')}>Kill…</button>`}
        ${may('admin') && finished && html`<button type="button" key="remove" class="danger" onClick=${open('remove')}>Remove…</button>`}
      </div>
    </div>
    ${Shown && html`<${Shown} api=${api} order=${order} run=${last} onClose=${() => setDialog(null)}
      onDone=${dialog === 'remove' ? () => isShown() && navigate('/orders', { replace: true }) : again} />`}`;
}

/** Why the order is in its state, in words. It is there in every state, so that what stands below stays in place. */
function Verdict({ order }) {
  switch (order.status) {
    case 'failed':
      return html`<div class="notice notice-bad verdict">
        <div><p><strong>${reason(order.failureReason, order.exitCode)}</strong></p>
          ${order.error && html`<p class="prewrap">${order.error}</p>`}</div>
      </div>`;
    case 'queued':
      return html`<div class="notice verdict"><p>${waiting(order)}</p></div>`;
    case 'running':
      return html`<div class="notice verdict"><p>Attempt ${order.attempt} has been running for
        ${' '}<${Elapsed} from=${order.startedAt} />.${order.lastActivityAt && html` The agent last wrote something
        ${' '}<${Time} at=${order.lastActivityAt} />.`}${order.timeoutAt && html` It times out <${Time} at=${order.timeoutAt} />.`}
        </p></div>`;
    case 'completed':
      return html`<div class="notice verdict"><p>Attempt ${order.attempt} completed after
        ${' '}<${Elapsed} from=${order.startedAt} to=${order.completedAt} />.</p></div>`;
    default:
      return html`<div class="notice verdict"><p>It was cancelled <${Time} at=${order.cancelledAt} />.</p></div>`;
  }
}

/** What the agent said last. It is `swapped` if it takes the place of what the agent wrote while it ran. */
function Result({ order, swapped }) {
  return html`<section class="panel" aria-labelledby="result">
    <div class="panel-head"><h2 id="result">Result</h2>
      <${Link} href=${`/runs/${order.currentRunId}/log`} class="panel-link">Whole log<//></div>
    <pre class=${`panel-body prose ${swapped ? 'tail' : ''}`} role="region" tabindex="0" aria-labelledby="result">${order.result}</pre>
  </section>`;
}

function waiting(order) {
  if (order.notBefore && Date.parse(order.notBefore) > Date.now()) {
    return html`${order.error ? `${order.error}. ` : ''}It will be retried <${Time} at=${order.notBefore} />.`;
  }
  if (!order.queuePosition) {
    return 'It waits in the queue.';
  }
  return order.queuePosition === 1 ? ['It is the first in the queue.', ...order.blockedBy.map(block)].join(' ')
    : `${several(order.queuePosition - 1, 'order is', 'orders are')} ahead of it in the queue.`;
}

function Attempts({ runs, order }) {
  if (!runs.value) {
    return runs.error ? html`<${Problem} error=${runs.error} retry=${runs.again} />` : html`<${Loading} />`;
  }
  if (runs.value.items.length === 0) {
    return html`<p class="empty">No attempt has been made yet.</p>`;
  }
  return html`<ol class="attempts">
    ${runs.value.items.map((run) => html`<${Attempt} key=${run.id} run=${run} current=${run.id === order.currentRunId} />`)}
  </ol>`;
}

function Attempt({ run, current }) {
  const over = run.endedAt !== undefined;
  const how = [];
  if (run.failureReason) {
    how.push(reason(run.failureReason, run.exitCode));
  } else if (over && run.exitCode !== undefined) {
    how.push(`exit code ${run.exitCode}`);
  }
  if (run.signal) {
    how.push(`signal ${run.signal}`);
  }
  return html`<li class=${`attempt attempt-${run.status}`}>
    <div class="attempt-head">
      <strong>Attempt ${run.attempt}</strong> <${Status} of=${run.status} />
      <span class="muted">${how.join(', ')}</span>
      <span class="attempt-links">
        <${Link} href=${`/runs/${run.id}/log`}>Log<span class="muted"> ${bytes(run.logBytes)}</span><//>
        ${run.changes?.files > 0 && html`<${Link} href=${`/runs/${run.id}/change`}>Change <${Lines} changes=${run.changes} /><//>`}
        ${run.changes?.files === 0 && html`<span class="muted">No change</span>`}
      </span>
    </div>
    <p class="muted attempt-facts">
      <span>Started <${Time} at=${run.startedAt} /></span>
      <span>${over ? 'took' : 'so far'} <${Elapsed} from=${run.startedAt} to=${run.endedAt} /></span>
      ${run.model && html`<span class="mono">${run.model}</span>`}
      ${run.usage && html`<span>${usageText(run.usage)}</span>`}
      ${run.instance && html`<span>on <${Link} href="/instances">${run.instance}<//></span>`}
      ${run.pid && !over && html`<span>process ${run.pid}</span>`}
    </p>
    ${run.error && html`<p class="prewrap attempt-error">${run.error}</p>`}
    ${run.publication && html`<${Publication} of=${run.publication} />`}
    ${run.result && !(current && run.status === 'completed') && html`<details><summary>What the agent said last</summary><pre class="prose">${run.result}</pre></details>`}
  </li>`;
}

/** How much was changed, in lines. */
export function Lines({ changes }) {
  return html`<span class="lines number"><span class="added">+${number(changes.insertions)}</span>
    ${' '}<span class="removed">−${number(changes.deletions)}</span></span>`;
}

function Publication({ of }) {
  const words = { pending: 'Publishing', published: 'Published', failed: 'Not published', nothing_to_publish: 'Nothing to publish' };
  return html`<p class="attempt-facts">
    <span class=${`status status-${of.status}`}><span class="mark" aria-hidden="true"></span>${words[of.status] ?? of.status}</span>
    <span class="mono">${of.branch}</span>
    ${of.pullRequest && html`<${SafeLink} href=${of.pullRequest.url}>Pull request #${of.pullRequest.number}<//>`}
    ${of.error && html`<span class="error">${of.error}</span>`}
  </p>`;
}

/** A link to elsewhere. Its address comes from outside, so it may only be one of the web. */
function SafeLink({ href, children }) {
  return /^https?:\/\//.test(href)
    ? html`<a href=${href} target="_blank" rel="noreferrer noopener">${children}</a>`
    : html`<span>${children}</span>`;
}

function usageText(usage) {
  const words = [];
  if (usage.costUsd !== undefined) {
    words.push(dollars(usage.costUsd));
  }
  if (usage.inputTokens !== undefined || usage.outputTokens !== undefined) {
    words.push(`${short(usage.inputTokens ?? 0)} tokens in, ${short(usage.outputTokens ?? 0)} out`);
  }
  if (usage.turns !== undefined) {
    words.push(several(usage.turns, 'turn'));
  }
  return words.join(' · ');
}

function Facts({ order }) {
  const { config, publish } = order;
  const ended = order.completedAt ?? order.failedAt ?? order.cancelledAt;
  const state = [
    ['Agent', order.agentType],
    ['Model', config.model],
    ['Works in', sourceName(order.workspaceSource)],
    ['Labels', Object.keys(order.labels).length > 0 && html`<span class="tags">${Object.entries(order.labels).map(
      ([key, value]) => html`<${Link} key=${key} class="tag" href=${`/orders?label=${encodeURIComponent(`${key}:${value}`)}`}>
        ${key}: ${value}<//>`)}</span>`],
    ['Created', html`<${Time} at=${order.createdAt} />`],
    ['Queued', order.queuedAt !== order.createdAt && html`<${Time} at=${order.queuedAt} />`],
    // What is not known yet has its place already.
    ['Started', order.startedAt ? html`<${Time} at=${order.startedAt} />` : '–'],
    ['Ended', ended ? html`<${Time} at=${ended} />` : '–'],
    ['Cost', order.usage?.costUsd === undefined ? '–' : dollars(order.usage.costUsd)],
    ['Tokens', order.usage?.inputTokens === undefined ? '–'
      : `${short(order.usage.inputTokens)} in, ${short(order.usage.outputTokens ?? 0)} out`],
    ['Change', !order.changes ? '–' : order.changes.files === 0 ? 'none'
      : html`<${Link} href=${`/runs/${order.currentRunId}/change`}>
        ${several(order.changes.files, 'file')} <${Lines} changes=${order.changes} /><//>`],
  ];
  const settings = [
    ['Priority', order.priority !== 0 && String(order.priority)],
    ['Attempts', `${order.attempt} of ${config.maxAttempts}`],
    ['Retried on', config.retryOn?.length > 0 && config.retryOn.map((it) => reason(it)).join(', ')],
    ['Retried', config.retryMode === 'resume' ? 'in the same workspace' : config.retryMode && 'in a new checkout'],
    ['Time limit', duration(config.maxTime)],
    ['Silence limit', config.idleTimeout && duration(config.idleTimeout)],
    ['Maximum wait', config.queueTtl && duration(config.queueTtl)],
    ['Iterations', order.maxIterations && `at most ${order.maxIterations}`],
    ['Cost limit', config.maxCostUsd && `${dollars(config.maxCostUsd)} a run`],
    ['Publish', publish && publish.as !== 'none' && (publish.as === 'branch' ? 'as a branch' : 'as a pull request')],
  ];
  return html`<${FactList} title="Order" facts=${state} /><${FactList} title="Settings" facts=${settings} />`;
}

function FactList({ title, facts }) {
  return html`<section class="panel">
    <div class="panel-head"><h2>${title}</h2></div>
    <dl class="facts panel-body">
      ${facts.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
  </section>`;
}
