/** Select Graphic Rendition (ECMA-48, xterm): the colours and attributes that a program asks a terminal for. */

export const BOLD = 1;
export const DIM = 2;
export const ITALIC = 4;
export const UNDERLINE = 8;
export const INVERSE = 16;
export const HIDDEN = 32;
export const STRIKE = 64;

/** Added to a 24-bit colour, to tell it from a number in the palette of 256. */
export const TRUE_COLOUR = 0x1000000;

/** Equal styles are the same object. */
const known = new Map();
const MOST_KNOWN = 10_000;

function style(fg, bg, flags) {
  const key = fg + '/' + bg + '/' + flags;
  let found = known.get(key);
  if (!found) {
    if (known.size >= MOST_KNOWN) {
      known.clear();
      known.set('-1/-1/0', PLAIN);
    }
    found = Object.freeze({ fg, bg, flags });
    known.set(key, found);
  }
  return found;
}

/** No colour is -1. */
export const PLAIN = style(-1, -1, 0);

const ON = { 1: BOLD, 2: DIM, 3: ITALIC, 4: UNDERLINE, 7: INVERSE, 8: HIDDEN, 9: STRIKE, 21: UNDERLINE };
const OFF = { 22: BOLD | DIM, 23: ITALIC, 24: UNDERLINE, 27: INVERSE, 28: HIDDEN, 29: STRIKE };

/** Styles after a sequence, by the style before it and its parameters: programs repeat a few. */
const after = new Map();

/** Returns the style after a sequence with these parameters, such as `1;38;5;208`; others change nothing. */
export function applySgr(before, parameters) {
  let known = after.get(before);
  if (!known || known.size > 200) {
    if (after.size > 200) {
      after.clear();
    }
    known = new Map();
    after.set(before, known);
  }
  let result = known.get(parameters);
  if (!result) {
    result = /^[0-9;:]*$/.test(parameters) ? compute(before, parameters) : before;
    known.set(parameters, result);
  }
  return result;
}

function compute(before, parameters) {
  const codes = parameters.split(';');
  let { fg, bg, flags } = before;
  for (let i = 0; i < codes.length; i++) {
    const parts = codes[i].split(':');
    const code = Number(parts[0]);
    if (code === 0) {
      fg = bg = -1;
      flags = 0;
    } else if (code === 4 && parts[1] === '0') {
      flags &= ~UNDERLINE;
    } else if (ON[code]) {
      flags |= ON[code];
    } else if (OFF[code]) {
      flags &= ~OFF[code];
    } else if (code >= 30 && code <= 37) {
      fg = code - 30;
    } else if (code >= 90 && code <= 97) {
      fg = code - 82;
    } else if (code >= 40 && code <= 47) {
      bg = code - 40;
    } else if (code >= 100 && code <= 107) {
      bg = code - 92;
    } else if (code === 39) {
      fg = -1;
    } else if (code === 49) {
      bg = -1;
    } else if (code === 38 || code === 48) {
      const { colour, used } = parts.length > 1 ? colonColour(parts) : semicolonColour(codes, i);
      i += used;
      if (colour >= 0) {
        if (code === 38) {
          fg = colour;
        } else {
          bg = colour;
        }
      }
    }
  }
  return style(fg, bg, flags);
}

function semicolonColour(codes, at) {
  if (codes[at + 1] === '5') {
    return { colour: indexed(codes[at + 2]), used: 2 };
  }
  if (codes[at + 1] === '2') {
    return { colour: rgb(codes[at + 2], codes[at + 3], codes[at + 4]), used: 4 };
  }
  return { colour: -1, used: 0 };
}

/** `38:5:n`, `38:2:r:g:b` or, with a colour space, `38:2::r:g:b`. */
function colonColour(parts) {
  if (parts[1] === '5') {
    return { colour: indexed(parts[2]), used: 0 };
  }
  return { colour: parts[1] === '2' && parts.length >= 5 ? rgb(...parts.slice(-3)) : -1, used: 0 };
}

function indexed(text) {
  const number = Number(text ?? 0);
  return number >= 0 && number <= 255 ? number : -1;
}

function rgb(...texts) {
  const [r, g, b] = texts.map((text) => Math.min(255, Number(text ?? 0) || 0));
  return TRUE_COLOUR + ((r << 16) | (g << 8) | b);
}
