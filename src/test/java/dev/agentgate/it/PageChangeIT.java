package dev.agentgate.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.agentgate.it.Chrome.button;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.agentgate.git.GitProgram;
import dev.agentgate.it.Chrome.Tab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page's screen of what a run changed, in a real browser. */
@Timeout(600)
class PageChangeIT {
  /**
   * A task of a browser's main thread that is longer than this is felt as a hang on any machine.
   */
  private static final double LONGEST_TASK = 2000;

  private static final String DIFF = "document.querySelector('.change-diff')";

  /** The number of the first line that is shown, whose row may begin above. */
  private static final String FIRST_LINE =
      "Number([...document.querySelectorAll('.change-diff .row-number + .row-number')]"
          + ".map((number) => number.dataset.number).find((number) => number !== ''))";

  private static final String NEXT_FRAMES =
      "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";

  /** What is copied if everything that is shown of the differences is selected. */
  private static final String COPIED =
      """
      () => {
        const diff = document.querySelector('.change-diff');
        getSelection().selectAllChildren(diff);
        const copy = new ClipboardEvent('copy', { clipboardData: new DataTransfer() });
        diff.dispatchEvent(copy);
        return copy.clipboardData.getData('text/plain');
      }\
      """;

  @TempDir static Path home;

  private static Chrome chrome;
  private static Service service;

  @BeforeAll
  static void start() throws Exception {
    chrome = Chrome.start();
    service = Service.in(home).with("AGENTGATE_AGENTS_CLAUDE_CODE_COMMAND", "sh,{promptFile}");
    Path repositories = Files.createDirectories(service.outside("repositories"));
    GitProgram.git(repositories, "init", "-q", "-b", "main", "author");
    Path author = repositories.resolve("author");
    Files.writeString(author.resolve("text"), "one\ntwo\nthree\n");
    Files.writeString(author.resolve("script"), "echo run\n");
    Files.writeString(author.resolve("old name"), "a file\nwith some\nlines\n");
    Files.writeString(author.resolve("gone"), "gone\n");
    GitProgram.git(author, "add", "-A");
    GitProgram.git(author, "commit", "-q", "-m", "base");
    GitProgram.git(repositories, "clone", "-q", "--bare", "author", "acme/shop.git");
    service.with("AGENTGATE_GITHUB_BASE_URL", "file://" + repositories);
    service.start();
  }

  @AfterAll
  static void stop() throws Exception {
    Chrome.closeAll(chrome, service);
  }

  private static Client client() {
    return service.client();
  }

  private static String submit(String script) {
    return client()
        .submit(
            script,
            body -> {
              body.put("agentType", "claude-code");
              body.putObject("workspaceSource").put("repo", "acme/shop");
            });
  }

  /** The run of an order that has ended. */
  private static String run(String order) {
    client().awaitEnd(order);
    return client().order(order).path("currentRunId").asText();
  }

  private static Page open(Tab tab, String run) {
    return tab.open("/runs/" + run + "/change");
  }

  private static Locator listed(Page page, String name) {
    return page.locator(".change-files .row", new Page.LocatorOptions().setHasText(name));
  }

  private static Locator diff(Page page) {
    return page.locator(".change-diff");
  }

  private static Locator head(Page page, String name) {
    return page.locator(".change-diff .file-button[title='" + name + "']");
  }

  @Test
  void filesOfAnyNameAndKindAreListedAndShown() throws IOException {
    String run =
        run(
            submit(
                """
                set -e
                printf 'one\\n<script>alert(1)</script>\\nthree\\n' >text
                chmod +x script; git mv 'old name' 'new name'; rm gone
                head -c 5000 /dev/urandom >bytes
                ln -s text link
                mkdir '<script>alert(2)<'; echo a >'<script>alert(2)</img src=x onerror=alert(3)>'
                echo b >"$(printf 'new\\nline')"; echo c >"$(printf 'bidi\\342\\200\\256gnp.exe')"
                echo d >"$(printf 'latin\\351')"; echo e >'"quoted" name'
                """));
    try (Tab tab = chrome.tab(service)) {
      Page page = open(tab, run);
      assertThat(page.locator(".viewer-bar")).containsText("11 files");
      assertThat(listed(page, "text")).containsText("+1");
      assertThat(listed(page, "script").first()).isVisible();
      assertThat(page.locator(".change-files")).containsText("mode 100644 → 100755");
      assertThat(listed(page, "new name")).containsText("old name → new name");
      assertThat(listed(page, "gone")).containsText("deleted");
      assertThat(listed(page, "bytes")).containsText("binary");
      assertThat(listed(page, "link")).containsText("symlink");
      assertThat(listed(page, "onerror")).hasCount(1);
      assertThat(listed(page, "new^Jline")).hasCount(1);
      assertThat(listed(page, "bidiU+202Egnp.exe")).hasCount(1);
      assertThat(listed(page, "latin\\351")).hasCount(1);
      assertThat(listed(page, "\"quoted\" name")).hasCount(1);

      assertThat(diff(page)).containsText("A binary file of 5,000 bytes.");
      listed(page, "text").first().getByRole(AriaRole.BUTTON).click();
      assertThat(page.locator(".row.line-added", new Page.LocatorOptions().setHasText("alert(1)")))
          .containsText("<script>alert(1)</script>");
      assertThat(page.locator(".row.line-deleted", new Page.LocatorOptions().setHasText("two")))
          .isVisible();
      assertThat(page.locator("main script, main img")).hasCount(0);
      new PageAccessibility(page).check();

      assertThat(page.getByText("agentgate patch " + run + " | git apply")).isVisible();
      Download download = page.waitForDownload(() -> page.getByText("Download patch").click());
      assertThat(Files.readAllBytes(download.path()))
          .isEqualTo(client().open("/runs/" + run + "/patch").readAllBytes());
    }
    try (Tab tab = chrome.tab(service, ColorScheme.DARK, 360, 740)) {
      Page page = open(tab, run);
      assertThat(listed(page, "\"quoted\" name")).isVisible();
      assertThat(diff(page)).containsText("alert(2)");
      assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
          .isEqualTo(true);
      new PageAccessibility(page).check();
    }
  }

