/** The screen of a run's log. */
import { parseColour, Painter, watchColours } from './colours.js';
import { bytes, number, several } from './format.js';
import { READER_GONE, RESIZE_PAUSE, RunHead, copyWholeLines, watchVisibility } from './viewer.js';
import { RowView } from './rowview.js';
import { askForKey, credentials } from './session.js';
import { Problem, announce, useLoaded } from './ui.js';
import { html, useEffect, useReducer, useRef, useState } from './view.js';

const FIND_PAUSE = 150;

/** The log's worker and view, outside of what is rendered. */
class LogReader {
  #worker;
  #key;
  #view;
  #painter;
  #requests = new Map();
  #nextRequest = 1;
  #generation = 0;
  #rows = 0;
  #follow;
  #wrap;
  #columns = 0;
  #layout = 0;
  #scroller;
  #unwatch;
  #match = null;
  #current = null;
  #revealing = false;
  #changed;

  constructor(scroller, { url, follow, wrap, changed }) {
    this.#scroller = scroller;
    this.#follow = follow;
    this.#wrap = wrap;
    this.#changed = changed;
    this.#newPainter();
    this.#view = new RowView(scroller, {
      read: (from, to) => this.#ask('rows', { from, to, generation: this.#generation }).then((answer) => answer.rows),
      render: (row) => this.#render(row),
      onMove: (scrolled) => this.#moved(scrolled),
      onResize: () => this.#resized(),
    });
    scroller.addEventListener('copy', copyWholeLines);
    this.#unwatch = watchColours(() => {
      this.#newPainter();
      this.#view.redraw();
    });
    this.#columns = this.#wantedColumns();
    this.#worker = new Worker(new URL('./log-worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => this.#take(data);
    this.#worker.onerror = () => changed(READER_GONE);
    this.#key = credentials();
    this.#worker.postMessage({ do: 'open', url, headers: this.#key, columns: this.#columns, follow });
  }

  close() {
    this.#scroller.removeEventListener('copy', copyWholeLines);
    clearTimeout(this.#layout);
    this.#unwatch();
    this.#worker.terminate();
    this.#view.close();
  }

  async askForKey() {
    await askForKey(this.#key);
    this.#key = credentials();
    this.#worker.postMessage({ do: 'headers', headers: this.#key });
  }

  retry() {
    this.#worker.postMessage({ do: 'retry' });
  }

  /** Gives the connection back, or takes it up again. */
  set resting(on) {
    this.#worker.postMessage({ do: on ? 'rest' : 'wake' });
  }

  set follow(on) {
    this.#follow = on;
    this.#worker.postMessage({ do: 'follow', on });
    if (on) {
      this.#view.goToEnd();
    }
  }

  set wrap(on) {
    this.#wrap = on;
    this.#resized();
  }

  goToStart() {
    this.#view.goTo(0);
  }

  goToEnd() {
    this.#view.goToEnd();
  }

  find(text) {
    this.#match = null;
    this.#current = null;
    this.#worker.postMessage({ do: 'find', text });
    this.#view.refresh();
  }

  /**
   * Goes to a match; without a number, to the first one that is in sight or below. Returns its number, or null if it
   * has not been found yet.
   */
  async match(number = null) {
    const { match, place } = await this.#ask('match', { number, from: this.#view.firstRow });
    if (!place) {
      return null;
    }
    this.#match = match;
    this.#current = place;
    this.#revealing = true;
    this.#view.reveal(place.row);
    this.#view.redraw();
    return match;
  }

  /** Marks the current match in rows that have other numbers now. */
  async #markAgain() {
    const number = this.#match;
    const { place } = await this.#ask('match', { number });
    if (place && number === this.#match) {
      this.#current = place;
      this.#view.redraw();
    }
  }

  #ask(what, message) {
    const id = this.#nextRequest++;
    this.#worker.postMessage({ do: what, id, ...message });
    return new Promise((resolve) => this.#requests.set(id, resolve));
  }

  #take(message) {
    if (message.id) {
      this.#requests.get(message.id)(message);
      this.#requests.delete(message.id);
    } else if (message.type === 'size') {
      this.#grow(message);
    } else {
      if (message.type === 'found' && this.#match !== null && this.#current === null) {
        this.#markAgain();
      }
      this.#changed(message);
    }
  }

  #grow(size) {
    this.#scroller.style.setProperty('--digits', String(size.lines).length);
    if (size.generation !== this.#generation) {
      this.#generation = size.generation;
      this.#current = null;
      this.#view.reset(size.rows);
      if (size.anchor !== undefined && !this.#follow) {
        this.#view.goTo(size.anchor);
      }
    } else if (size.rows !== this.#rows || size.bytes > 0) {
      this.#view.update(size.rows, Math.max(0, this.#rows - 1));
    }
    this.#rows = size.rows;
    if (size.tail) {
      this.#view.supply(size.tail.first, size.tail.rows);
    }
    if (this.#follow) {
      this.#view.goToEnd();
    }
    this.#changed(size);
  }

  /** A reader who scrolls away from the end is left alone; one who scrolls back to it follows again. */
  #moved(scrolled) {
    const follow = this.#view.atEnd && (this.#follow || scrolled);
    if (follow !== this.#follow) {
      this.#follow = follow;
      this.#worker.postMessage({ do: 'follow', on: follow });
      this.#changed({ type: 'follow', on: follow });
    }
  }

  #resized() {
    clearTimeout(this.#layout);
    this.#layout = setTimeout(() => {
      const columns = this.#wantedColumns();
      if (columns !== this.#columns) {
        this.#columns = columns;
        this.#worker.postMessage({ do: 'layout', columns, anchor: this.#view.firstRow });
      }
      if (this.#follow) {
        this.#view.goToEnd();
      }
    }, RESIZE_PAUSE);
  }

  /** The columns of a wrapped row beside the line numbers; 0 if rows are not wrapped. */
  #wantedColumns() {
    if (!this.#wrap) {
      return 0;
    }
    const { width, columnWidth } = this.#view.viewport;
    const gutter = this.#scroller.querySelector('.row-number')?.offsetWidth ?? 10 * columnWidth;
    return Math.max(20, Math.floor((width - gutter) / columnWidth) - 2);
  }

  #newPainter() {
    const style = getComputedStyle(this.#scroller);
    this.#painter = new Painter(parseColour(style.color, 0), parseColour(style.backgroundColor, 0xffffff));
  }

  #render(row) {
    const element = document.createElement('div');
    element.className = `row${row.hole ? ' hole' : ''}${row.continued ? ' continued' : ''}`;
    const number = document.createElement('span');
    number.className = 'row-number';
    number.dataset.number = row.continued ? '' : row.line + 1;
    const text = document.createElement('span');
    text.className = 'row-text';
    this.#fill(text, row);
    element.append(number, text);
    return element;
  }

  #fill(target, { text, spans, marks, number }) {
    let begun = -1;
    const ends = marks.map(([from, to, begins]) => {
      begun += begins ? 1 : 0;
      const current = this.#current?.row === number && this.#current.nth === begun;
      return { from, to, current };
    });
    let next = 0;
    for (const span of spans) {
      let at = span.from;
      while (at < span.to) {
        while (next < ends.length && ends[next].to <= at) {
          next++;
        }
        const mark = ends[next] && ends[next].from < span.to ? ends[next] : null;
        const inside = mark && mark.from <= at;
        const to = inside ? Math.min(span.to, mark.to) : (mark?.from ?? span.to);
        target.append(this.#piece(text.slice(at, to), span, inside ? mark : null));
        at = to;
      }
    }
  }

  #piece(text, { style, sign }, mark) {
    const plain = style.fg < 0 && style.bg < 0 && style.flags === 0;
    if (plain && !sign && !mark) {
      return text;
    }
    const piece = document.createElement(mark ? 'mark' : 'span');
    piece.textContent = text;
    if (mark) {
      piece.className = mark.current ? 'current' : '';
      if (mark.current && this.#revealing) {
        this.#revealing = false;
        requestAnimationFrame(() => this.#showSideways(piece));
      }
      return piece;
    }
    if (sign) {
      piece.className = 'sign';
    }
    if (!plain) {
      this.#painter.paint(piece, style);
    }
    return piece;
  }

  /** A match may be far to the right in a line that is not wrapped. */
  #showSideways(mark) {
    const seen = this.#scroller.getBoundingClientRect();
    const box = mark.getBoundingClientRect();
    const gutter = mark.closest('.row')?.firstChild.offsetWidth ?? 0;
    if (box.left < seen.left + gutter || box.right > seen.right) {
      this.#scroller.scrollLeft += box.left - seen.left - this.#scroller.clientWidth / 2;
    }
  }
}

