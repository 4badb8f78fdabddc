// Keeps the focus on the screen when what has it goes away or is moved: otherwise the keyboard would be nowhere.

/** Returns where something was before it went: the change of the document that took it out of what is still there. */
function placeOf(gone, records) {
  const takes = (record) => [...record.removedNodes].some((node) => node.contains(gone));
  const place = records.findLast(takes);
  return place && !place.target.isConnected ? placeOf(place.target, records) ?? place : place;
}

/** Returns what is next to a row that is gone: the link or button of the following row, or of the one before. */
function besides({ removedNodes, nextSibling, previousSibling }) {
  const rows = [removedNodes[0], nextSibling, previousSibling].filter((it) => it?.matches?.('tr, li'));
  return removedNodes[0] === rows.shift()
    && rows.filter(({ isConnected }) => isConnected).map((row) => row.querySelector('a[href], button')).find(Boolean);
}

/** Returns the nearest heading above a place. */
function headingAbove(place) {
  for (let around = place; around; around = around.parentElement) {
    const heading = around.querySelector('h1, h2');
    if (heading) {
      return heading;
    }
  }
  return null;
}

/**
 * Returns what has the focus instead of something that is gone. That is never another button at its place: who presses
 * a key twice must not do another thing than the one that was meant.
 */
const successor = (place) => place && (besides(place) || headingAbove(place.target));

export function keepTheFocus() {
  let focused = null;
  // What had the focus before a dialog was opened, or what has taken its place.
  let behind = null;
  document.addEventListener('focusin', ({ target, relatedTarget }) => {
    focused = target;
    if (target.closest('dialog') && relatedTarget && !relatedTarget.closest('dialog')) {
      behind = relatedTarget;
    }
  });
  new MutationObserver((records) => {
    if (behind && !behind.isConnected) {
      behind = successor(placeOf(behind, records));
    }
    if (!focused || document.activeElement !== document.body) {
      return;
    }
    const place = placeOf(focused, records);
    if (focused.isConnected && !place) {
      // The reader has put it away.
      return;
    }
    const dialog = [...document.querySelectorAll('dialog:modal')].at(-1);
    const next = [
      focused, focused.closest('dialog') && behind, successor(place),
      dialog?.querySelector('h2'), document.querySelector('main h1'), document.getElementById('main'),
    ].find((it) => it?.isConnected && (!dialog || dialog.contains(it)));
    if (next.tabIndex < 0) {
      next.tabIndex = -1;
    }
    next.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
}