  @Test
  void theDiffIsReadWithTheKeyboard() {
    String run = run(submit("for f in a b c; do seq -f \"$f %.0f\" 100 >$f; done"));
    try (Tab tab = chrome.tab(service)) {
      Page page = open(tab, run);
      assertThat(head(page, "a")).hasAttribute("aria-expanded", "true");
      head(page, "a").focus();
      page.keyboard().press("j");
      assertThat(listed(page, "b").getByRole(AriaRole.BUTTON)).hasAttribute("aria-current", "true");
      Locator names = page.locator(".change-diff .file-name");
      assertThat(names.getByText(Pattern.compile("^a$"))).hasCount(0);
      assertThat(diff(page)).isFocused();
      page.keyboard().press("j");
      assertThat(listed(page, "c").getByRole(AriaRole.BUTTON)).hasAttribute("aria-current", "true");
      page.evaluate(DIFF + ".scrollTop -= 100");
      head(page, "c").focus();
      page.evaluate(DIFF + ".scrollTop += 60");
      page.evaluate(NEXT_FRAMES);
      assertThat(head(page, "c")).isFocused();
      page.keyboard().press("w");
      assertThat(diff(page)).isFocused();

      open(tab, run);
      assertThat(head(page, "a")).hasAttribute("aria-expanded", "true");
      diff(page).focus();
      page.keyboard().press("j");
      assertThat(listed(page, "b").getByRole(AriaRole.BUTTON)).hasAttribute("aria-current", "true");
      page.keyboard().press("c");
      assertThat(head(page, "b")).hasAttribute("aria-expanded", "false");
      assertThat(head(page, "b")).containsText("101 lines");
      head(page, "b").press("Enter");
      assertThat(head(page, "b")).hasAttribute("aria-expanded", "true");
      assertThat(head(page, "b")).isFocused();
      Locator last = listed(page, "c").getByRole(AriaRole.BUTTON);
      last.press("Enter");
      assertThat(last).hasAttribute("aria-current", "true");
      assertThat(last).isFocused();
      button(page, "Close all").click();
      assertThat(page.locator(".change-diff .row")).hasCount(3);
      button(page, "Open all").click();
      assertThat(head(page, "a")).hasAttribute("aria-expanded", "true");
      assertThat(page.locator(".row.line-added").getByText("a 1", exactly())).isVisible();
    }
  }

  private static Locator.GetByTextOptions exactly() {
    return new Locator.GetByTextOptions().setExact(true);
  }

  @Test
  void theCommandThatAppliesTheChangeIsCopiedWithAndWithoutAClipboard() {
    String run = run(submit("echo new >text"));
    String command = "agentgate patch " + run + " | git apply";
    try (Tab tab = chrome.tab(service)) {
      tab.page().context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
      Page page = open(tab, run);
      button(page, "Copy the command").click();
      assertThat(page.getByText("The command is copied.")).isVisible();
      assertThat(page.evaluate("navigator.clipboard.readText()")).isEqualTo(command);

      // As with plain http from elsewhere.
      page.evaluate(
          """
          () => {
            Object.defineProperty(navigator, 'clipboard', { value: undefined });
            document.addEventListener('copy', ({ target }) => (window.copied = target.value));
          }\
          """);
      button(page, "Copy the command").click();
      assertThat(page.evaluate("window.copied")).isEqualTo(command);
      assertThat(button(page, "Copy the command")).isFocused();
    }
  }

  /** The page's policy lets Playwright not wait for an expression by itself. */
  private static void awaitTrue(Page page, String expression) {
    await()
        .pollInSameThread()
        .atMost(Duration.ofMinutes(3))
        .until(() -> Boolean.TRUE.equals(page.evaluate(expression)));
  }

