package dev.agentgate.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.agentgate.it.Chrome.button;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import dev.agentgate.it.Chrome.Tab;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page's screen of a run's log, in a real browser. */
@Timeout(600)
class PageLogIT {
  /**
   * A task of a browser's main thread that is longer than this is felt as a hang on any machine.
   */
  private static final double LONGEST_TASK = 2000;

  private static final double MOST_HEAP = 100e6;

  private static final String LOOK = "document.dispatchEvent(new Event('visibilitychange'))";

  @TempDir static Path home;

  private static Chrome chrome;
  private static Service service;

  @BeforeAll
  static void start() {
    chrome = Chrome.start();
    service =
        Service.in(home)
            .with("AGENTGATE_RUN_LOG_MAX_SIZE", "256M")
            .with("AGENTGATE_AGENTS_CLAUDE_CODE_COMMAND", "sh,{promptFile}");
    service.start();
  }

  @AfterAll
  static void stop() throws Exception {
    Chrome.closeAll(chrome, service);
  }

  private static Client client() {
    return service.client();
  }

  private static Page openLog(Tab tab, String order) {
    return tab.open("/runs/" + client().order(order).path("currentRunId").asText() + "/log");
  }

  private static Page finished(Tab tab, String script) {
    String order = client().submit(script);
    client().awaitEnd(order);
    Page page = openLog(tab, order);
    assertThat(page.getByText("The run has completed")).isVisible();
    return page;
  }

  private static Locator viewer(Page page) {
    return page.locator(".viewer");
  }

  private static Locator row(Page page, String text) {
    return page.locator(".row-text", new Page.LocatorOptions().setHasText(text));
  }

  private static void find(Page page, String text, String expectedCount) {
    page.getByLabel("Find in the log").fill(text);
    assertThat(page.locator(".find-count")).hasText(expectedCount);
  }

  @Test
  void theModulesOfTheLogAndTheChangeDoAsTheySay() throws IOException {
    try (Tab tab = chrome.tab(service);
        InputStream checks = PageLogIT.class.getResourceAsStream("/page/modules.js")) {
      assertThat(checks).isNotNull();
      String source = new String(checks.readAllBytes(), StandardCharsets.UTF_8);
      Page page = tab.open("/");
      Object files =
          page.evaluate("document.querySelector('script[type=module]').src.replace('main.js', '')");
      Object wrong = page.evaluate(source.substring(source.indexOf("async")), files);
      assertThat(wrong).isEqualTo(List.of());
    }
  }

  @Test
  void whatAnAgentPrintsIsShownAsATerminalShowsItAndIsNeverMarkup() {
    try (Tab tab = chrome.tab(service)) {
      Page page =
          finished(
              tab,
              """
              echo '<script>alert(1)</script><img src=x onerror=alert(2)>'
              printf '\\033[31mred\\033[0m \\033[38;2;250;250;250mwhite\\033[0m \\033]0;title\\007plain\\n'
              printf 'at 10%%\\rat 100%%\\n'
              printf 'bidi \\342\\200\\256txt.exe\\n'
              printf 'bytes \\377\\000\\n'
              """);
      assertThat(row(page, "alert(1)"))
          .hasText("<script>alert(1)</script><img src=x onerror=alert(2)>");
      assertThat(page.locator("main script, main img")).hasCount(0);
      assertThat(row(page, "red")).hasText("red white plain");
      assertThat(page.locator(".row-text span", new Page.LocatorOptions().setHasText("red")))
          .hasAttribute("style", Pattern.compile("color: rgb\\(\\d+, \\d+, \\d+\\);"));
      assertThat(row(page, "100%")).hasText("at 100%");
      assertThat(row(page, "bidi")).hasText("bidi U+202Etxt.exe");
      assertThat(row(page, "bytes")).hasText("bytes \ufffd^@");
      assertThat(page.locator(".viewer-size")).containsText("5 lines");
      new PageAccessibility(page).check();
      String inLight = white(page).getAttribute("style");
      page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
      assertThat(white(page)).not().hasAttribute("style", inLight);
      new PageAccessibility(page).check();
    }
  }

  private static Locator white(Page page) {
    return page.locator(".row-text span", new Page.LocatorOptions().setHasText("white"));
  }

