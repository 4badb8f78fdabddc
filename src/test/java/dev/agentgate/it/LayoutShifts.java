package dev.agentgate.it;

import com.microsoft.playwright.Page;

/**
 * What has moved on a page that nobody asked to move, as browsers reckon it: 1 is all of a screen.
 */
record LayoutShifts(Page page) {
  /** Browsers call 0.1 good. This is a line of a panel at the lower edge. */
  static final double MOST = 0.02;

  private static final String WATCH =
      """
      window.shifts = [];
      window.count = (list) => shifts.push(...list.filter((shift) => !shift.hadRecentInput)
        .map(({ value, sources }) => ({ value, of: sources.map(({ node }) =>
          `${node?.localName}.${node?.className} ${node?.textContent?.slice(0, 30)}`) })));
      window.observer = new PerformanceObserver((list) => count(list.getEntries()));
      observer.observe({ type: 'layout-shift', buffered: true });\
      """;

  private static final String SHIFTS =
      """
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
        count(observer.takeRecords());
        done(shifts);
      })))\
      """;

  /** Watches every document that the page loads from now on. */
  static LayoutShifts watch(Page page) {
    page.addInitScript(WATCH);
    return new LayoutShifts(page);
  }

  /** Returns how much has moved since the document was loaded. */
  double sum() {
    return ((Number)
            page.evaluate(
                "async () => (await ("
                    + SHIFTS
                    + ")()).reduce((sum, { value }) => sum + value, 0)"))
        .doubleValue();
  }

  /** Returns what has moved, and how much. */
  String all() {
    return page.evaluate("async () => JSON.stringify(await (" + SHIFTS + ")())").toString();
  }
}