const NOTHING = { state: 'connecting', lines: 0, bytes: 0, found: null, match: null, detail: '', run: null };

function reduce(state, message) {
  switch (message.type) {
    case 'reset':
      return NOTHING;
    case 'size':
      return { ...state, lines: message.lines, bytes: message.bytes };
    case 'state':
      return { ...state, state: message.state, detail: message.detail ?? '', run: message.run ?? state.run };
    case 'found':
      return { ...state, found: message.query ? message : null, match: message.query ? state.match : null };
    case 'matched':
      return { ...state, match: message.match };
    default:
      return state;
  }
}

/** Shows the log of a run and follows it. */
export function LogScreen({ runId, api }) {
  const { value: run, error, again } = useLoaded((signal) => api.get(`/runs/${runId}`, { signal }), [runId]);
  return html`
    <section class="log-screen">
      <${RunHead} title="Log" run=${run} runId=${runId} other="Change" error=${error} />
      ${run && html`<${Log} runId=${runId} running=${!run.endedAt} api=${api} />`}
      ${!run && error && html`<${Problem} error=${error} retry=${again} />`}
    </section>
  `;
}

function Log({ runId, running, api }) {
  const scroller = useRef(null);
  const reader = useRef(null);
  const findField = useRef(null);
  const [log, change] = useReducer(reduce, NOTHING);
  const [format, setFormat] = useState('text');
  const [wrap, setWrap] = useState(true);
  const [follow, setFollow] = useState(running);
  const [query, setQuery] = useState('');
  const live = log.state !== 'ended' && log.state !== 'refused';

  useEffect(() => {
    change({ type: 'reset' });
    const opened = new LogReader(scroller.current, {
      url: `/api/v1/runs/${runId}/log/stream?format=${format}&encoding=json`,
      follow,
      wrap,
      changed: (message) => {
        if (message.type === 'follow') {
          setFollow(message.on);
        } else if (message.type === 'state' && message.state === 'unauthorized') {
          opened.askForKey();
        }
        change(message);
      },
    });
    reader.current = opened;
    if (query) {
      opened.find(query);
    }
    const online = () => opened.retry();
    window.addEventListener('online', online);
    const unwatch = watchVisibility((hidden) => (opened.resting = hidden));
    return () => {
      window.removeEventListener('online', online);
      unwatch();
      opened.close();
    };
  }, [runId, format]);

  useEffect(() => {
    const pause = setTimeout(() => {
      change({ type: 'matched', match: null });
      reader.current.find(query);
    }, FIND_PAUSE);
    return () => clearTimeout(pause);
  }, [query]);

  const count = log.found?.count ?? 0;
  useEffect(() => {
    if (count > 0 && log.match === null) {
      goTo(null);
    }
  }, [count, log.found?.done, log.match === null]);

  async function goTo(number) {
    switchFollow(false);
    const match = await reader.current.match(number);
    if (match !== null) {
      change({ type: 'matched', match });
    }
  }

  function step(by) {
    if (count > 0) {
      const most = Math.min(count, log.found.most);
      goTo(log.match === null ? null : (log.match + by + most) % most);
    }
  }

  function switchFollow(on) {
    setFollow(on);
    reader.current.follow = on;
  }

  /** Its button stays when the run has ended: it may have the focus, and others would move. */
  function toggleFollow() {
    if (live) {
      switchFollow(!follow);
    }
  }

  function switchWrap(on) {
    setWrap(on);
    reader.current.wrap = on;
  }

  function toStart() {
    switchFollow(false);
    reader.current.goToStart();
  }

  function toEnd() {
    reader.current.goToEnd();
    if (live) {
      switchFollow(true);
    }
  }

  function download() {
    api.download(`/runs/${runId}/log`, `${runId}.log`).catch((e) => announce(e.message, 'bad'));
  }

  function keys(event) {
    const inField = event.target === findField.current;
    if ((event.ctrlKey || event.metaKey) && event.key === 'f' && !inField) {
      // The browser's own search sees only the rows that are shown. A second time it is the browser's.
      event.preventDefault();
      findField.current.select();
    } else if (inField && event.key === 'Enter') {
      event.preventDefault();
      step(event.shiftKey ? -1 : 1);
    } else if (inField && event.key === 'Escape') {
      setQuery('');
      scroller.current.focus();
    } else if (event.target === scroller.current && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const action = {
        Home: toStart,
        End: toEnd,
        '/': () => findField.current.select(),
        n: () => step(1),
        N: () => step(-1),
        f: toggleFollow,
        w: () => switchWrap(!wrap),
      }[event.key];
      if (action) {
        event.preventDefault();
        action();
      }
    }
  }

  return html`
    <div class="log" onKeyDown=${keys}>
      <div class="viewer-bar">
        <span class="choice" role="group" aria-label="Format">
          ${[
            ['text', 'Readable'],
            ['raw', 'Raw'],
          ].map(
            ([value, label]) => html`
              <button type="button" aria-pressed=${format === value} onClick=${() => setFormat(value)}>${label}</button>
            `,
          )}
        </span>
        <${Find} field=${findField} query=${query} setQuery=${setQuery} found=${log.found} match=${log.match}
          step=${step} />
        <button type="button" aria-pressed=${wrap} title="Wrap long lines (w)" onClick=${() => switchWrap(!wrap)}>
          Wrap
        </button>
        <button type="button" aria-pressed=${live && follow} aria-disabled=${!live} onClick=${toggleFollow}
          title=${live ? 'Keep the end in sight (f)' : 'The run has ended'}>Follow</button>
        <span class="choice" role="group" aria-label="Go to">
          <button type="button" title="Go to the start (Home)" onClick=${toStart}>Start</button>
          <button type="button" title="Go to the end (End)" onClick=${toEnd}>End</button>
        </span>
        <button type="button" title="Download the log as the run wrote it"
          onClick=${download}>Download</button>
      </div>
      <${LogState} log=${log} retry=${() => reader.current.retry()} />
      <div class="viewer" tabindex="0" role="region" aria-label="Lines of the log" ref=${scroller}></div>
    </div>
  `;
}