  @Test
  void anAgentsEventsAreReadableOrRaw() throws IOException {
    try (Tab tab = chrome.tab(service, ColorScheme.DARK, 360, 740)) {
      String event =
          "{\"type\":\"assistant\",\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"I am done.\"}]}}";
      String order =
          client().submit("echo '" + event + "'", body -> body.put("agentType", "claude-code"));
      client().awaitEnd(order);
      Page page = openLog(tab, order);
      assertThat(row(page, "I am done.")).hasText("I am done.");
      button(page, "Raw").click();
      assertThat(row(page, "{\"type\":\"assistant\"")).isVisible();
      assertThat(button(page, "Raw")).hasAttribute("aria-pressed", "true");
      Download download = page.waitForDownload(() -> button(page, "Download").click());
      assertThat(Files.readString(download.path())).isEqualTo(event + "\n");
      assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
          .isEqualTo(true);
      new PageAccessibility(page).check();
    }
  }

  @Test
  void aLogOf150MegabytesWithALineOf50DoesNotFreezeThePage() {
    try (Tab tab = chrome.tab(service)) {
      String order =
          client()
              .submit(
                  "seq -f 'line %.0f of a log that has a hundred megabytes, said the agent' 1700000;"
                      + " head -c 50000000 /dev/zero | tr '\\0' x; echo; echo 'the end'");
      client().awaitEnd(order);
      tab.page()
          .addInitScript(
              "window.longest = 0; new PerformanceObserver((list) => list.getEntries().forEach("
                  + "(task) => (longest = Math.max(longest, task.duration))))"
                  + ".observe({ type: 'longtask', buffered: true });");
      long began = System.nanoTime();
      Page page = openLog(tab, order);
      assertThat(row(page, "line 1 of")).isVisible();
      long first = System.nanoTime();
      assertThat(page.getByText("The run has completed")).isVisible();
      long all = System.nanoTime();
      assertThat(page.locator(".viewer-size")).containsText("1,700,002 lines");

      Locator field = page.getByLabel("Find in the log");
      find(page, "line 123456", "1 of 11");
      field.press("Enter");
      assertThat(page.locator(".find-count")).hasText("2 of 11");
      field.press("Shift+Enter");
      assertThat(page.locator(".find-count")).hasText("1 of 11");
      field.press("Shift+Enter");
      assertThat(page.locator(".find-count")).hasText("11 of 11");
      find(page, "LINE 1234567 of", "1 of 1");
      assertThat(page.locator("mark.current")).hasText("line 1234567 of");
      find(page, "the end", "1 of 1");
      assertThat(row(page, "the end")).isVisible();
      field.press("Escape");
      assertThat(viewer(page)).isFocused();
      page.keyboard().press("Home");
      assertThat(row(page, "line 1 of")).isVisible();
      page.keyboard().press("PageDown");
      assertThat(row(page, "line 1 of")).hasCount(0);
      button(page, "Wrap").click();
      assertThat(button(page, "Wrap")).hasAttribute("aria-pressed", "false");
      page.getByTitle("Go to the end (End)").click();
      assertThat(row(page, "the end")).isVisible();
      assertThat(row(page, "xxx").first()).isVisible();

      double longest = number(page, "longest");
      double heap = number(page, "performance.memory.usedJSHeapSize");
      System.out.printf(
          "A log of 150 MB: first lines after %d ms, all after %d ms, longest task %.0f ms, heap %.0f MB%n",
          (first - began) / 1_000_000, (all - began) / 1_000_000, longest, heap / 1e6);
      assertThat(longest).isLessThan(LONGEST_TASK);
      assertThat(heap).isLessThan(MOST_HEAP);
    }
  }

  private static double number(Page page, String expression) {
    return ((Number) page.evaluate(expression)).doubleValue();
  }

  @Test
  void aLogIsFollowedOverARestartOfTheServiceUntilTheReaderScrollsUp() throws IOException {
    try (Tab tab = chrome.tab(service)) {
      Path more = service.outside("more");
      Path end = service.outside("end");
      String order =
          client()
              .submit(
                  "seq -f 'early %%.0f' 500; until [ -e %s ]; do sleep 0.1; done; echo later;"
                          .formatted(more)
                      + " until [ -e %s ]; do sleep 0.1; done; seq -f 'last %%.0f' 300"
                          .formatted(end));
      client().awaitLog(order, "early 500");
      Page page = openLog(tab, order);
      assertThat(row(page, "early 500")).isVisible();
      assertThat(button(page, "Follow")).hasAttribute("aria-pressed", "true");

      service.kill9();
      assertThat(page.getByText("Connection lost. Trying again…")).isVisible();
      Files.createFile(more);
      service.start();
      assertThat(row(page, "later")).isVisible();
      assertThat(row(page, "early 500")).hasCount(1);
      assertThat(page.locator(".viewer-size")).containsText("501 lines");

      viewer(page).press("PageUp");
      assertThat(button(page, "Follow")).hasAttribute("aria-pressed", "false");
      Files.createFile(end);
      assertThat(page.getByText("The run has completed")).isVisible();
      assertThat(page.locator(".viewer-size")).containsText("801 lines");
      assertThat(row(page, "last 300")).hasCount(0);
      viewer(page).press("End");
      assertThat(row(page, "last 300")).isVisible();
    }
  }

