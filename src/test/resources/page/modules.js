// Checks the modules of the log and of the change in a browser; returns what does not hold.
async (base) => {
  const load = (name) => import(base + name);
  const [{ ByteStore }, { RowIndex }, { renderRow, textOf }, { Finder }, { applySgr, PLAIN }, { contrast, readable },
    { ScrollMap, MOST_PIXELS }, { visible }, { Patch, unquote }, { WrappedFile }, { listOf, listText }] =
    await Promise.all(
      ['bytes.js', 'rows.js', 'terminal.js', 'find.js', 'sgr.js', 'colours.js', 'scroll.js', 'visible.js', 'patch.js',
        'wrap.js', 'format.js'].map(load),
    );
  const encoder = new TextEncoder();
  const wrong = [];
  const same = (what, found, expected) => {
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      wrong.push(`${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
    }
  };

  // However the bytes arrive, the rows are the same.
  const indexed = (text, options, piece) => {
    const bytes = typeof text === 'string' ? encoder.encode(text) : text;
    const store = new ByteStore({ chunkSize: 16 });
    const index = new RowIndex({ columns: 80, ...options });
    for (let i = 0; i < bytes.length; i += piece) {
      store.append(bytes.subarray(i, i + piece));
      index.append(bytes.subarray(i, i + piece));
    }
    return { store, index };
  };
  const shown = (text, options = {}) => {
    const results = [1, 7, 1_000_000].map((piece) => {
      const { store, index } = indexed(text, options, piece);
      return index
        .read(store, 0, index.rows)
        .map((row) => (row.continued ? '+' : '') + renderRow(textOf(row.bytes), row.style).text);
    });
    same('pieces of ' + text, results[0], results[2]);
    same('pieces of ' + text, results[1], results[2]);
    return results[2];
  };
  same('line ends', shown('one\r\ntwo\n\nlast'), ['one', 'two', '', 'last']);
  same('progress', shown('10%\r55%\r100%\nabc\rX\nlong\r\u001b[Kx\n12345\u001b[3GX\n'), ['100%', 'Xbc', 'x', '12X45']);
  same('backspace', shown('ab\bc\n'), ['ac']);
  same('other sequences', shown('\u001b[2J\u001b[1;1Ha\u001b]0;title\u0007b\u001b]8;;x\u001b\\c\u001b(Bd\n'), ['abcd']);
  same('an unfinished sequence', shown('a\u001b[31\nb'), ['a', 'b']);
  same('hard wrap', shown('0123456789abcdef', { columns: 10 }), ['0123456789', '+abcdef']);
  same('wrap at words', shown('the quick brown fox', { columns: 12, words: true }), ['the quick ', '+brown fox']);
  same('wide characters', shown('日本語日本語', { columns: 10 }), ['日本語日本', '+語']);
  same('invalid UTF-8', shown(new Uint8Array([97, 255, 98, 0, 99])), ['a\ufffdb^@c']);
  same('bidirectional', shown('a\u202eb\u2066c\u200bd'), ['aU+202EbU+2066cU+200Bd']);
  same('joined emoji stay', visible('👩‍👧'), '👩‍👧');

  // A style lasts over lines, and over what is not read.
  const styled = indexed('\u001b[1;31mred\n' + 'x\n'.repeat(3000) + '\u001b[0mplain\n', {}, 1000);
  const style = (row) => styled.index.read(styled.store, row, row + 1)[0].style;
  same('style at the start', style(2000), applySgr(PLAIN, '1;31'));
  same('style at the end', style(3001), applySgr(PLAIN, '1;31'));
  same('256 colours', applySgr(PLAIN, '38;5;208;48;2;1;2;3'), { fg: 208, bg: 0x1010203, flags: 0 });
  same('colons', applySgr(PLAIN, '38:2::1:2:3;4:3').fg, 0x1010203);
  same('line of a row', styled.index.read(styled.store, 2999, 3000)[0].line, 2999);
  same('row of a byte', styled.index.rowAt(8 + 2 * 1234, styled.store), 1234 + (8 + 2 * 1234 >= 11 ? -1 : 0));

  // One line of any length has rows of bounded size, and nothing in it is unbounded.
  for (const piece of ['x', '\u001b[1m', '\u0301', '\u001b]', 'progress\r', '\u001b']) {
    const { index, store } = indexed(piece.repeat(200_000), { columns: 2000 }, 65_536);
    const longest = Math.max(...index.read(store, Math.max(0, index.rows - 300), index.rows).map((r) => r.bytes.length));
    if (longest > 40_000) {
      wrong.push(`a row of ${JSON.stringify(piece)} has ${longest} bytes`);
    }
  }

  // Find sees what is shown, over rows of one line and over colours, and whatever the case.
  const found = (text, query, options = {}) => {
    const { index, store } = indexed(text, options, 4096);
    const finder = new Finder(index, store, query);
    while (!finder.search(5));
    return [finder.count, finder.place(0)?.row ?? null];
  };
  same('find', found('a\n'.repeat(5000) + 'Needle\n' + 'b\n'.repeat(5000), 'nEEdle'), [1, 5000]);
  same('find in colours', found('x\n'.repeat(900) + 'ne\u001b[31med\u001b[0mle\n'.repeat(3), 'needle'), [3, 900]);
  same('find over rows', found('0123456789'.repeat(100), '9012', { columns: 15 }), [99, 0]);
  same('find what overwrote', found('abc\rX\n', 'Xbc'), [1, 0]);
  same('find no pattern', found('a.c\nabc\n', 'a.c'), [1, 0]);

  // Where the next match is, is not said before the search has come there.
  const deep = indexed('needle\n' + 'x\n'.repeat(5000) + 'needle\n' + 'x\n'.repeat(5000), {}, 4096);
  const finder = new Finder(deep.index, deep.store, 'needle');
  finder.search(0);
  same('a match below, too early', [finder.count, finder.firstFrom(0), finder.firstFrom(2000)], [1, 0, null]);
  while (!finder.search(5));
  same('a match below', [finder.firstFrom(2000), finder.firstFrom(5002)], [1, 0]);

  // A list of texts is the same after it was a text.
  for (const texts of [[], ['team:checkout', 'sprint:21'], ['note:a, b', 'said:"no", twice', '"', ' space ', 'two\nlines']]) {
    same('a list as a text', listOf(listText(texts)), texts);
  }
  same('a simple list', [listText(['a:b', 'c:d']), listOf(' a:b,c:d ,, ')], ['a:b, c:d', ['a:b', 'c:d']]);

  // Every colour can be read on every background.
  for (const background of [0xffffff, 0x161a21, 0x808080, 0xff0000]) {
    for (let colour = 0; colour < 0x1000000; colour += 0x10f0f) {
      if (contrast(readable(colour, background), background) < 4.5) {
        wrong.push(`contrast of ${colour.toString(16)} on ${background.toString(16)}`);
        break;
      }
    }
  }

  // A scroll bar of bounded height reaches every pixel of a long content.
  const map = new ScrollMap();
  map.resize(200_000_000, 600);
  same('height', map.height, MOST_PIXELS);
  map.goTo(100_000_000);
  const middle = map.settle();
  map.scrolledTo(middle + 100);
  same('a short way', map.top, 100_000_100);
  same('it stays', Math.abs(map.settle() - middle) <= 5, true);
  map.scrolledTo(MOST_PIXELS - 600);
  same('a long way', map.top, map.end);
  map.goTo(500);
  map.scrolledTo(0);
  same('near the start', map.top >= 400, true);

  // A patch in any pieces has the same files and lines.
  const text = [
    'diff --git a/a b/a', 'index 1..2 100644', '--- a/a', '+++ b/a', '@@ -1,2 +1,2 @@ f()', ' one', '-diff --git a/x b/x',
    '+@@ -1 +1 @@', '\\ No newline at end of file', 'diff --git "a/n\\n\\"\\303\\274" "b/n\\n\\"\\303\\274"',
    'new file mode 100755', 'index 0..1', 'diff --git a/l b/l', 'deleted file mode 120000', 'index 1..0', '--- a/l',
    '+++ /dev/null', '@@ -1 +0,0 @@', '-x', 'diff --git a/o b/n', 'similarity index 100%', 'rename from o',
    'rename to n', 'diff --git a/b b/b', 'index 1..2 100644', 'GIT binary patch', 'literal 12', 'zabc', '', 'literal 3',
    'zabc', '', '',
  ].join('\n');
  for (const piece of [1, 5, 10_000]) {
    const bytes = encoder.encode(text);
    const store = new ByteStore({ chunkSize: 16 });
    const patch = new Patch();
    for (let i = 0; i < bytes.length; i += piece) {
      store.append(bytes.subarray(i, i + piece));
      patch.push(bytes.subarray(i, i + piece));
    }
    patch.end();
    same('files', patch.files.map((f) => [f.status, f.oldPath, f.path, f.insertions, f.deletions, f.lines, f.binary]), [
      ['modified', 'a', 'a', 1, 1, 5, false],
      ['added', 'n\n"ü', 'n\n"ü', 0, 0, 0, false],
      ['deleted', 'l', 'l', 0, 1, 2, false],
      ['renamed', 'o', 'n', 0, 0, 0, false],
      ['modified', 'b', 'b', 0, 0, 0, true],
    ]);
    same('size of a binary file', patch.files[4].binaryBytes, 12);
    same('lines', patch.read(store, patch.files[0], 1, 9).map((l) => [l.kind, l.text, l.oldLine, l.newLine]), [
      [' ', 'one', 1, 1],
      ['-', 'diff --git a/x b/x', 2, 2],
      ['+', '@@ -1 +1 @@', 3, 2],
      ['\\', ' No newline at end of file', 3, 3],
    ]);
  }
  same('a name that is not UTF-8', unquote('"latin\\351"'), 'latin\\351');

  // Wrapped rows are the same wherever they are read from, and while the patch is still coming.
  const words = (i) => 'wörd '.repeat(i % 9 ? i % 40 : 0) + 'x'.repeat(i === 300 ? 2500 : 0);
  const long = Array.from({ length: 700 }, (_, i) => `+${i} ${words(i)}`);
  const whole = encoder.encode(
    ['diff --git a/a b/a', 'new file mode 100644', '--- /dev/null', '+++ b/a', '@@ -0,0 +1,700 @@', ...long, ''].join('\n'));
  const store = new ByteStore({ chunkSize: 1024 });
  const patch = new Patch();
  let file = null;
  for (let i = 0; i < whole.length; i += 997) {
    store.append(whole.subarray(i, i + 997));
    patch.push(whole.subarray(i, i + 997));
    if (patch.files.length > 0) {
      file ??= new WrappedFile(patch.files[0], (from) => patch.lines(store, patch.files[0], from), 40);
      same('rows so far', file.read(0, 1e9).length, file.rows);
    }
  }
  const rows = file.read(0, 1e9);
  const lines = [];
  rows.forEach(({ continued, text }) => (continued ? (lines[lines.length - 1] += text) : lines.push(text)));
  same('wrapped lines', lines, patch.read(store, patch.files[0], 0, 1e9).map((line) => line.text));
  same('wide rows', rows.filter(({ text }) => text.length > 40), []);
  same('rows that tell what is missing', rows.filter(({ cut }) => cut > 0).map((row) => [row.number, row.text]), [[301, '']]);
  for (let at = 0; at < rows.length; at += 83) {
    same('rows from ' + at, file.read(at, at + 90), rows.slice(at, at + 90));
    same('line of row ' + at, file.lineAt(at), rows[at].number);
    same('first row of its line', rows[file.rowOf(rows[at].number)].piece, 0);
  }
  return wrong;
}
