/** Finds a text in the rows of a log as they are shown. */
import { ESCAPES, shownText, textOf } from './terminal.js';

/** More matches are counted, but cannot be gone to. */
export const MOST_MATCHES = 1_000_000;

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
/** Characters that are shown in another way or elsewhere; then only the rows themselves can tell. */
const SHOWN_OTHERWISE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
const OVERLAP_ROWS = 4;

/** Returns an expression that finds the text, whatever the case of its letters. */
export function expression(query) {
  return new RegExp(query.replace(/[\\^$.*+?()[\]{}|/-]/g, (special) => '\\' + special), 'gi');
}

/**
 * Returns where the query is in these rows, across rows of one line: for each row a list of `[from, to, begins]`;
 * `begins` is false in the row in which a match only goes on.
 *
 * @param rows shown rows without a gap: `{text, continued}`
 */
export function rangesIn(rows, pattern) {
  const ranges = rows.map(() => []);
  let first = 0;
  while (first < rows.length) {
    let after = first + 1;
    while (after < rows.length && rows[after].continued) {
      after++;
    }
    rangesInLine(rows, first, after, pattern, ranges);
    first = after;
  }
  return ranges;
}

function rangesInLine(rows, first, after, pattern, ranges) {
  const text = after === first + 1 ? rows[first].text : rows.slice(first, after).map((row) => row.text).join('');
  let row = first;
  let rowStart = 0;
  for (const match of text.matchAll(pattern)) {
    const end = match.index + match[0].length;
    while (row < after - 1 && match.index >= rowStart + rows[row].text.length) {
      rowStart += rows[row++].text.length;
    }
    let start = rowStart;
    for (let other = row; other < after && start < end; other++) {
      const length = rows[other].text.length;
      const from = Math.max(0, match.index - start);
      const to = Math.min(length, end - start);
      if (from < to) {
        ranges[other].push([from, to, other === row]);
      }
      start += length;
    }
  }
}

export class Finder {
  count = 0;
  #index;
  #store;
  #pattern;
  #rows = new Uint32Array(1024);
  #listed = 0;
  #part = 0;
  #complete = false;
  #settled = { count: 0, listed: 0 };

  constructor(index, store, query) {
    this.#index = index;
    this.#store = store;
    this.#pattern = expression(query);
  }

  /** Searches on for about so many milliseconds; returns whether all that is there was searched. */
  search(milliseconds) {
    const until = performance.now() + milliseconds;
    this.#complete = false;
    for (;;) {
      this.#searchPart(this.#part);
      if (this.#part === this.#index.parts - 1) {
        this.#complete = true;
        return true;
      }
      this.#part++;
      this.#settled = { count: this.count, listed: this.#listed };
      if (performance.now() > until) {
        return false;
      }
    }
  }

  /** Returns the row of a match, and which one it is of those that begin in that row. */
  place(match) {
    if (match >= this.#listed) {
      return null;
    }
    const row = this.#rows[match];
    let nth = 0;
    while (match - nth > 0 && this.#rows[match - nth - 1] === row) {
      nth++;
    }
    return { row, nth };
  }

  /** Returns the first match at or after a row, or the first of all; null while the search has not come so far. */
  firstFrom(row) {
    let low = 0;
    let high = this.#listed;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#rows[middle] < row) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    if (low < this.#listed) {
      return low;
    }
    return this.#complete && this.#listed > 0 ? 0 : null;
  }

  #searchPart(number) {
    this.count = this.#settled.count;
    this.#listed = this.#settled.listed;
    const part = this.#index.part(number);
    const next = this.#index.part(number + 1);
    if (next && !this.#mayMatch(part, next)) {
      return;
    }
    const end = next ? next.row : this.#index.rows;
    const rows = this.#index
      .read(this.#store, part.row, end + (next?.continued ? OVERLAP_ROWS : 0))
      .map((row) => ({ text: shownText(textOf(row.bytes)), continued: row.continued }));
    rangesIn(rows, this.#pattern).forEach((ranges, i) => {
      if (part.row + i < end) {
        ranges.forEach(([, , begins]) => begins && this.#add(part.row + i));
      }
    });
  }

  #mayMatch(part, next) {
    const bytes = this.#store.read(part.start, next.start + (next.continued ? OVERLAP_ROWS * 4096 : 0));
    let text = UTF8.decode(bytes);
    if (text.includes('\u001b')) {
      text = text.replace(ESCAPES, '');
    }
    return text.search(this.#pattern) >= 0 || SHOWN_OTHERWISE.test(text);
  }

  #add(row) {
    this.count++;
    if (this.#listed >= MOST_MATCHES) {
      return;
    }
    if (this.#listed === this.#rows.length) {
      const more = new Uint32Array(this.#rows.length * 2);
      more.set(this.#rows);
      this.#rows = more;
    }
    this.#rows[this.#listed++] = row;
  }
}
