// Numbers and names as people read them.

const count = new Intl.NumberFormat('en');
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const number = (n) => count.format(n);

/** Returns `1.2M` for a large number. */
export const short = (n) => (n < 10_000 ? count.format(n) : compact.format(n));

/** Returns `3 files`, `1 file`. */
export const several = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

export function bytes(n) {
  const units = ['B', 'kB', 'MB', 'GB'];
  let at = 0;
  let value = n;
  while (value >= 1000 && at < units.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${at === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[at]}`;
}

/** Returns an amount in US dollars; a small one keeps its digits. */
export function dollars(usd) {
  return usd > 0 && usd < 0.1 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`;
}

/** Returns the first line of a prompt that has something on it, without the marks of a heading. */
export function firstLine(text) {
  return /^[ \t]*(?:#+[ \t]+)?(\S.*)$/m.exec(text)?.[1].trimEnd() ?? '';
}

/** Returns where an order works, in one line. */
export function sourceName(source) {
  switch (source.type) {
    case 'github': {
      const at = source.ref ?? source.branch;
      const name = source.owner && source.repo ? `${source.owner}/${source.repo}` : source.url ?? source.repo;
      return at ? `${name}@${at}` : name;
    }
    case 'git': return source.url;
    case 'local': return source.path;
    default: return 'empty workspace';
  }
}

/** Returns the texts of a list such as `a, "b, c"`. What is in quotes may have commas; a quote in it is doubled. */
export function listOf(text) {
  return [...text.matchAll(/\s*"((?:[^"]|"")*)"\s*(?=[,\n]|$)|[^,\n]+/g)]
    .map(([all, quoted]) => quoted?.replaceAll('""', '"') ?? all.trim()).filter(Boolean);
}

/** Returns the list as a text that `listOf` reads. */
export function listText(texts) {
  return texts.map((one) => (/[",\n]|^\s|\s$/.test(one) ? `"${one.replaceAll('"', '""')}"` : one)).join(', ');
}

export function labelsText(labels) {
  return listText(Object.entries(labels).map(([key, value]) => `${key}:${value}`));
}

/** Returns `[key, value]` pairs of a text such as `team:checkout, "note:a, b"`. */
export function labelsOf(text) {
  return listOf(text).map((one) => {
    const colon = one.indexOf(':');
    return colon < 0 ? [one, ''] : [one.slice(0, colon).trim(), one.slice(colon + 1).trim()];
  });
}
