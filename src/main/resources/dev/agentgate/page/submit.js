// A form for a new order, empty or filled from one that there is.
import { labelsOf, labelsText } from './format.js';
import { Link, navigate } from './router.js';
import { may, useSession } from './session.js';
import { Loading, Problem, announce, useLoaded, useShown } from './ui.js';
import { createContext, html, useContext, useMemo, useRef, useState } from './view.js';

const SOURCES = [
  ['github', 'GitHub repository'], ['git', 'Git repository elsewhere'], ['local', 'Directory on the server'],
  ['empty', 'Empty workspace'],
];
const Violations = createContext(new Map());

export function SubmitScreen({ api, from }) {
  useSession();
  const loaded = useLoaded(async (signal) => {
    const [agents, order] = await Promise.all([
      api.get('/agents', { signal }), from ? api.get(`/work-orders/${from}`, { signal }) : null,
    ]);
    return { agents: agents.items.filter(({ enabled }) => enabled), order };
  }, [from]);
  return html`
    <div class="screen-head"><h1>${from ? 'Submit again' : 'Submit an order'}</h1>
      ${from && html`<p class="muted">Filled from <${Link} class="mono" href=${`/orders/${from}`}>${from}<//></p>`}</div>
    ${loaded.error && html`<${Problem} error=${loaded.error} retry=${loaded.again} />`}
    ${!loaded.value && !loaded.error && html`<${Loading} />`}
    ${loaded.value && !may('operator') && html`<p class="empty">Your key is not allowed to submit orders.</p>`}
    ${loaded.value && may('operator') && html`<${Form} key=${from ?? ''} api=${api} ...${loaded.value} />`}`;
}

/** Returns a name that the service has not seen: sending the form twice makes one order. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, '0')).join('');
}

function Form({ api, agents, order }) {
  const [type, setType] = useState(order?.agentType ?? '');
  const [source, setSource] = useState(order?.workspaceSource.type ?? 'github');
  const [as, setAs] = useState(order?.publish?.as ?? 'none');
  const [error, setError] = useState(null);
  const [working, setWorking] = useState(false);
  const key = useRef(newKey());
  const isShown = useShown();
  const agent = agents.find((it) => it.type === type);
  const config = order?.config ?? {};
  const violations = useMemo(
    () => new Map((error?.problem?.violations ?? []).map(({ field, message }) => [field, message])), [error]);

  const submit = async (event) => {
    event.preventDefault();
    if (working) {
      return;
    }
    setWorking(true);
    setError(null);
    try {
      const body = bodyOf(new FormData(event.target), order);
      const created = await api.post('/work-orders', body, { headers: { 'Idempotency-Key': key.current } });
      announce('The order is submitted.');
      if (isShown()) {
        navigate(`/orders/${created.id}`);
      }
    } catch (e) {
      if (!isShown()) {
        announce(e.message, 'bad');
      }
      // What is sent next may be another order, unless nobody knows whether this one arrived.
      key.current = e.status === 0 || e.status >= 500 ? key.current : newKey();
      setError(e);
      setWorking(false);
    }
  };

  return html`<${Violations.Provider} value=${violations}><form class="submit" onSubmit=${submit}>
    <section class="panel panel-body form-grid" aria-label="Task">
      <${Field} name="taskPrompt" label="Prompt" wide>${(p) => html`<textarea ...${p} rows="9" required maxlength="262144"
        defaultValue=${order?.taskPrompt ?? ''} placeholder="What the agent should do"></textarea>`}<//>
      <${Field} name="agentType" label="Agent">${(p) => html`<select ...${p} value=${type} onChange=${(e) => setType(e.target.value)}>
        <option value="">The service’s default</option>
        ${agents.map((it) => html`<option key=${it.type} value=${it.type}>${it.type}${note(it)}</option>`)}
        ${type && !agent && html`<option value=${type}>${type} (not configured)</option>`}
      </select>`}<//>
      ${(!agent || agent.takesModel) && html`<${Text} name="config.model" label="Model" value=${config.model} hint="the agent’s default" />`}
    </section>
    <section class="panel panel-body form-grid" aria-label="Workspace">
      <${Field} name="workspaceSource.type" label="Works in">${(p) => html`<select ...${p} value=${source}
          onChange=${(e) => setSource(e.target.value)}>
        ${SOURCES.map(([value, label]) => html`<option key=${value} value=${value}>${label}</option>`)}
      </select>`}<//>
      ${source === 'github' && html`<${Text} name="workspaceSource.repo" label="Repository" required hint="owner/repo"
        value=${repositoryOf(order)} />`}
      ${source === 'git' && html`<${Text} name="workspaceSource.url" label="Address" required hint="https://git.example.org/shop.git"
        value=${order?.workspaceSource.url} />`}
      ${source === 'local' && html`<${Text} name="workspaceSource.path" label="Directory" required hint="/srv/projects/shop"
        value=${order?.workspaceSource.path} />`}
      ${(source === 'github' || source === 'git') && html`<${Text} name="workspaceSource.ref" label="Branch, tag or commit"
        hint="the default branch" value=${order?.workspaceSource.ref ?? order?.workspaceSource.branch} />`}
    </section>
    ${source !== 'empty' && source !== 'local' && html`<section class="panel panel-body form-grid" aria-label="Publishing">
      <${Field} name="publish.as" label="Afterwards">${(p) => html`<select ...${p} value=${as} onChange=${(e) => setAs(e.target.value)}>
        <option value="none">Keep the change here</option>
        <option value="branch">Push a branch</option>
        <option value="pull_request">Open a pull request</option>
      </select>`}<//>
      ${as !== 'none' && html`<${Text} name="publish.branch" label="New branch" hint="agentgate/…" value=${order?.publish?.branch} />`}
      ${as === 'pull_request' && html`
        <${Text} name="publish.base" label="Base" hint="the branch that is checked out" value=${order?.publish?.base} />
        <${Text} name="publish.title" label="Title" hint="the first line of the prompt" value=${order?.publish?.title} />
        <label class="check"><input type="checkbox" name="publish.draft" defaultChecked=${order?.publish?.draft ?? false} /> As a draft</label>`}
    </section>`}
    <details class="panel" open=${order !== null}>
      <summary class="panel-head">Limits, retries and labels</summary>
      <div class="panel-body form-grid">
        <${Text} name="config.maxTime" label="Time limit" hint="1h" value=${milliseconds(config.maxTime)} />
        <${Text} name="config.idleTimeout" label="Silence limit" hint="none" value=${milliseconds(config.idleTimeout)} />
        <${Text} name="config.queueTtl" label="Maximum wait" hint="no limit" value=${milliseconds(config.queueTtl)} />
        <${Text} name="config.maxAttempts" label="Attempts" type="number" min="1" max="10" hint="1" value=${config.maxAttempts} />
        <${Field} name="config.retryMode" label="Retries run">${(p) => html`<${Choice} ...${p} initial=${config.retryMode ?? ''}>
          <option value="">as suits the failure</option>
          <option value="fresh">in a new checkout</option>
          <option value="resume">in the same workspace</option>
        <//>`}<//>
        ${(!agent || agent.reportsCost || config.maxCostUsd) && html`<${Text} name="config.maxCostUsd" label="Cost limit of a run (USD)" type="number"
          min="0" step="any" hint="none" value=${config.maxCostUsd} />`}
        <${Text} name="maxIterations" label="Iterations" type="number" min="1" max="100" hint="the agent’s default" value=${order?.maxIterations} />
        <${Text} name="priority" label="Priority" type="number" min="-100" max="100" hint="0" value=${order?.priority || undefined} />
        <${Text} name="labels" label="Labels" hint="team:checkout, sprint:21" wide
          value=${order && labelsText(order.labels)} />
      </div>
    </details>
    ${error && html`<${Problem} error=${error} />`}
    <div class="buttons"><button class="primary" aria-disabled=${working}>${working ? 'Submitting…' : 'Submit the order'}</button></div>
  </form><//>`;
}

