// The last lines that an agent wrote, as it writes them.
import { Link } from './router.js';
import { html, useEffect, useRef, useState } from './view.js';

const LINES = 12;
const APART = 1000;
const SLOWLY = 5000;
// Colours and movements of a terminal, and other characters that show nothing.
const CONTROLS = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]/g;

/**
 * Shows the end of a run's log and keeps it up to date. The stream only tells that there is more;
 * the lines themselves are read again, so that a flood of output costs one small answer a second.
 *
 * @param onMore called now and then while the agent writes: what it used has changed, too
 */
export function Tail({ api, run, onMore }) {
  const [text, setText] = useState(null);
  const more = useRef(onMore);
  more.current = onMore;

  useEffect(() => {
    let timer = 0;
    let told = Date.now();
    let closed = false;
    const read = async () => {
      try {
        const lines = await api.text(`/runs/${run.id}/log?tail=${LINES}&format=text`);
        if (!closed) {
          setText(lines.replace(CONTROLS, ''));
        }
      } catch {
        // The stream says so, too, and tries again.
      }
      timer = 0;
    };
    read();
    const stream = api.stream(`/runs/${run.id}/log/stream`, {
      lastEventId: String(run.logBytes),
      onEvent({ name }) {
        if (name === 'end') {
          stream.close();
        }
        timer ||= setTimeout(read, APART);
        if (Date.now() - told > SLOWLY) {
          told = Date.now();
          more.current();
        }
      },
    });
    return () => {
      closed = true;
      clearTimeout(timer);
      stream.close();
    };
  }, [run.id]);

  return html`<section class="panel" aria-labelledby="tail">
    <div class="panel-head"><h2 id="tail">Latest output</h2>
      <${Link} href=${`/runs/${run.id}/log`} class="panel-link">Whole log<//></div>
    <pre class="panel-body tail" tabindex="0" aria-labelledby="tail">${text === '' ? 'Nothing yet.' : text ?? ' '}</pre>
  </section>`;
}
