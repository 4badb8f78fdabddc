// Times: relative to now, with the exact one on hover.
import { html, useEffect, useReducer } from './view.js';

const UNITS = [['d', 86_400_000], ['h', 3_600_000], ['min', 60_000], ['s', 1000]];

const exact = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit',
  second: '2-digit', timeZoneName: 'short',
});

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** Returns a duration with its two largest units: `2 h 5 min`, `42 s`. */
export function duration(ms) {
  if (ms < 1000) {
    return `${Math.max(0, Math.round(ms))} ms`;
  }
  const at = UNITS.findIndex(([, size]) => ms >= size);
  const [unit, size] = UNITS[at];
  const whole = Math.floor(ms / size);
  const next = UNITS[at + 1];
  const rest = next ? Math.floor((ms % size) / next[1]) : 0;
  return rest > 0 ? `${whole} ${unit} ${rest} ${next[0]}` : `${whole} ${unit}`;
}

/** Returns a duration with its largest unit only: `2 h`. */
export function roughly(ms) {
  const [unit, size] = UNITS.find(([, one]) => ms >= one) ?? UNITS.at(-1);
  return `${Math.floor(ms / size)} ${unit}`;
}

/** Returns `5 min ago`, `in 2 h` or `now`. */
export function relative(time, now = Date.now()) {
  const ago = now - Date.parse(time);
  if (Math.abs(ago) < 1000) {
    return 'now';
  }
  return ago > 0 ? `${roughly(ago)} ago` : `in ${roughly(-ago)}`;
}

export function exactly(time) {
  return exact.format(new Date(time));
}

/** Returns the time of the day: `14:05:09`. */
export function clockTime(time) {
  return clock.format(new Date(time));
}

const ticking = new Set();
let timer = 0;

function tick() {
  ticking.forEach((again) => again());
  timer = ticking.size > 0 && !document.hidden ? setTimeout(tick, 1000) : 0;
}

document.addEventListener('visibilitychange', () => {
  if (!document.hidden && timer === 0) {
    tick();
  }
});

/** Renders its component again every second, with one timer for the page. */
export function useClock(on = true) {
  const [, again] = useReducer((n) => n + 1, 0);
  useEffect(() => {
    if (!on) {
      return undefined;
    }
    ticking.add(again);
    timer ||= setTimeout(tick, 1000);
    return () => ticking.delete(again);
  }, [on]);
  return Date.now();
}

/** A time relative to now. */
export function Time({ at }) {
  useClock();
  return at ? html`<time datetime=${at} title=${exactly(at)}>${relative(at)}</time>` : null;
}

/** How long something took, or takes so far if it has no end. */
export function Elapsed({ from, to }) {
  useClock(!to);
  const ms = (to ? Date.parse(to) : Date.now()) - Date.parse(from);
  const title = to ? `${exactly(from)} to ${exactly(to)}` : `since ${exactly(from)}`;
  return html`<span class="elapsed" title=${title}>${duration(ms)}</span>`;
}
