/** Shows characters that would hide, reorder or imitate text, in texts that agents wrote. */

/** Controls, line separators, zero-width and bidirectional characters, tags, lone surrogates; not tab and joiners. */
const UNSEEN = new RegExp(
  '[\\0-\\x08\\n-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e]' +
    '|[\\u2060-\\u206f\\u3164\\ufe00-\\ufe0e\\ufeff\\uffa0\\ufff9-\\ufffb\\ufffe\\uffff]' +
    '|[\\u{e0000}-\\u{e0fff}]|\\p{Cs}',
  'gu',
);

/** Most texts have nothing else, and this is quickly seen. */
const NOT_ASCII = /[^\t\u0020-\u007e]/;

function hasUnseen(text) {
  return NOT_ASCII.test(text) && text.search(UNSEEN) >= 0;
}

/** Returns a sign for one such character: as on a keyboard, `^G`, or its code point. */
function sign(character) {
  const code = character.codePointAt(0);
  if (code < 32 || code === 127) {
    return '^' + String.fromCharCode(code ^ 64);
  }
  return 'U+' + code.toString(16).toUpperCase().padStart(4, '0');
}

/** Returns the text in parts: `{text, sign}`, where `sign` says that the text stands for a character. */
export function visibleParts(text) {
  if (!hasUnseen(text)) {
    return text ? [{ text, sign: false }] : [];
  }
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > from) {
      parts.push({ text: text.slice(from, match.index), sign: false });
    }
    parts.push({ text: sign(match[0]), sign: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) {
    parts.push({ text: text.slice(from), sign: false });
  }
  return parts;
}

/** Returns the text as one string. */
export function visible(text) {
  return hasUnseen(text) ? text.replace(UNSEEN, sign) : text;
}
