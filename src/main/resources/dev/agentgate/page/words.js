// What the service's codes mean, in words.

const REASONS = {
  exit_code: 'Exit code',
  usage_limit: 'Usage limit reached',
  agent_auth: 'Agent not signed in',
  agent_unavailable: 'Agent unavailable',
  max_iterations: 'Iteration limit reached',
  budget_exceeded: 'Budget exceeded',
  signal: 'Ended by a signal',
  oom_killed: 'Out of memory',
  timeout: 'Timed out',
  idle_timeout: 'No output',
  queue_expired: 'Waited too long',
  killed: 'Killed',
  interrupted: 'Interrupted',
  lost: 'Process lost',
  spawn_failed: 'Could not start',
  workspace_failed: 'No workspace',
  disk_full: 'Disk full',
};

const BLOCKS = {
  slots: 'All slots are in use.',
  repository: 'The next order has to wait for another one in its repository.',
  stagger: 'A moment is left between two starts.',
  memory: 'Too little memory is available.',
  disk: 'Too little disk space is free.',
  paused: 'The queue is paused.',
  manual: 'Orders start only when someone asks for it.',
  resources: 'The service is short of file descriptors or threads.',
  agent: 'The agent of the next order is paused.',
  budget: 'The budget for today is spent.',
  lease: 'This instance cannot renew its lease.',
};

const PAUSES = {
  manual: 'Paused manually',
  usage_limit: 'Usage limit reached',
  agent_auth: 'Not signed in',
  agent_unavailable: 'Provider unavailable',
  spawn_failed: 'Could not be started',
};

const spaced = (code) => code.replaceAll('_', ' ');

export const STATUSES = ['queued', 'running', 'completed', 'failed', 'cancelled'];
export const FINISHED = ['completed', 'failed', 'cancelled'];
export const FAILURE_REASONS = Object.keys(REASONS);

/** Returns why an order or a run failed, in a few words. */
export function reason(code, exitCode) {
  if (code === 'exit_code' && exitCode !== undefined) {
    return `Exit code ${exitCode}`;
  }
  return REASONS[code] ?? spaced(code);
}

/** Returns why nothing starts, as a sentence. */
export const block = (code) => BLOCKS[code] ?? `Blocked: ${spaced(code)}.`;

/** Returns why an agent is paused. */
export const pause = (code) => PAUSES[code] ?? spaced(code);

/** Returns `failed`, `queued and running`, `completed, failed and cancelled`. */
export function listed(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