  @Test
  void whatIsShownOfALogThatItsRunCutsOffMeanwhileIsReadAnew() throws IOException {
    Path go = service.outside("cut");
    String order =
        client()
            .submit(
                "for i in $(seq 2000); do echo \"a needle $i\"; done; until [ -e %s ]; do sleep 0.1; done;"
                        .formatted(go)
                    + " echo 'a new needle' >/dev/stdout; sleep 1000");
    client().awaitLog(order, "needle 2000");
    try (Tab tab = chrome.tab(service);
        Tab other = chrome.tab(service)) {
      tab.page().clock().install();
      other.page().clock().install();
      Page log = openLog(tab, order);
      assertThat(row(log, "needle 2000")).isVisible();
      viewer(log).press("Home");
      assertThat(row(log, "a needle 1").first()).isVisible();
      find(log, "needle", "1 of 2,000");
      Page tail = other.open("/orders/" + order);
      assertThat(tail.locator(".tail")).containsText("a needle 2000");
      // As the service does if it has not yet seen that the log is shorter now.
      for (Page page : List.of(log, tail)) {
        page.route("**/log/stream?*", PageLogIT::refuseToGoOn);
      }
      hide(log);
      hide(tail);
      assertThat(log.getByText("Paused while this tab is hidden")).isVisible();
      Files.createFile(go);
      client().awaitLog(order, "a new needle");

      show(tail);
      assertThat(tail.locator(".tail")).containsText("a new needle");
      assertThat(tail.locator(".tail")).not().containsText("needle 2000");
      show(log);
      assertThat(log.locator(".find-count")).hasText("1 of 1");
      assertThat(log.locator("mark.current")).hasCount(1);
      assertThat(row(log, "a new needle")).isVisible();
      assertThat(row(log, "a needle")).hasCount(0);
    } finally {
      client().post("/work-orders/" + order + "/cancel");
    }
  }

  private static void refuseToGoOn(Route route) {
    if (route.request().headers().get("last-event-id").equals("0")) {
      route.resume();
    } else {
      route.fulfill(new Route.FulfillOptions().setStatus(400));
    }
  }

  /** Hides a tab for so long that it gives its connections back. */
  private static void hide(Page page) {
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
    page.evaluate(LOOK);
    page.clock().fastForward(11_000);
  }

  private static void show(Page page) {
    page.evaluate("delete document.hidden");
    page.evaluate(LOOK);
  }

  @Test
  void theCurrentMatchStaysMarkedWhenLinesAreDividedAnew() {
    try (Tab tab = chrome.tab(service)) {
      String filler = "word ".repeat(100);
      Page page = finished(tab, "for i in $(seq 40); do echo needle $i " + filler + "; done");
      find(page, "needle", "1 of 40");
      for (int i = 2; i <= 30; i++) {
        page.getByLabel("Find in the log").press("Enter");
        assertThat(page.locator(".find-count")).hasText(i + " of 40");
      }
      Locator current =
          page.locator(".row", new Page.LocatorOptions().setHas(page.locator("mark.current")));
      assertThat(current).containsText("needle 30 word");
      assertThat(page.locator(".row.continued").first()).isVisible();
      button(page, "Wrap").click();
      assertThat(page.locator(".row.continued")).hasCount(0);
      assertThat(page.locator(".find-count")).hasText("30 of 40");
      viewer(page).press("Home");
      assertThat(row(page, "needle 1 word")).isVisible();
      assertThat(current).containsText("needle 30 word");
      assertThat(page.locator("mark.current")).hasCount(1);
    }
  }

  @Test
  void bytesThatWereDroppedFromALogAreALineOfTheirOwn(@TempDir Path other) {
    try (Service small = Service.in(other).with("AGENTGATE_RUN_LOG_MAX_SIZE", "64K")) {
      small.start();
      String order = small.client().submit("seq 100000");
      small.client().awaitEnd(order);
      small.client().awaitLog(order, "bytes dropped");
      try (Tab tab = chrome.tab(small)) {
        String run = small.client().order(order).path("currentRunId").asText();
        Page page = tab.open("/runs/" + run + "/log");
        find(page, "bytes dropped", "1 of 1");
        assertThat(page.locator(".row.hole")).containsText("bytes dropped");
      }
    }
  }
}
