package dev.agentgate.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.agentgate.it.Chrome.button;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.agentgate.it.Chrome.Tab;
import dev.agentgate.it.Client.Answer;
import dev.agentgate.workorder.Sha256;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The page with keys and roles, by keyboard, and for screen readers. */
@Timeout(600)
class PageAccessIT {
  @TempDir static Path home;

  private static Chrome chrome;
  private static Service service;

  private static final String KEYS =
      """
      eve viewer %s
      olaf operator %s
      ada admin %s
      """
          .formatted(digest("viewer"), digest("operator"), digest("admin"));

  @BeforeAll
  static void start() throws Exception {
    chrome = Chrome.start();
    Path keys = home.resolve("keys");
    Files.writeString(keys, KEYS + "guest viewer " + digest("guest"));
    service = Service.in(home).with("AGENTGATE_AUTH_KEYS_FILE", keys);
    service.start();
  }

  @AfterAll
  static void stop() throws Exception {
    Chrome.closeAll(service, chrome);
  }

  private static String digest(String role) {
    return Sha256.hex(role + "-key");
  }

  private static String[] key(String role) {
    return new String[] {"X-API-Key", role + "-key"};
  }

  private static String submit(String script) {
    Answer answer = service.client().post("/work-orders", Client.script(script), key("admin"));
    assertThat(answer.status()).isEqualTo(201);
    return answer.json().path("id").asText();
  }

  private static void enter(Page page, String key) {
    page.getByLabel("Key", new Page.GetByLabelOptions().setExact(true)).fill(key);
    page.keyboard().press("Enter");
  }

  /** Opens a path with the key of a role. */
  private static Page enter(Tab tab, String role, String path) {
    Page page = tab.open(path);
    enter(page, role + "-key");
    assertThat(page.locator("dialog")).hasCount(0);
    return page;
  }

  private static List<String> buttons(Page page) {
    return page.locator("main").getByRole(AriaRole.BUTTON).allInnerTexts();
  }

  @Test
  void theKeyIsAskedForOnceAndKeptForTheTab() {
    try (Tab tab = chrome.tab(service)) {
      Page page = tab.open("/orders");
      new PageAccessibility(page).check();
      enter(page, "wrong");
      assertThat(page.getByRole(AriaRole.ALERT)).hasText("This key is not valid.");
      enter(page, "clé");
      assertThat(page.getByRole(AriaRole.ALERT)).containsText("outside ASCII");
      page.keyboard().press("Escape");
      assertThat(page.locator("dialog")).isVisible();
      enter(page, "viewer-key");
      assertThat(page.locator("dialog")).hasCount(0);
      assertThat(page.locator(".connection")).containsText("Live");
      page.navigate("/agents");
      assertThat(page.getByText("claude-code").first()).isVisible();
      assertThat(page.locator("dialog")).hasCount(0);

      button(page, "Forget key").click();
      assertThat(page.getByText("Enter your key")).isVisible();
      assertThat(page.evaluate("sessionStorage.getItem('agentgate.key')")).isNull();
      page.reload();
      assertThat(page.getByText("Enter your key")).isVisible();

      Page other = page.context().newPage();
      other.navigate("/");
      assertThat(other.getByText("Enter your key")).isVisible();
    }
  }

  @Test
  void aKeyThatIsNoLongerValidIsAskedForAgain() {
    try (Tab tab = chrome.tab(service)) {
      Page page = enter(tab, "viewer", "/orders");
      page.evaluate("sessionStorage.setItem('agentgate.key', 'of yesterday')");
      page.reload();
      enter(page, "operator-key");
      assertThat(page.locator("dialog")).hasCount(0);
      assertThat(page.getByText("Retry failed…")).isVisible();
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "viewer, none, none",
        "operator, Cancel…, none",
        "admin, Cancel…|Kill…, Pause the queue…"
      })
  void whatTheRoleMayNotDoIsNotOffered(String role, String onOrder, String onOverview) {
    String id = submit("echo begun; sleep 1000");
    try (Tab tab = chrome.tab(service)) {
      Page page = enter(tab, role, "/orders/" + id);
      assertThat(page.locator(".order-name .status")).hasText("running");
      assertThat(buttons(page))
          .isEqualTo(onOrder == null ? List.of() : List.of(onOrder.split("\\|")));
      page.navigate("/");
      assertThat(page.locator(".figure").first()).isVisible();
      assertThat(buttons(page).contains("Pause the queue…")).isEqualTo(onOverview != null);
      assertThat(page.locator("nav").getByText("Submit")).hasCount(role.equals("viewer") ? 0 : 1);
    } finally {
      cancel(id);
    }
  }

