/** Shows a row of a log as a terminal would: colours, and what overwrites what. Other escape sequences are dropped. */
import { PLAIN, applySgr } from './sgr.js';
import { visible, visibleParts } from './visible.js';

/** The same sequences that `RowScanner` knows. */
export const ESCAPES =
  /\u001b(?:\[([0-?]*)([ -/]*[@-~]?)|[\]PX^_](?:[^\u0007\u001b]|\u001b(?=[^\\])){0,4096}(?:\u0007|\u001b\\)?|[ -/]*[0-~]?)/g;

const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true });
const MOVES = /[\b\r]|\u001b\[[0-9;]*[KGCD]/;

/** Returns the row's text without its line end. Bytes that are not UTF-8 become U+FFFD. */
export function textOf(bytes) {
  let end = bytes.length;
  if (end > 0 && bytes[end - 1] === 10) {
    end--;
  }
  while (end > 0 && bytes[end - 1] === 13) {
    end--;
  }
  return UTF8.decode(bytes.subarray(0, end));
}

/**
 * Returns `{text, spans}`; a span has `from`, `to`, `style` and `sign`, which is true where the text stands for a
 * character that cannot be seen.
 */
export function renderRow(raw, style) {
  const runs = MOVES.test(raw) ? overwritten(raw, style) : styled(raw, style);
  let text = '';
  const spans = [];
  for (const run of runs) {
    for (const part of visibleParts(run.text)) {
      spans.push({ from: text.length, to: text.length + part.text.length, style: run.style, sign: part.sign });
      text += part.text;
    }
  }
  return { text, spans };
}

/** Returns the text of a row as it is shown; quicker than with its spans. */
export function shownText(raw) {
  if (MOVES.test(raw)) {
    return renderRow(raw, PLAIN).text;
  }
  return visible(raw.includes('\u001b') ? raw.replace(ESCAPES, '') : raw);
}

function styled(raw, first) {
  if (!raw.includes('\u001b')) {
    return [{ text: raw, style: first }];
  }
  const runs = [];
  let style = first;
  let from = 0;
  for (const match of raw.matchAll(ESCAPES)) {
    if (match.index > from) {
      runs.push({ text: raw.slice(from, match.index), style });
    }
    style = styleAfter(match, style);
    from = match.index + match[0].length;
  }
  if (from < raw.length) {
    runs.push({ text: raw.slice(from), style });
  }
  return runs;
}

function styleAfter([, parameters, end], style) {
  return end === 'm' ? applySgr(style, parameters) : style;
}

/** The row of a progress bar: one cell for each character, and a cursor. */
function overwritten(raw, first) {
  const cells = [];
  let cursor = 0;
  let style = first;
  const write = (text) => {
    for (const character of text) {
      if (character === '\r') {
        cursor = 0;
      } else if (character === '\b') {
        cursor = Math.max(0, cursor - 1);
      } else {
        while (cells.length < cursor) {
          cells.push({ text: ' ', style: first });
        }
        cells[cursor++] = { text: character, style };
      }
    }
  };
  let from = 0;
  for (const match of raw.matchAll(ESCAPES)) {
    write(raw.slice(from, match.index));
    style = styleAfter(match, style);
    cursor = moveCursor(match, cells, cursor, style);
    from = match.index + match[0].length;
  }
  write(raw.slice(from));
  return joined(cells);
}

const FARTHEST = 16 * 1024;

function moveCursor([, parameters, end], cells, cursor, style) {
  const number = Math.min(FARTHEST, Number(parameters) || 0);
  switch (end) {
    case 'K':
      if (number === 0) {
        cells.length = Math.min(cells.length, cursor);
      } else {
        cells.fill({ text: ' ', style }, 0, number === 1 ? cursor + 1 : cells.length);
        if (number === 2) {
          cells.length = 0;
        }
      }
      return cursor;
    case 'G':
      return Math.max(0, number - 1);
    case 'C':
      return Math.min(FARTHEST, cursor + Math.max(1, number));
    case 'D':
      return Math.max(0, cursor - Math.max(1, number));
    default:
      return cursor;
  }
}

function joined(cells) {
  const runs = [];
  for (const cell of cells) {
    const last = runs[runs.length - 1];
    if (last && last.style === cell.style) {
      last.text += cell.text;
    } else {
      runs.push({ ...cell });
    }
  }
  return runs;
}
