// Server-sent events, read from a fetched body.
// See https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

/**
 * Returns a function that takes pieces of a stream's text and calls `dispatch({name, id, data})`
 * for each whole event, and `position(id)` for an id without an event. The service ends lines with
 * a line feed only.
 */
export function eventParser(dispatch, position) {
  // Pieces of an unfinished line are joined once: a line may have megabytes.
  let unfinished = [];
  let id = null;
  let name = '';
  let data = [];

  const line = (text) => {
    if (text === '') {
      if (data.length > 0) {
        dispatch({ name: name || 'message', id, data: data.join('\n') });
      } else if (id !== null) {
        position(id);
      }
      name = '';
      data = [];
      return;
    }
    const colon = text.indexOf(':');
    if (colon === 0) {
      return;
    }
    const field = colon < 0 ? text : text.slice(0, colon);
    let value = colon < 0 ? '' : text.slice(colon + 1);
    value = value.startsWith(' ') ? value.slice(1) : value;
    if (field === 'data') {
      data.push(value);
    } else if (field === 'event') {
      name = value;
    } else if (field === 'id') {
      id = value;
    }
  };

  return (text) => {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      unfinished.push(text.slice(start, end));
      line(unfinished.length === 1 ? unfinished[0] : unfinished.join(''));
      unfinished = [];
      start = end + 1;
    }
    if (start < text.length) {
      unfinished.push(text.slice(start));
    }
  };
}
