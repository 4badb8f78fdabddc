/** Reads a run's log in the background: follows it, divides it into rows, finds texts in it. */
import { ByteStore } from './bytes.js';
import { Finder, MOST_MATCHES, expression, rangesIn } from './find.js';
import { RowIndex } from './rows.js';
import { PAGE } from './scroll.js';
import { Sleep } from './sleep.js';
import { eventParser } from './sse.js';
import { renderRow, textOf } from './terminal.js';

const UNWRAPPED = 2000;
const SLICE = 1 << 20;
const REPORT_EVERY = 100;
const REPORT_FOUND_EVERY = 250;
const SILENCE = 40_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
const SEARCH_SLICE = 40;
const HOLE = /^\[agentgate: \d+ bytes dropped.*\]$/;

const encoder = new TextEncoder();
const sleep = new Sleep();

let settings;
let store;
let index;
let generation = 0;
let offset = '0';
let reported = 0;
let reportDue = 0;
let finder = null;
let query = '';
let finding = false;
let foundReported = 0;
let resting = false;
let connection = null;

self.onmessage = ({ data }) => ACTIONS[data.do](data);

const ACTIONS = {
  open(message) {
    settings = message;
    restart();
    follow();
  },
  headers({ headers }) {
    settings.headers = headers;
    sleep.wake();
  },
  follow({ on }) {
    settings.follow = on;
  },
  retry() {
    sleep.wake();
  },
  rest() {
    resting = true;
    connection?.abort();
  },
  wake() {
    resting = false;
    sleep.wake();
  },
  layout({ columns, anchor }) {
    const at = index.read(store, anchor, anchor + 1)[0]?.start ?? 0;
    settings.columns = columns;
    reindex();
    report(true, { anchor: index.rowAt(at, store) });
    startFind();
  },
  rows({ id, from, to, generation: wanted }) {
    post({ type: 'rows', id, rows: wanted === generation ? shownRows(from, to) : null });
  },
  find({ text }) {
    query = text;
    startFind();
  },
  match({ id, number, from }) {
    const match = number ?? finder?.firstFrom(from) ?? null;
    post({ type: 'match', id, match, place: match === null ? null : (finder?.place(match) ?? null) });
  },
};

function post(message) {
  self.postMessage(message);
}

function restart() {
  store = new ByteStore();
  offset = '0';
  newIndex();
}

function newIndex() {
  index = new RowIndex({ columns: settings.columns || UNWRAPPED, words: settings.columns > 0 });
  generation++;
  reported = 0;
}

function reindex() {
  newIndex();
  for (let from = 0; from < store.size; from += SLICE) {
    index.append(store.read(from, from + SLICE));
  }
}

function append(text) {
  const bytes = encoder.encode(text);
  store.append(bytes);
  index.append(bytes);
  report(false);
}

/** Tells how long the log is, ten times a second at most. */
function report(now, more = {}) {
  const wait = reported + REPORT_EVERY - performance.now();
  if (now || wait <= 0) {
    clearTimeout(reportDue);
    reportDue = 0;
    reported = performance.now();
    const { rows, lines } = index;
    post({ type: 'size', generation, rows, lines, bytes: store.size, tail: tail(rows), ...more });
    searchOn();
  } else if (!reportDue) {
    reportDue = setTimeout(() => report(true), wait);
  }
}

/** Who follows the end gets it at once, so that it is never blank. */
function tail(rows) {
  if (!settings.follow) {
    return null;
  }
  const first = Math.max(0, Math.floor((rows - 1) / PAGE) - 1) * PAGE;
  return { first, rows: shownRows(first, rows) };
}

function shownRows(from, to) {
  let first = from;
  const context = query ? 4 : 0;
  first = Math.max(0, first - context);
  const read = index.read(store, first, to + context).map((row) => {
    const shown = renderRow(textOf(row.bytes), row.style);
    return { ...shown, line: row.line, continued: row.continued, hole: HOLE.test(shown.text) };
  });
  const ranges = query ? rangesIn(read, expression(query)) : [];
  return read.slice(from - first, to - first).map((row, i) => ({
    ...row,
    marks: ranges[i + from - first] ?? [],
    number: from + i,
    key: `${generation}/${query}/${row.line}/${row.text}/${row.spans.length}`,
  }));
}

function startFind() {
  foundReported = 0;
  finder = query ? new Finder(index, store, query) : null;
  if (!finder) {
    post({ type: 'found', query, count: 0, done: true });
    return;
  }
  searchOn();
}

function searchOn() {
  if (finder && !finding) {
    finding = true;
    setTimeout(searchSlice);
  }
}

function searchSlice() {
  finding = false;
  if (!finder) {
    return;
  }
  const done = finder.search(SEARCH_SLICE);
  const now = performance.now();
  if (done || now - foundReported > REPORT_FOUND_EVERY) {
    foundReported = now;
    post({ type: 'found', query, count: finder.count, most: MOST_MATCHES, done });
  }
  if (!done) {
    searchOn();
  }
}

/** Follows the log to its end, over breaks of the connection. */
async function follow() {
  let pause = FIRST_PAUSE;
  for (;;) {
    while (resting) {
      post({ type: 'state', state: 'resting' });
      await sleep.for();
    }
    const before = offset;
    const outcome = await connect().catch(() => 'lost');
    report(true);
    if (outcome === 'ended' || outcome === 'refused') {
      return;
    }
    if (offset !== before) {
      pause = FIRST_PAUSE;
    }
    if (outcome === 'cut') {
      restart();
      startFind();
      report(true);
      continue;
    }
    post({ type: 'state', state: resting ? 'resting' : outcome });
    if (resting || outcome === 'unauthorized') {
      await sleep.for();
      continue;
    }
    await sleep.for(pause);
    pause = Math.min(LONGEST_PAUSE, pause * 2);
  }
}

async function connect() {
  const abort = new AbortController();
  connection = abort;
  let timer = setTimeout(() => abort.abort(), SILENCE);
  try {
    const response = await fetch(settings.url, {
      headers: { ...settings.headers, Accept: 'text/event-stream', 'Last-Event-ID': offset },
      signal: abort.signal,
      cache: 'no-store',
    });
    if (!response.ok) {
      return await refusal(response);
    }
    post({ type: 'state', state: 'live' });
    let end = null;
    const parse = eventParser(
      ({ id, name, data }) => {
        if (name === 'log') {
          append(JSON.parse(data));
          offset = id;
        } else if (name === 'end') {
          end = JSON.parse(data);
        }
      },
      () => {},
    );
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      clearTimeout(timer);
      if (done) {
        break;
      }
      timer = setTimeout(() => abort.abort(), SILENCE);
      parse(value);
    }
    if (end) {
      report(true);
      post({ type: 'state', state: 'ended', run: end });
      return 'ended';
    }
    return 'lost';
  } finally {
    clearTimeout(timer);
  }
}

async function refusal(response) {
  if (response.status === 401) {
    return 'unauthorized';
  }
  // The run cut off its own log: what was read is not there any more.
  if (response.status === 400 && offset !== '0') {
    return 'cut';
  }
  if (response.status >= 500 || response.status === 429) {
    return 'lost';
  }
  const problem = await response.json().catch(() => ({}));
  post({ type: 'state', state: 'refused', status: response.status, detail: problem.detail ?? response.statusText });
  return 'refused';
}
