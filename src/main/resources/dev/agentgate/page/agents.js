// The agents: whether each can be started, what it used today, and its pause.
import { FormDialog } from './dialogs.js';
import { dollars, several, short } from './format.js';
import { useRefresh } from './refresh.js';
import { Link } from './router.js';
import { may } from './session.js';
import { Time } from './time.js';
import { Action, Empty, Loading, Problem, announce, useLoaded } from './ui.js';
import { html, useEffect, useState } from './view.js';
import { pause } from './words.js';

async function load(api, signal) {
  const today = `${new Date().toISOString().slice(0, 10)}T00:00:00Z`;
  const [agents, usage] = await Promise.all([
    api.get('/agents', { signal }), api.get(`/usage?from=${today}&by=agent`, { signal }),
  ]);
  // Those that can be used come first.
  const rank = ({ enabled, available }) => (enabled && available ? 0 : 1);
  return { agents: agents.items.toSorted((a, b) => rank(a) - rank(b)), usage: new Map(usage.items.map((line) => [line.key, line])) };
}

export function AgentsScreen({ api }) {
  const now = useLoaded((signal) => load(api, signal), []);
  const [pausing, setPausing] = useState(null);
  useRefresh(now.again);
  useEffect(() => {
    // Another person may have paused an agent meanwhile; no event tells of that.
    const look = () => !document.hidden && now.again();
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  const resume = (type) => async () => {
    await api.post(`/agents/${type}/resume`);
    announce(`${type} starts runs again.`);
    await now.again();
  };
  return html`
    <div class="screen-head"><h1>Agents</h1></div>
    ${now.error && html`<${Problem} error=${now.error} retry=${now.again} over=${now.value} />`}
    ${!now.value && !now.error && html`<${Loading} />`}
    ${now.value?.agents.length === 0 && html`<${Empty}>No agent is configured.<//>`}
    <ul class="agents">
      ${now.value?.agents.map((agent) => html`<li key=${agent.type} class="panel agent">
        <div class="agent-head">
          <h2><${Link} href=${`/orders?agentType=${encodeURIComponent(agent.type)}`}>${agent.type}<//></h2>
          <${State} agent=${agent} />
          ${may('admin') && agent.enabled && html`<div class="buttons">
            ${agent.paused
              ? html`<${Action} label="Resume" busy="Resuming…" kind="primary" aria-label=${`Resume ${agent.type}`}
                  run=${resume(agent.type)} />`
              : html`<button type="button" aria-label=${`Pause ${agent.type}`} onClick=${() => setPausing(agent.type)}>Pause…</button>`}
          </div>`}
        </div>
        <${Why} agent=${agent} />
        <p class="muted agent-facts">
          <${Used} line=${now.value.usage.get(agent.type)} />
          ${agent.takesModel && html`<span>takes a model</span>`}
          ${agent.resumes && html`<span>resumes sessions</span>`}
          ${agent.reportsCost && html`<span>reports its cost</span>`}
          <span class="mono">${agent.output}</span>
        </p>
      </li>`)}
    </ul>
    ${pausing && html`<${PauseDialog} api=${api} type=${pausing} again=${now.again} onClose=${() => setPausing(null)} />`}`;
}

function State({ agent }) {
  const [kind, word] = !agent.enabled ? ['cancelled', 'off']
    : agent.paused ? ['queued', 'paused'] : agent.available ? ['completed', 'available'] : ['cancelled', 'unavailable'];
  return html`<span class=${`status status-${kind}`}><span class="mark" aria-hidden="true"></span>${word}</span>`;
}

/** Why the agent starts no runs, in words. */
function Why({ agent }) {
  if (agent.paused) {
    const { reason, message, since, until } = agent.paused;
    return html`<p class="agent-why"><strong>${pause(reason)}</strong>${' '}
      <span class="muted">${html`<${Time} at=${since} />`}, ${until ? html`resumes <${Time} at=${until} />` : 'until someone resumes it'}.</span>
      ${reason !== 'manual' && message && html`<span class="prewrap agent-said">${message}</span>`}</p>`;
  }
  if (agent.enabled && !agent.available) {
    return html`<p class="agent-why">${agent.unavailableReason ?? 'Its command cannot be found.'}</p>`;
  }
  return null;
}

function Used({ line }) {
  if (!line) {
    return html`<span>not used today</span>`;
  }
  const words = [several(line.runs, 'run')];
  if (line.costUsd !== undefined) {
    words.push(dollars(line.costUsd));
  }
  if (line.inputTokens !== undefined) {
    words.push(`${short(line.inputTokens)} tokens in, ${short(line.outputTokens ?? 0)} out`);
  }
  return html`<span>today: ${words.join(' · ')}</span>`;
}

function PauseDialog({ api, type, again, onClose }) {
  const run = async ({ until }) => {
    await api.post(`/agents/${type}/pause`, until ? { until: new Date(until).toISOString() } : {});
    announce(`${type} is paused. Running orders continue.`);
    await again();
  };
  return html`<${FormDialog} title=${`Pause ${type}`} submit="Pause" busy="Pausing…" run=${run} onClose=${onClose}>
    <p>Its orders wait; running orders continue.</p>
    <label>Until <span class="muted">(empty: until someone resumes it)</span>
      <input type="datetime-local" name="until" /></label>
  <//>`;
}
