// Charts. The library is loaded when the first one is shown.
import { html, useEffect, useRef } from './view.js';

let library = null;

/** Loads the library, which is a script that defines a global name. */
function load() {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = new URL('./lib/uPlot.iife.min.js', import.meta.url);
    script.onload = () => resolve(window.uPlot);
    script.onerror = () => reject(new Error('The charts cannot be loaded.'));
    document.head.append(script);
  });
}

/** Returns a colour of the sheet, as it is in the present theme. */
function colour(element, name) {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  element.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

// Of the text that the sizes below are for, in pixels.
const TEXT = 14;
const DAY = 86_400;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** Returns the words below the time axis, in the local time of the browser. */
function times(plot, splits) {
  const format = plot.scales.x.max - plot.scales.x.min > 2 * DAY ? date : clock;
  return splits.map((seconds) => format.format(new Date(seconds * 1000)));
}

/** Returns the size that a chart has in its place. */
function size(place) {
  return { width: place.clientWidth, height: place.clientHeight };
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
      library ??= load();
      const Plot = await library;
      if (gone) {
        return;
      }
      chart.current?.destroy();
      const ink = (name) => colour(place.current, name);
      const unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / TEXT;
      const axis = {
        stroke: ink('muted'), grid: { stroke: ink('line'), width: 1 }, ticks: { show: false }, gap: 5 * unit,
        font: `${11 * unit}px system-ui, sans-serif`,
      };
      const own = options(ink, Plot);
      const { size: width, ...valueAxis } = { size: 46, ...own.valueAxis };
      chart.current = new Plot({
        ...size(place.current),
        legend: { show: false }, cursor: { drag: { x: false, y: false }, points: { size: 6 } },
        padding: [8 * unit, 20 * unit, 0, 0],
        ...own,
        axes: [
          { ...axis, space: 70 * unit, size: 28 * unit, values: times },
          { ...axis, size: width * unit, space: 28 * unit, ...valueAxis },
        ],
      }, newest.current, place.current);
    };
    draw();
    const resized = new ResizeObserver(() => chart.current?.setSize(size(place.current)));
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