function Find({ field, query, setQuery, found, match, step }) {
  const count = found?.count ?? 0;
  let text = '';
  if (found) {
    const all = number(count) + (found.done ? '' : '+');
    // Of a log that was cut off there may be fewer than before.
    const position = match === null || match >= count ? '' : `${number(match + 1)} of `;
    text = count === 0 ? (found.done ? 'No match' : 'Searching…') : position + all;
  }
  return html`
    <span class="find" role="search">
      <input type="search" aria-label="Find in the log" placeholder="Find" ref=${field} value=${query}
        autocomplete="off" spellcheck=${false} maxlength="1000" onInput=${(event) => setQuery(event.target.value)} />
      <span class="find-count" role="status" aria-live=${found && !found.done ? 'off' : 'polite'}>
        ${text}
      </span>
      <button type="button" aria-label="Previous match" title="Previous match (Shift+Enter)" aria-disabled=${count === 0}
        onClick=${() => step(-1)}>↑</button>
      <button type="button" aria-label="Next match" title="Next match (Enter)" aria-disabled=${count === 0}
        onClick=${() => step(1)}>↓</button>
    </span>
  `;
}

const ENDS = { completed: 'has completed', failed: 'has failed', cancelled: 'was cancelled' };
const STATES = {
  connecting: 'Connecting…',
  live: 'Live: new lines appear',
  resting: 'Paused while this tab is hidden',
  lost: 'Connection lost. Trying again…',
  unauthorized: 'A key is needed',
  refused: 'The log cannot be read',
};

/** What a screen reader is told: how it stands, not each line. */
function LogState({ log, retry }) {
  const { state, run, detail } = log;
  const measure = `${several(log.lines, 'line')}, ${bytes(log.bytes)}`;
  const text = state === 'ended' ? `The run ${ENDS[run?.status] ?? 'is over'}` : STATES[state];
  return html`
    <p class=${'viewer-state ' + state}>
      <span role="status">${text}${detail && `: ${detail}`}</span>
      ${state === 'lost' && html`<button type="button" onClick=${retry}>Try now</button>`}
      <span class="viewer-size">${log.bytes === 0 && state === 'ended' ? 'Nothing was written' : measure}</span>
    </p>
  `;
}