  @Test
  void aLostConnectionIsShownAndWhatWasMissedIsCaughtUp() {
    String id = submit("# Lives on\necho begun; sleep 1000");
    try (Tab tab = chrome.tab(service);
        Tab other = chrome.tab(service)) {
      Page page = enter(tab, "operator", "/orders/" + id);
      assertThat(page.locator(".order-name .status")).hasText("running");
      Page overview = enter(other, "operator", "/");
      Locator outcomes =
          overview.locator(".chart", new Page.LocatorOptions().setHasText("Outcomes"));
      int before = cancelled();
      assertThat(outcomes).containsText(" " + before + " cancelled");
      assertThat(overview.locator(".connection")).containsText("Live");
      overview.route("**/api/v1/events", Route::abort);
      service.kill9();
      assertThat(page.locator(".connection")).containsText("Connection lost");
      service.start();
      cancel(id);
      assertThat(page.locator(".connection")).containsText("Live");
      assertThat(page.locator(".order-name .status")).hasText("cancelled");

      overview.unroute("**/api/v1/events");
      assertThat(overview.locator(".connection")).containsText("Live");
      assertThat(outcomes).containsText(" " + (before + 1) + " cancelled");
    }
  }

  private static int cancelled() {
    return service
        .client()
        .get("/work-orders?status=cancelled", key("viewer"))
        .json()
        .path("total")
        .asInt();
  }