function note(agent) {
  return agent.paused ? ' (paused)' : agent.available ? '' : ' (unavailable)';
}

/** A field with its label, and what the service found wrong with it. */
function Field({ name, label, wide, children }) {
  const wrong = useContext(Violations).get(name);
  const id = `field-${name}`;
  return html`<div class=${wide ? 'field wide' : 'field'}>
    <label for=${id}>${label}</label>
    ${children({ id, name, 'aria-invalid': wrong ? 'true' : undefined, 'aria-describedby': wrong ? `${id}-wrong` : undefined })}
    ${wrong && html`<p class="error" id=${`${id}-wrong`}>${wrong}</p>`}
  </div>`;
}

function Text({ name, label, hint, value, wide, type = 'text', ...more }) {
  return html`<${Field} name=${name} label=${label} wide=${wide}>${(p) => html`<input ...${p} ...${more} type=${type}
    placeholder=${hint} defaultValue=${value ?? ''} spellcheck=${false} autocomplete="off" />`}<//>`;
}

function Choice({ initial, children, ...more }) {
  const [value, setValue] = useState(initial);
  return html`<select ...${more} value=${value} onChange=${(e) => setValue(e.target.value)}>${children}</select>`;
}

function repositoryOf(order) {
  const source = order?.workspaceSource;
  return source?.owner ? `${source.owner}/${source.repo}` : source?.repo;
}

/** Returns a duration as the service reads it, in the largest unit that fits. */
function milliseconds(ms) {
  if (ms === undefined) {
    return undefined;
  }
  const [unit, size] = [['d', 86_400_000], ['h', 3_600_000], ['m', 60_000], ['s', 1000], ['ms', 1]]
    .find(([, one]) => ms % one === 0);
  return `${ms / size}${unit}`;
}

const NUMBERS = new Set(['config.maxAttempts', 'config.maxCostUsd', 'maxIterations', 'priority']);

/** Returns the body of a submit. What the form does not ask for is taken from the order before. */
function bodyOf(form, order) {
  const body = { config: {}, workspaceSource: {} };
  if (order?.config.retryOn) {
    body.config.retryOn = order.config.retryOn;
  }
  for (const [name, entered] of form) {
    const text = name === 'taskPrompt' ? entered : entered.trim();
    if (text === '') {
      continue;
    }
    const value = NUMBERS.has(name) ? Number(text) : text;
    const [outer, inner] = name.split('.');
    if (name === 'labels') {
      // A field has one line: what it cannot show stays as it was if nobody changed the field.
      const isChanged = text !== labelsText(order?.labels ?? {}).replace(/[\r\n]/g, '').trim();
      body.labels = isChanged ? Object.fromEntries(labelsOf(text)) : order.labels;
    } else if (name === 'publish.draft') {
      body.publish.draft = true;
    } else if (inner) {
      body[outer] = { ...body[outer], [inner]: value };
    } else {
      body[name] = value;
    }
  }
  if (body.publish?.as === 'none') {
    delete body.publish;
  } else if (body.publish && order?.publish) {
    // The form has no fields for these.
    const { body: text, labels } = order.publish;
    body.publish = { ...(text && { body: text }), ...(labels && { labels }), ...body.publish };
  }
  return body;
}