  @Test
  void longLinesAreWrappedOnRequestAndWhatIsReadStaysInSight() {
    String words = String.join(" ", Collections.nCopies(60, "word"));
    String run = run(submit("for i in $(seq 300); do echo line $i " + words + " end; done >long"));
    try (Tab tab = chrome.tab(service)) {
      Page page = open(tab, run);
      assertThat(head(page, "long")).isVisible();
      assertThat(button(page, "Wrap")).hasAttribute("aria-pressed", "false");
      awaitTrue(page, DIFF + ".scrollWidth > " + DIFF + ".clientWidth");
      diff(page).focus();
      // At once, unlike a key, whose scrolling takes a while.
      page.evaluate(DIFF + ".scrollTop = 500");
      awaitTrue(page, FIRST_LINE + " > 10");
      Object first = page.evaluate(FIRST_LINE);

      page.keyboard().press("w");
      assertThat(button(page, "Wrap")).hasAttribute("aria-pressed", "true");
      assertThat(page.locator(".change-diff .row.continued").first()).isVisible();
      awaitTrue(page, FIRST_LINE + " === " + first);
      awaitTrue(page, DIFF + ".scrollWidth <= " + DIFF + ".clientWidth");
      assertThat(page.evaluate(COPIED).toString())
          .as("rows of one line are copied as one line")
          .contains("line " + first + " " + words + " end\nline ");
      page.setViewportSize(700, 800);
      awaitTrue(page, DIFF + ".scrollWidth <= " + DIFF + ".clientWidth");
      awaitTrue(page, FIRST_LINE + " === " + first);
      page.keyboard().press("End");
      assertThat(page.locator(".change-diff .row").getByText("line 300")).isVisible();
      new PageAccessibility(page).check();

      page.keyboard().press("Home");
      button(page, "Wrap").click();
      assertThat(page.locator(".change-diff .row.continued")).hasCount(0);
      awaitTrue(page, DIFF + ".scrollWidth > " + DIFF + ".clientWidth");
    }
  }

  @Test
  void aPatchOf30MegabytesDoesNotFreezeThePageAndALargerOneIsNamed() {
    String large = submit("seq 3800000 >large; echo small >zz");
    String tooLarge = submit("seq 5500000 >large");
    String run = run(large);
    try (Tab tab = chrome.tab(service)) {
      tab.page()
          .addInitScript(
              "window.longest = 0; new PerformanceObserver((list) => list.getEntries().forEach("
                  + "(task) => (longest = Math.max(longest, task.duration))))"
                  + ".observe({ type: 'longtask', buffered: true });");
      List<Route> held = new ArrayList<>();
      tab.page()
          .route(
              "**/patch",
              route -> {
                if (held.isEmpty() && !route.request().headers().get("range").contains("=0-")) {
                  held.add(route);
                } else {
                  route.resume();
                }
              });
      Page page = open(tab, run);
      Locator inList = listed(page, "large").getByRole(AriaRole.BUTTON);
      inList.focus();
      await().pollInSameThread().until(() -> page.title() != null && !held.isEmpty());
      assertThat(inList).hasAttribute("data-in-patch", "0");
      held.getFirst().resume();
      assertThat(head(page, "large")).containsText("3,800,001 lines");
      assertThat(inList).isFocused();
      assertThat(head(page, "large")).hasAttribute("aria-expanded", "false");
      head(page, "large").click();
      // The second line, because the other file has only one.
      assertThat(page.locator(".row.line-added", new Page.LocatorOptions().setHasText("2")).first())
          .isVisible();
      diff(page).focus();
      page.keyboard().press("End");
      assertThat(page.locator(".row.line-added", new Page.LocatorOptions().setHasText("small")))
          .isVisible();
      assertThat(page.locator(".row.line-added", new Page.LocatorOptions().setHasText("3800000")))
          .isVisible();
      assertThat(((Number) page.evaluate("longest")).doubleValue()).isLessThan(LONGEST_TASK);

      open(tab, run(tooLarge));
      assertThat(page.getByText("The patch was too large to keep")).isVisible();
      assertThat(listed(page, "large")).containsText("+5,500,000");
    }
  }

  @Test
  void aChangeThatIsNotThereSaysWhy() throws IOException {
    Path go = service.outside("go");
    String running = submit("echo begun; until [ -e %s ]; do sleep 0.1; done".formatted(go));
    client().awaitLog(running, "begun");
    try (Tab tab = chrome.tab(service)) {
      Page page = open(tab, client().order(running).path("currentRunId").asText());
      assertThat(page.getByText("The run is not over yet.")).isVisible();
      Files.createFile(go);
      assertThat(page.getByText("The run changed nothing in the repository.")).isVisible();

      open(tab, run(client().submit("true")));
      assertThat(page.getByText("it has no repository, or nothing was checked out")).isVisible();
      assertThat(diff(page)).hasCount(0);
    }
  }
}
