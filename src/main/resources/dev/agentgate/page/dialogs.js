// What needs a question first.
import { Dialog, Problem, announce, useShown } from './ui.js';
import { html, useState } from './view.js';

/**
 * A dialog with a form, whose `run(values)` is called with what was entered. It can be closed meanwhile; then another
 * may be open when it is done.
 */
export function FormDialog({ title, submit, busy, danger, run, onClose, children }) {
  const [working, setWorking] = useState(false);
  const [error, setError] = useState(null);
  const isShown = useShown();
  const go = async (event) => {
    event.preventDefault();
    if (working) {
      return;
    }
    setWorking(true);
    setError(null);
    try {
      await run(Object.fromEntries(new FormData(event.target)));
      if (isShown()) {
        onClose();
      }
    } catch (e) {
      if (!isShown()) {
        announce(e.message, 'bad');
      }
      setError(e);
      setWorking(false);
    }
  };
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <form onSubmit=${go}>
      ${children}
      ${error && html`<${Problem} error=${error} />`}
      <div class="buttons">
        <button type="button" onClick=${onClose}>Close</button>
        <button class=${danger ? 'danger' : 'primary'} aria-disabled=${working}>${working ? busy : submit}</button>
      </div>
    </form>
  <//>`;
}

export function PauseQueueDialog({ api, onDone, onClose }) {
  const run = async () => {
    await api.post('/queue/pause');
    announce('The queue is paused. Running orders continue.');
    onDone();
  };
  return html`<${FormDialog} title="Pause the queue" submit="Pause" busy="Pausing…" run=${run} onClose=${onClose}>
    <p>No waiting order will start until the queue is resumed. Running orders continue.</p>
  <//>`;
}

export function CancelDialog({ api, order, onDone, onClose }) {
  const run = async () => {
    const result = await api.post(`/work-orders/${order.id}/cancel`);
    announce(result.killed ? 'The order is cancelled, and its processes are gone.' : 'The order is cancelled.');
    onDone();
  };
  return html`<${FormDialog} title="Cancel this order" submit="Cancel the order" busy="Stopping…" danger run=${run}
      onClose=${onClose}>
    <p>${order.status === 'running'
      ? 'The agent will be asked to stop, and will be killed if it does not. What it has changed so far is kept.'
      : 'The order will leave the queue.'} It can be retried later.</p>
  <//>`;
}

export function KillDialog({ api, order, onDone, onClose }) {
  const run = async ({ force }) => {
    const result = await api.post(`/work-orders/${order.id}/kill${force ? '?force=true' : ''}`);
    if (result.success) {
      announce('The order is killed, and its processes are gone.');
    } else {
      announce(`${result.survivors} of its processes are still running.`, 'bad');
    }
    onDone();
  };
  return html`<${FormDialog} title="Kill this order" submit="Kill the order" busy="Killing…" danger run=${run}
      onClose=${onClose}>
    <p>The order will fail with “Force killed by user”. It can be retried later.</p>
    <label class="check"><input type="checkbox" name="force" /> Kill at once, without asking the agent to stop</label>
  <//>`;
}

export function FollowUpDialog({ api, order, onDone, onClose }) {
  const run = async ({ taskPrompt }) => {
    await api.post(`/work-orders/${order.id}/runs`, { taskPrompt });
    announce('The follow-up is queued.');
    onDone();
  };
  return html`<${FormDialog} title="Follow up" submit="Queue the follow-up" busy="Queueing…" run=${run} onClose=${onClose}>
    <p>The next run continues in the workspace of the last one, and in the agent’s session if it can resume.</p>
    <label for="follow-up">What the agent should do next</label>
    <textarea id="follow-up" name="taskPrompt" rows="6" maxlength="262144" required autofocus></textarea>
  <//>`;
}

export function PublishDialog({ api, order, run: published, onDone, onClose }) {
  const before = order.publish ?? {};
  const [as, setAs] = useState(before.as === 'branch' ? 'branch' : 'pull_request');
  const run = async (values) => {
    const body = Object.fromEntries(Object.entries({ ...values, draft: undefined }).filter(([, value]) => value));
    if (as === 'pull_request' && values.draft) {
      body.draft = true;
    }
    await api.post(`/runs/${published.id}/publish`, body);
    announce('The change is being published.');
    onDone();
  };
  return html`<${FormDialog} title="Publish the change" submit="Publish" busy="Publishing…" run=${run} onClose=${onClose}>
    <label>Publish as
      <select name="as" value=${as} onChange=${(e) => setAs(e.target.value)}>
        <option value="pull_request">Pull request</option>
        <option value="branch">Branch</option>
      </select>
    </label>
    <label>Branch
      <input name="branch" maxlength="250" spellcheck=${false} defaultValue=${before.branch ?? ''}
        placeholder=${`agentgate/${order.id}`} />
    </label>
    ${as === 'pull_request' && html`
      <label>Base<input name="base" maxlength="250" spellcheck=${false} defaultValue=${before.base ?? ''}
        placeholder="the branch that was checked out" /></label>
      <label>Title<input name="title" maxlength="256" defaultValue=${before.title ?? ''}
        placeholder="the first line of the prompt" /></label>
      <label>Text<textarea name="body" rows="4" maxlength="65536" defaultValue=${before.body ?? ''}></textarea></label>
      <label class="check"><input type="checkbox" name="draft" defaultChecked=${before.draft ?? false} /> As a draft</label>`}
  <//>`;
}

export function RemoveDialog({ api, order, onDone, onClose }) {
  const run = async () => {
    await api.remove(`/work-orders/${order.id}?purge=true`);
    announce('The order is removed.');
    onDone();
  };
  return html`<${FormDialog} title="Remove this order for good" submit="Remove the order" busy="Removing…" danger
      run=${run} onClose=${onClose}>
    <p>The order, its runs, their logs and changes, and its workspace are deleted. This cannot be undone.</p>
  <//>`;
}
