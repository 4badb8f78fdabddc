// Calls of the service. An error is one sentence for people; a 401 asks for a key and tries again.
import { askForKey, credentials, learnRole } from './session.js';
import { Sleep } from './sleep.js';
import { eventParser } from './sse.js';

const BASE = '/api/v1';
const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
// The service sends a comment every 15 seconds.
const SILENCE = 45_000;
/** A hidden tab gives its connections back after this time: a browser has only six of them for one service. */
export const HIDDEN_FOR = 10_000;

/** A call that failed. `message` is a sentence for people; `status` is 0 if nothing answered. */
export class ApiError extends Error {
  constructor(status, message, problem = null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.problem = problem;
  }
}

async function errorOf(response) {
  let problem = null;
  try {
    problem = await response.json();
  } catch {
    // A proxy may have answered instead of the service.
  }
  if (problem?.violations?.length) {
    const all = problem.violations.map(({ field, message }) => `${field} ${message}`);
    return new ApiError(response.status, `${all.join('; ')}.`, problem);
  }
  const detail = problem?.detail ?? `The service answered with status ${response.status}`;
  return new ApiError(response.status, detail.replace(/([^.!?])$/, '$1.'), problem);
}

/**
 * Calls a path below `/api/v1` and returns the response, whose body is not read yet.
 * Throws an `ApiError` for every status from 400.
 */
async function raw(path, { method = 'GET', headers = {}, body, signal } = {}) {
  for (;;) {
    const key = credentials();
    let response;
    try {
      response = await fetch(BASE + path, {
        method, body, signal, cache: 'no-store', headers: { ...headers, ...key },
      });
    } catch (e) {
      if (e.name === 'AbortError') {
        throw e;
      }
      throw new ApiError(0, 'The service cannot be reached.');
    }
    learnRole(response);
    if (response.ok || response.status === 304) {
      return response;
    }
    if (response.status !== 401) {
      throw await errorOf(response);
    }
    await askForKey(key);
  }
}

async function get(path, { signal } = {}) {
  return (await raw(path, { signal, headers: { Accept: 'application/json' } })).json();
}

async function text(path, { signal, headers } = {}) {
  return (await raw(path, { signal, headers })).text();
}

async function post(path, value, { signal, headers = {} } = {}) {
  const body = value === undefined ? undefined : JSON.stringify(value);
  const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return (await raw(path, { method: 'POST', body, signal, headers: { ...type, ...headers } })).json();
}

async function remove(path) {
  return (await raw(path, { method: 'DELETE' })).json();
}

/** Saves what a path answers as a file. A plain link could not carry the key. */
async function download(path, fileName) {
  const blob = await (await raw(path)).blob();
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Whether asking again soon is of no use: the service is neither busy nor out of reach. */
function isRefused(error) {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && ![408, 429].includes(error.status);
}

/**
 * Follows a stream of events until `close()` is called on the result. It reconnects by itself,
 * after the last event it has seen, and rests while the tab is hidden.
 *
 * @param path below `/api/v1`
 * @param options
 *   `lastEventId`: where to begin;
 *   `onEvent({name, id, data})`: called for each event;
 *   `onState(state, error)`: `connecting`, `live`, `lost` (tries again by itself; slowly if it was
 *   refused, because a proxy may have done that) or `resting` (the tab is hidden)
 */
function stream(path, { lastEventId = null, onEvent, onState = () => {} }) {
  let last = lastEventId;
  let closed = false;
  let current = null;
  const sleep = new Sleep();

  let hiding = 0;
  const onVisibility = () => {
    clearTimeout(hiding);
    if (document.hidden) {
      hiding = setTimeout(() => current?.abort(), HIDDEN_FOR);
    } else {
      sleep.wake();
    }
  };
  document.addEventListener('visibilitychange', onVisibility);
  // A tab that was opened in the background is hidden from the start.
  onVisibility();
  window.addEventListener('online', onVisibility);

  const read = async (controller) => {
    let silent = setTimeout(() => controller.abort(), SILENCE);
    try {
      const headers = { Accept: 'text/event-stream' };
      if (last !== null) {
        headers['Last-Event-ID'] = last;
      }
      const response = await raw(path, { headers, signal: controller.signal });
      onState('live');
      const parse = eventParser((event) => {
        last = event.id ?? last;
        if (!closed) {
          onEvent(event);
        }
      }, (id) => {
        last = id;
      });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        clearTimeout(silent);
        if (done) {
          return;
        }
        silent = setTimeout(() => controller.abort(), SILENCE);
        parse(value);
      }
    } finally {
      clearTimeout(silent);
    }
  };

  const follow = async () => {
    let delay = FIRST_DELAY;
    while (!closed) {
      if (document.hidden && current) {
        onState('resting');
        await sleep.for();
        if (closed) {
          return;
        }
      }
      const began = Date.now();
      onState('connecting');
      current = new AbortController();
      let error = null;
      try {
        await read(current);
      } catch (e) {
        error = e;
      }
      if (closed) {
        return;
      }
      if (document.hidden) {
        continue;
      }
      onState('lost', error);
      delay = Date.now() - began > LONGEST_DELAY ? FIRST_DELAY : Math.min(delay * 2, LONGEST_DELAY);
      if (isRefused(error)) {
        delay = LONGEST_DELAY;
      }
      // Many tabs that lost the same service do not come back at the same moment.
      await sleep.for(delay * (0.5 + Math.random() / 2));
    }
  };
  follow();

  return {
    close() {
      closed = true;
      clearTimeout(hiding);
      document.removeEventListener('visibilitychange', onVisibility);
      window.removeEventListener('online', onVisibility);
      current?.abort();
      sleep.wake();
    },
  };
}

export const api = { get, post, remove, text, raw, stream, download };
