/** The colours of terminals, made readable on the page's own background: a contrast of at least 4.5 to 1 (WCAG AA). */
import { BOLD, DIM, HIDDEN, INVERSE, ITALIC, STRIKE, TRUE_COLOUR, UNDERLINE } from './sgr.js';

const CONTRAST = 4.5;
const SIXTEEN = [
  0x24292f, 0xcf222e, 0x116329, 0x7d4e00, 0x0969da, 0x8250df, 0x1b7c83, 0x8c959f,
  0x57606a, 0xff7b72, 0x3fb950, 0xd29922, 0x58a6ff, 0xbc8cff, 0x39c5cf, 0xf0f6fc,
];
const LEVELS = [0, 95, 135, 175, 215, 255];

/** Returns a colour of the style as 24 bits. */
function rgb(colour) {
  if (colour >= TRUE_COLOUR) {
    return colour - TRUE_COLOUR;
  }
  if (colour < 16) {
    return SIXTEEN[colour];
  }
  if (colour >= 232) {
    return (8 + (colour - 232) * 10) * 0x010101;
  }
  const cube = colour - 16;
  return (LEVELS[Math.floor(cube / 36)] << 16) | (LEVELS[Math.floor(cube / 6) % 6] << 8) | LEVELS[cube % 6];
}

function linear(channel) {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function luminance(colour) {
  return 0.2126 * linear(colour >> 16) + 0.7152 * linear((colour >> 8) & 255) + 0.0722 * linear(colour & 255);
}

export function contrast(one, other) {
  const a = luminance(one);
  const b = luminance(other);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function mix(colour, other, part) {
  const channel = (shift) => {
    const from = (colour >> shift) & 255;
    return Math.round(from + (((other >> shift) & 255) - from) * part) << shift;
  };
  return channel(16) | channel(8) | channel(0);
}

/** Returns the colour, or the nearest one on its way to white or black that can be read on this background. */
export function readable(colour, background) {
  if (contrast(colour, background) >= CONTRAST) {
    return colour;
  }
  const end = contrast(0xffffff, background) > contrast(0, background) ? 0xffffff : 0;
  for (let part = 0.05; part < 1; part += 0.05) {
    const mixed = mix(colour, end, part);
    if (contrast(mixed, background) >= CONTRAST) {
      return mixed;
    }
  }
  return end;
}

/** Reads what `getComputedStyle` says of a colour. */
export function parseColour(text, fallback) {
  const numbers = /^rgba?\((\d+),? (\d+),? (\d+)/.exec(text);
  return numbers ? (numbers[1] << 16) | (numbers[2] << 8) | Number(numbers[3]) : fallback;
}

/** Calls back when the page's colours change; returns how to stop. */
export function watchColours(changed) {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(changed);
  dark.addEventListener('change', changed);
  observer.observe(document.documentElement, { attributes: true });
  return () => {
    dark.removeEventListener('change', changed);
    observer.disconnect();
  };
}

function css(colour) {
  return '#' + colour.toString(16).padStart(6, '0');
}

/** Applies styles of a terminal to elements, on a page with these colours. */
export class Painter {
  #text;
  #background;
  #cache = new Map();

  constructor(text, background) {
    this.#text = text;
    this.#background = background;
  }

  paint(element, style) {
    const { color, background } = this.#colours(style);
    const { flags } = style;
    const target = element.style;
    target.color = color;
    target.backgroundColor = background;
    if (flags & BOLD) {
      target.fontWeight = 'bold';
    }
    if (flags & ITALIC) {
      target.fontStyle = 'italic';
    }
    const lines = [flags & UNDERLINE ? 'underline' : '', flags & STRIKE ? 'line-through' : ''].join(' ').trim();
    if (lines) {
      target.textDecoration = lines;
    }
  }

  #colours(style) {
    const { fg, bg, flags } = style;
    const key = fg + '/' + bg + '/' + (flags & (DIM | INVERSE | HIDDEN));
    let found = this.#cache.get(key);
    if (!found) {
      found = this.#compute(fg, bg, flags);
      if (this.#cache.size > 10_000) {
        this.#cache.clear();
      }
      this.#cache.set(key, found);
    }
    return found;
  }

  #compute(fg, bg, flags) {
    let text = fg < 0 ? this.#text : rgb(fg);
    let background = bg < 0 ? this.#background : rgb(bg);
    if (flags & INVERSE) {
      [text, background] = [background, text];
    }
    if (flags & DIM) {
      text = mix(text, background, 0.4);
    }
    // Hidden text is shown: a log must not keep secrets from its reader.
    text = readable(text, background);
    const plain = fg < 0 && bg < 0 && !(flags & (DIM | INVERSE));
    return {
      color: plain ? '' : css(text),
      background: background === this.#background ? '' : css(background),
    };
  }
}