  @Test
  void aPageFromBeforeAnUpgradeSaysSo() {
    try (Tab tab = chrome.tab(service)) {
      Page page = enter(tab, "viewer", "/orders");
      Response current;
      do {
        // The first may still be one of the page before, which the reload breaks off.
        current =
            page.waitForResponse(
                answer -> answer.url().endsWith("/") && isFetched(answer), page::reload);
      } while (current.finished() != null);
      page.evaluate(
          "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
      assertThat(page.locator(".outdated")).hasCount(0);
      assertThat(page.locator(".connection")).containsText("Live");
      page.route(
          url -> url.endsWith("/"),
          route -> route.fulfill(new Route.FulfillOptions().setBody("another version")));
      service.kill9();
      service.start();
      assertThat(page.locator(".outdated")).containsText("The service was upgraded");
      new PageAccessibility(page).checkInBothThemes();
    }
  }

  private static boolean isFetched(Response answer) {
    return answer.request().resourceType().equals("fetch");
  }

  @Test
  void aKeyThatIsRevokedWhileALogIsReadIsAskedForAgain() throws Exception {
    Path more = service.outside("more");
    String id =
        submit("echo begun; until [ -e %s ]; do sleep 0.1; done; echo later".formatted(more));
    try (Tab tab = chrome.tab(service)) {
      Page page = enter(tab, "guest", "/orders/" + id);
      page.locator("main").getByRole(AriaRole.LINK).getByText("Log").first().click();
      assertThat(page.locator(".viewer .row").getByText("begun")).isVisible();
      service.kill9();
      Files.writeString(home.resolve("keys"), KEYS);
      service.start();
      assertThat(page.getByText("Enter your key")).isVisible();
      Files.createFile(more);
      enter(page, "viewer-key");
      assertThat(page.locator("dialog")).hasCount(0);
      assertThat(page.locator(".viewer .row").getByText("later")).isVisible();
      assertThat(page.locator(".viewer .row").getByText("begun")).hasCount(1);
    }
  }

  @Test
  void everythingIsReachedWithTheKeyboard() {
    try (Tab tab = chrome.tab(service)) {
      Page page = enter(tab, "admin", "/");
      assertThat(page.locator(".figure").first()).isVisible();
      page.reload();
      assertThat(page.locator(".figure").first()).isVisible();
      page.keyboard().press("Tab");
      assertThat(page.locator(":focus")).hasText("Skip to the content");
      assertThat(page.locator(":focus")).isInViewport();
      page.keyboard().press("Tab");
      page.keyboard().press("Tab");
      page.keyboard().press("Tab");
      assertThat(page.locator(":focus")).hasText("Orders");
      page.keyboard().press("Enter");
      assertThat(page).hasURL(Pattern.compile("/orders$"));
      assertThat(page.locator("main")).isFocused();
      Locator filters = page.getByRole(AriaRole.BUTTON).getByText("Filters");
      assertThat(filters).isVisible();
      for (int i = 0; i < 12 && !isFocused(page, "Filters"); i++) {
        page.keyboard().press("Tab");
      }
      assertThat(filters).isFocused();
      assertThat(page.locator(":focus")).hasCSS("outline-style", "solid");
      page.keyboard().press("Space");
      assertThat(page.getByLabel("Repository")).isVisible();
    }
  }

  private static boolean isFocused(Page page, String text) {
    return text.equals(page.evaluate("document.activeElement.innerText"));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"LIGHT", "DARK"},
      value = ColorScheme.class)
  void axeFindsNothingSerious(ColorScheme theme) {
    String failed = submit("echo said; exit 3");
    String running = submit("# Runs\necho begun; sleep 1000");
    try (Tab tab = chrome.tab(service, theme, 1280, 800)) {
      Page page = tab.open("/");
      assertThat(page.getByText("Enter your key")).isVisible();
      new PageAccessibility(page).check();
      enter(page, "admin-key");
      assertThat(page.locator("dialog")).hasCount(0);
      assertThat(page.locator(".chart canvas")).hasCount(3);
      new PageAccessibility(page).check();
      for (String path :
          List.of(
              "/orders?status=running&status=failed&agentType=shell",
              "/orders/" + failed,
              "/orders/" + running,
              "/agents",
              "/instances",
              "/submit?from=" + failed,
              "/submit")) {
        page.navigate(path);
        assertThat(page.locator("h1")).isVisible();
        assertThat(page.locator(".loading")).hasCount(0);
        new PageAccessibility(page).check();
      }
      checkDialogs(page, "/orders/" + running, "Cancel…", "Kill…");
      checkDialogs(page, "/orders/" + failed, "Follow up…", "Remove…");
      checkDialogs(page, "/agents", "Pause shell");
      page.navigate("/orders?status=failed");
      page.getByText("Retry failed…").click();
      assertThat(page.locator("dialog")).containsText("these filters");
      new PageAccessibility(page).check();
      page.navigate("/");
      page.getByText("Pause the queue…").click();
      new PageAccessibility(page).check();
    } finally {
      cancel(running);
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {"LIGHT", "DARK"},
      value = ColorScheme.class)
  void axeFindsNothingSeriousInStatesThatAreRare(ColorScheme theme) {
    try (Tab tab = chrome.tab(service, theme, 1280, 800)) {
      Page page = enter(tab, "admin", "/orders?label=no:such");
      PageAccessibility axe = new PageAccessibility(page);
      assertThat(page.getByText("No order matches these filters.")).isVisible();
      axe.check();
      button(page, "Retry failed…").click();
      assertThat(page.getByText("No failed order matches these filters.")).isVisible();
      axe.check();
      button(page, "Close").click();
      for (String path :
          List.of(
              "/orders?createdAfter=soon",
              "/orders/wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD",
              "/runs/run_01K9Z4J0W3V7S5T8Q2N6M4B1CD/log",
              "/runs/run_01K9Z4J0W3V7S5T8Q2N6M4B1CD/change")) {
        page.navigate(path);
        assertThat(page.getByRole(AriaRole.ALERT)).isVisible();
        axe.check();
      }
      page.evaluate(
          "history.pushState(null, '', '/nowhere'); dispatchEvent(new Event('popstate'))");
      assertThat(page.getByText("There is no such screen.")).isVisible();
      axe.check();
    }
  }

  private static void checkDialogs(Page page, String path, String... openers) {
    page.navigate(path);
    for (String opener : openers) {
      button(page, opener).click();
      assertThat(page.locator("dialog")).isVisible();
      new PageAccessibility(page).check();
      page.keyboard().press("Escape");
      assertThat(page.locator("dialog")).hasCount(0);
    }
  }

  @Test
  void anOrderIsSubmittedCancelledAndRemovedWithoutAMouse() {
    try (Tab tab = chrome.tab(service)) {
      Page page = enter(tab, "admin", "/");
      tabTo(page, "Submit");
      page.keyboard().press("Enter");
      assertThat(page.locator("main")).isFocused();
      assertThat(page.getByLabel("Prompt")).isVisible();
      page.keyboard().press("Tab");
      assertThat(page.getByLabel("Prompt")).isFocused();
      page.keyboard().type("# By keyboard\nsleep 1000");
      page.keyboard().press("Tab");
      page.keyboard().type("shell");
      page.keyboard().press("Tab");
      page.keyboard().type("Empty");
      tabTo(page, "Submit the order");
      page.keyboard().press("Enter");
      assertThat(page.locator(".order-name .status")).hasText("running");
      assertThat(page.locator("main")).isFocused();

      tabTo(page, "Cancel…");
      page.keyboard().press("Enter");
      tabTo(page, "Cancel the order");
      page.keyboard().press("Enter");
      assertThat(page.locator(".order-name .status")).hasText("cancelled");
      assertThat(button(page, "Retry")).isVisible();
      assertThat(page.locator("dialog")).hasCount(0);
      assertThat(page.locator("h1")).isFocused();

      tabTo(page, "Remove…");
      page.keyboard().press("Enter");
      tabTo(page, "Close");
      page.keyboard().press("Enter");
      assertThat(button(page, "Remove…")).isFocused();
      page.keyboard().press("Enter");
      tabTo(page, "Remove the order");
      page.keyboard().press("Enter");
      assertThat(page).hasURL(Pattern.compile("/orders$"));
      assertThat(page.locator("main")).isFocused();
    }
  }

  @Test
  void theFocusOutlivesTheButtonThatHasIt() {
    String id = submit("# Outlived\nsleep 1000");
    try (Tab tab = chrome.tab(service)) {
      Page page = enter(tab, "admin", "/orders/" + id);
      List<Route> held = new ArrayList<>();
      page.route("**/cancel", held::add);
      tabTo(page, "Cancel…");
      page.keyboard().press("Enter");
      tabTo(page, "Cancel the order");
      page.keyboard().press("Enter");
      page.keyboard().press("Escape");
      assertThat(page.locator("dialog")).hasCount(0);
      assertThat(button(page, "Cancel…")).isFocused();
      held.getFirst().resume();
      assertThat(page.locator(".order-name .status")).hasText("cancelled");
      assertThat(page.locator("h1")).isFocused();

      tabTo(page, "Retry");
      page.keyboard().press("Enter");
      assertThat(page.locator(".order-name .status")).hasText("running");
      assertThat(page.locator("h1")).isFocused();
      tabTo(page, "Kill…");
      page.keyboard().press("Enter");
      tabTo(page, "Kill the order");
      page.keyboard().press("Enter");
      assertThat(page.locator(".order-name .status")).hasText("failed");
      assertThat(page.locator("dialog")).hasCount(0);
      assertThat(page.locator("h1")).isFocused();

      page.navigate("/");
      tabTo(page, "Pause the queue…");
      page.keyboard().press("Enter");
      tabTo(page, "Pause");
      page.keyboard().press("Enter");
      assertThat(button(page, "Resume the queue")).isVisible();
      assertThat(page.locator("dialog")).hasCount(0);
      assertThat(page.locator("h1")).isFocused();
      page.keyboard().press("Tab");
      assertThat(button(page, "Resume the queue")).isFocused();
      page.keyboard().press("Enter");
      assertThat(button(page, "Pause the queue…")).isVisible();
      assertThat(page.locator("h1")).isFocused();

      page.navigate("/agents");
      Locator codex =
          page.locator(".agent").filter(new Locator.FilterOptions().setHasText("codex"));
      tabTo(page, "Pause codex", "ariaLabel");
      page.keyboard().press("Enter");
      tabTo(page, "Pause");
      page.keyboard().press("Enter");
      assertThat(codex).containsText("Paused manually");
      assertThat(page.locator("dialog")).hasCount(0);
      assertThat(codex.locator("h2")).isFocused();
      tabTo(page, "Resume codex", "ariaLabel");
      page.keyboard().press("Enter");
      assertThat(codex).not().containsText("Paused manually");
      assertThat(codex.locator("h2")).isFocused();
    } finally {
      service.client().post("/queue/resume", Client.script(""), key("admin"));
      cancel(id);
    }
  }

  @Test
  void theFocusGoesToTheNextRowAndThenToTheHeadingOfTheList() {
    String above = submit("# Above\nsleep 1000");
    String below = submit("# Below\nsleep 1000");
    try (Tab tab = chrome.tab(service)) {
      Page page = enter(tab, "viewer", "/");
      assertThat(page.locator(".order-title")).hasText(new String[] {"Above", "Below"});
      tabTo(page, "Below");
      cancel(below);
      assertThat(page.locator(".order-title")).hasText(new String[] {"Above"});
      assertThat(page.getByText("Above")).isFocused();
      cancel(above);
      assertThat(page.getByText("Nothing runs at the moment.")).isVisible();
      assertThat(page.locator("#running")).isFocused();
    } finally {
      cancel(above);
      cancel(below);
    }
  }

  @Test
  void whatIsMovedKeepsTheFocus() {
    try (Tab tab = chrome.tab(service)) {
      Page page = enter(tab, "viewer", "/agents");
      tabTo(page, "codex");
      // As the library does when what stands before it in a list comes or goes.
      page.evaluate(
          "document.activeElement.closest('ul').prepend(document.activeElement.closest('li'))");
      assertThat(page.locator(":focus")).hasText("codex");
      page.evaluate("document.querySelector('#app').append(document.querySelector('main'))");
      assertThat(page.locator(":focus")).hasText("codex");
    }
  }

  /** The browser tells of a closed dialog only later, perhaps when the next one is open. */
  @Test
  void aDialogThatIsOpenedAtOnceAfterAnotherStaysOpen() {
    String id = submit("true");
    try (Tab tab = chrome.tab(service)) {
      Page page = enter(tab, "admin", "/orders/" + id);
      assertThat(page.locator(".order-name .status")).hasText("completed");
      button(page, "Remove…").click();
      assertThat(button(page, "Remove the order")).isVisible();

      page.evaluate(
          """
          async () => {
            const named = (text) =>
              [...document.querySelectorAll('button')].find((it) => it.innerText === text);
            named('Close').click();
            while (document.querySelector('dialog')) {
              await null;
            }
            named('Remove…').click();
          }
          """);
      // By then the browser has told of the first.
      page.evaluate("new Promise((done) => setTimeout(done, 500))");

      assertThat(button(page, "Remove the order")).isVisible();

      page.keyboard().press("Escape");
      assertThat(page.locator("dialog")).hasCount(0);
      assertThat(button(page, "Remove…")).isFocused();
    }
  }

  private static void cancel(String id) {
    service.client().post("/work-orders/" + id + "/cancel", Client.script(""), key("admin"));
  }

  /** Presses the tabulator until something with this text has the focus. */
  private static void tabTo(Page page, String text) {
    tabTo(page, text, "innerText");
  }

  private static void tabTo(Page page, String text, String property) {
    String reached = "([text, property]) => document.activeElement?.[property] === text";
    List<String> wanted = List.of(text, property);
    page.waitForFunction(
        "([text, property]) => [...document.querySelectorAll('a, button')]"
            + ".some((it) => it[property] === text)",
        wanted);
    for (int i = 0; i < 60 && !(Boolean) page.evaluate(reached, wanted); i++) {
      page.keyboard().press("Tab");
    }
    assertThat((Boolean) page.evaluate(reached, wanted)).as("the focus is on " + text).isTrue();
  }

  @Test
  void theFilesAreKeptForeverAndTheDocumentIsAskedForEachTime() {
    Answer document = get("/orders", "Accept", "text/html");
    assertThat(document.status()).isEqualTo(200);
    assertThat(header(document, "Cache-Control")).isEqualTo("no-cache");
    assertThat(header(document, "Content-Security-Policy"))
        .startsWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';")
        .doesNotContain("unsafe");
    assertThat(header(document, "Cross-Origin-Opener-Policy")).isEqualTo("same-origin");
    String tag = header(document, "ETag");
    assertThat(get("/orders", "If-None-Match", tag).status()).isEqualTo(304);

    String script = document.text().replaceAll("(?s).*src=\"([^\"]*main[.]js)\".*", "$1");
    Answer file = get(script);
    assertThat(file.status()).isEqualTo(200);
    assertThat(header(file, "Cache-Control")).contains("immutable");
    assertThat(header(file, "Content-Security-Policy"))
        .isEqualTo("default-src 'none'; script-src 'self'; connect-src 'self'");
    assertThat(header(file, "Content-Type")).isEqualTo("text/javascript;charset=UTF-8");
    assertThat(header(get(script, "Accept-Encoding", "gzip"), "Content-Encoding"))
        .isEqualTo("gzip");
    assertThat(get(script.replaceFirst("/page/[^/]*", "/page/another")).status()).isEqualTo(404);
    assertThat(get(script.replace("main.js", "../Page.class")).status()).isNotEqualTo(200);
    assertThat(post(script)).isEqualTo(405);
    assertThat(post("/orders")).isEqualTo(405);
    assertThat(service.probe("/").status()).isNotEqualTo(200);
    assertThat(service.probe(script).status()).isEqualTo(404);
    assertThat(service.probe("/orders").status()).isEqualTo(404);
    assertThat(service.probe("/q/metrics").text())
        .as("one path for the whole page")
        .contains("uri=\"/\"")
        .doesNotContain("uri=\"/orders", "uri=\"/page");
  }

  private static Answer get(String path, String... headers) {
    return service.client().call("GET", path, BodyPublishers.noBody(), headers);
  }

  private static int post(String path) {
    return service.client().call("POST", path, BodyPublishers.noBody()).status();
  }

  private static String header(Answer answer, String name) {
    return answer.raw().headers().firstValue(name).orElse("");
  }
}
