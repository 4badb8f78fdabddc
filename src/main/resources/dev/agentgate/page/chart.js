// Charts. The library is loaded when the first one is shown.
import { html, useEffect, useRef } from './view.js';

let library = null;

/** Returns a colour of the sheet, as it is in the present theme. */
function colour(element, name) {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  element.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

const HEIGHT = 150;
const DAY = 86_400;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** Returns the words below the time axis, in the local time of the browser. */
function times(plot, splits) {
  const format = plot.scales.x.max - plot.scales.x.min > 2 * DAY ? date : clock;
  return splits.map((seconds) => format.format(new Date(seconds * 1000)));
}

/**
 * A chart with a caption and a sentence that says the same.
 *
 * @param options a function of `colour(name)` and the library that returns the library's options
 */
export function Chart({ title, summary, data, options }) {
  const place = useRef(null);
  const chart = useRef(null);
  const newest = useRef(data);
  newest.current = data;

  useEffect(() => {
    let gone = false;
    const draw = async () => {
      library ??= import('./lib/uPlot.esm.js');
      const { default: Plot } = await library;
      if (gone) {
        return;
      }
      chart.current?.destroy();
      const ink = (name) => colour(place.current, name);
      const axis = { stroke: ink('muted'), grid: { stroke: ink('line'), width: 1 }, ticks: { show: false }, font: '11px system-ui, sans-serif' };
      const own = options(ink, Plot);
      chart.current = new Plot({
        width: place.current.clientWidth, height: HEIGHT,
        legend: { show: false }, cursor: { drag: { x: false, y: false }, points: { size: 6 } },
        padding: [8, 20, 0, 0],
        ...own,
        axes: [{ ...axis, space: 70, size: 28, values: times }, { ...axis, size: 46, space: 28, ...own.valueAxis }],
      }, newest.current, place.current);
    };
    draw();
    const resized = new ResizeObserver(() => chart.current?.setSize({ width: place.current.clientWidth, height: HEIGHT }));
    resized.observe(place.current);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    window.addEventListener('themechange', draw);
    return () => {
      gone = true;
      resized.disconnect();
      scheme.removeEventListener('change', draw);
      window.removeEventListener('themechange', draw);
      chart.current?.destroy();
    };
  }, []);

  useEffect(() => chart.current?.setData(data), [data]);

  return html`<figure class="panel chart">
    <figcaption class="chart-head"><h3>${title}</h3><p class="muted">${summary}</p></figcaption>
    <div class="chart-place" ref=${place} aria-hidden="true"></div>
  </figure>`;
}
