// The last lines that an agent wrote, as it writes them.
import { Link } from './router.js';
import { html, useEffect, useLayoutEffect, useRef, useState } from './view.js';

const LINES = 12;
// A line may have many megabytes, so characters are counted, too.
const SHOWN = 4000;
const KEPT = 16_000;
const BEFORE = 64_000;
const SOON = 50;
const APART = 1000;
const SLOWLY = 5000;
// Colours and movements of a terminal, and other characters that show nothing.
const CONTROLS = /\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]/g;

/** Returns the last lines of a text, without the first if only its end is there. */
function lastLines(text, cut) {
  const plain = text.replace(CONTROLS, '');
  const whole = cut ? plain.slice(plain.indexOf('\n') + 1) : plain;
  return whole.replace(/\n$/, '').split('\n').slice(-LINES).join('\n').slice(-SHOWN);
}

/**
 * Shows the end of a run's log and keeps it up to date, at most once a second. It stays when the run has ended, and has
 * its place before there is a run.
 *
 * @param over whether the agent writes nothing more
 * @param onMore called now and then while the agent writes: what it used has changed, too
 */
export function Tail({ api, run, over, onMore }) {
  const [text, setText] = useState(run?.logBytes ? null : '');
  const place = useRef(null);
  const atEnd = useRef(true);
  const more = useRef(onMore);
  more.current = onMore;

  useEffect(() => {
    if (!run) {
      return undefined;
    }
    let stream;
    let offset;
    let end;
    let cut;
    let timer = 0;
    let pause = SOON;
    let told = Date.now();
    const show = () => {
      timer = 0;
      pause = APART;
      setText(lastLines(end, cut));
    };
    const follow = (from) => {
      offset = from;
      end = '';
      cut = from > 0;
      stream = api.stream(`/runs/${run.id}/log/stream?format=text&encoding=json`, {
        lastEventId: String(from),
        onEvent({ name, id, data }) {
          if (name === 'end') {
            stream.close();
          } else if (name === 'log') {
            offset = Number(id);
            end += JSON.parse(data);
            cut ||= end.length > KEPT;
            end = end.slice(-KEPT);
            timer ||= setTimeout(show, pause);
          }
          if (Date.now() - told > SLOWLY) {
            told = Date.now();
            more.current();
          }
        },
        onState(_, error) {
          if (error?.status === 400 && offset > 0) {
            // The run cut off its own log: what was read is not there any more.
            stream.close();
            follow(0);
          } else if (error?.status === 404) {
            stream.close();
            setText(error.message);
          }
        },
      });
    };
    follow(Math.max(0, run.logBytes - BEFORE));
    return () => {
      clearTimeout(timer);
      stream.close();
    };
  }, [run?.id]);

  // A reader who scrolls up is left alone.
  const scrolled = ({ target }) => {
    atEnd.current = target.scrollTop + target.clientHeight >= target.scrollHeight - 2;
  };
  useLayoutEffect(() => {
    if (atEnd.current) {
      place.current.scrollTop = place.current.scrollHeight;
    }
  }, [text]);

  const nothing = over ? 'Nothing was written.' : 'Nothing yet.';
  return html`<section class="panel" aria-labelledby="tail">
    <div class="panel-head"><h2 id="tail">Latest output</h2>
      ${run && html`<${Link} href=${`/runs/${run.id}/log`} class="panel-link">Whole log<//>`}</div>
    <pre class="panel-body tail" role="region" tabindex="0" aria-labelledby="tail" ref=${place} onScroll=${scrolled}>${text === '' ? nothing : text ?? ' '}</pre>
  </section>`;
}
