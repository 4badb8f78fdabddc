package dev.agentgate.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.agentgate.it.Chrome.button;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.APIResponse;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ReducedMotion;
import dev.agentgate.git.GitProgram;
import dev.agentgate.git.GitServer;
import dev.agentgate.it.Chrome.Tab;
import dev.agentgate.publish.FakeGitHub;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page's screens and actions, with real runs in a real browser. */
@Timeout(600)
class PageIT {
  private static final String ENDLESS = "echo begun; sleep 1000";

  /** More waiting orders than this raise an alert. */
  private static final int MANY = 6;

  /** Buttons come when the role is known. */
  private static final double MOST_SHIFT_OF_LOAD = 0.02;

  /** What is too wide for the window, cut off without a sign of it, or smaller than a size. */
  private static final String CUT_OFF =
      """
      async (least) => {
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
        const root = document.documentElement;
        const wrong = root.scrollWidth > innerWidth ? [`It is ${root.scrollWidth} wide.`] : [];
        for (const one of document.querySelectorAll('body *')) {
          const style = getComputedStyle(one);
          const box = one.getBoundingClientRect();
          const isSeen = box.width > 1 && box.height > 1 && style.visibility === 'visible';
          if (!isSeen || one.closest('.viewer, .chart-place, .skip, thead')) {
            continue;
          }
          const name = `${one.localName}.${one.className} ${one.textContent.slice(0, 40)}`;
          if (box.left < -1 || box.right > innerWidth + 1) {
            wrong.push(`Out of the window: ${name}`);
          }
          const isCut = one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
            && ['hidden', 'clip'].includes(style.overflowX) && style.textOverflow !== 'ellipsis';
          if (isCut && !['input', 'select', 'svg'].includes(one.localName)) {
            wrong.push(`Cut off: ${name}`);
          }
          const hasText = [...one.childNodes].some((it) => it.nodeType === 3 && it.data.trim());
          if (hasText && parseFloat(style.fontSize) < least) {
            wrong.push(`${style.fontSize}: ${name}`);
          }
        }
        return wrong;
      }\
      """;

  @TempDir static Path home;

  private static Chrome chrome;
  private static FakeGitHub gitHub;
  private static GitServer git;
  private static Path shop;
  private static Service service;

  @BeforeAll
  static void start() throws Exception {
    chrome = Chrome.start();
    Path repositories = Files.createDirectories(home.resolve("repositories"));
    shop = GitProgram.publishShop(repositories);
    gitHub = new FakeGitHub();
    git = new GitServer(repositories, FakeGitHub.TOKEN, () -> {});
    service =
        Service.in(home)
            .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 4)
            .with("AGENTGATE_HEALTH_QUEUE_DEPTH_THRESHOLD", MANY)
            .with("AGENTGATE_WORKSPACE_KEEP", "always")
            .with("AGENTGATE_GITHUB_BASE_URL", "http://127.0.0.1:" + git.port())
            .with("AGENTGATE_GITHUB_API_URL", gitHub.url())
            .with("AGENTGATE_GITHUB_TOKEN", FakeGitHub.TOKEN)
            .with("AGENTGATE_AGENTS_CLAUDE_CODE_COMMAND", "sh,{promptFile}");
    service.start();
  }

  @AfterAll
  static void stop() throws Exception {
    Chrome.closeAll(chrome, service, git, gitHub);
  }

  private static Client client() {
    return service.client();
  }

  private static Locator heading(Page page, String name) {
    return page.getByRole(
        AriaRole.HEADING, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  /** The word for an order's status at its head. */
  private static Locator status(Page page) {
    return page.locator(".order-name .status");
  }

  private static void confirm(Page page, String name) {
    page.locator("dialog")
        .getByRole(AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(name).setExact(true))
        .click();
  }

  private static String labelled(String script, String label) {
    return client().submit(script, body -> body.putObject("labels").put("test", label));
  }

  @Test
  void theOverviewShowsWhatRunsWhatWaitsAndWhy() {
    try (Tab tab = chrome.tab(service)) {
      String running = labelled("# The overview shows this one\n" + ENDLESS, "overview");
      client().awaitLog(running, "begun");
      Page page = tab.open("/");
      assertThat(page.getByText("The overview shows this one")).isVisible();
      assertThat(page.locator(".figure", new Page.LocatorOptions().setHasText("Oldest run")))
          .containsText("so far");
      assertThat(page.locator(".chart canvas")).hasCount(3);

      button(page, "Pause the queue…").click();
      confirm(page, "Pause");
      assertThat(button(page, "Resume the queue")).isVisible();
      String waiting = labelled("true", "overview");
      assertThat(page.locator(".figure", new Page.LocatorOptions().setHasText("Waiting")))
          .containsText("1");
      assertThat(page.locator(".notices")).containsText("The queue is paused.");
      button(page, "Resume the queue").click();
      assertThat(button(page, "Pause the queue…")).isVisible();
      client().awaitStatus(waiting, "completed");
      assertThat(page.getByText("Nothing is blocked")).isVisible();
      assertThat(chart(page, "Outcomes")).containsText(Pattern.compile("[1-9][0-9]* completed"));

      Locator outcomes = chart(page, "Outcomes");
      page.route("**/queue/health", PageIT::answerThreeHoursLater);
      page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      assertThat(outcomes).containsText("0 completed");
      button(page, "Last 24 hours").click();
      assertThat(button(page, "Last 24 hours")).hasAttribute("aria-pressed", "true");
      assertThat(button(page, "Last hour")).hasAttribute("aria-pressed", "false");
      assertThat(outcomes).containsText(Pattern.compile("[1-9][0-9]* completed"));
      assertThat(page.locator(".chart canvas")).hasCount(3);
      button(page, "Last hour").click();
      assertThat(outcomes).containsText("0 completed");
      button(page, "Last 7 days").click();
      assertThat(outcomes).containsText(Pattern.compile("[1-9][0-9]* completed"));

      assertThat(client().post("/work-orders/" + running + "/cancel").status()).isEqualTo(200);
      assertThat(page.getByText("The overview shows this one")).hasCount(0);
    }
  }

  private static Locator chart(Page page, String title) {
    return page.locator(".chart", new Page.LocatorOptions().setHasText(title));
  }

  private static void answerThreeHoursLater(Route route) {
    APIResponse answer = route.fetch();
    try {
      ObjectNode health = (ObjectNode) Client.JSON.readTree(answer.text());
      Instant now = Instant.parse(health.path("timestamp").asText());
      health.put("timestamp", now.plus(Duration.ofHours(3)).toString());
      route.fulfill(new Route.FulfillOptions().setResponse(answer).setBody(health.toString()));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theOverviewIsReadAgainWhenItsTabIsSeenAgain() {
    try (Tab tab = chrome.tab(service)) {
      Page page = tab.open("/");
      assertThat(button(page, "Pause the queue…")).isVisible();
      assertThat(client().post("/queue/pause").status()).isEqualTo(200);
      page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      assertThat(button(page, "Resume the queue")).isVisible();
    } finally {
      client().post("/queue/resume");
    }
  }

  @Test
  void theListFollowsChangesAndItsFiltersAreTheAddress() {
    try (Tab tab = chrome.tab(service)) {
      Page page = tab.open("/orders?status=failed&label=test:list");
      assertThat(page.getByText("No order matches these filters.")).isVisible();
      assertThat(page.getByLabel("Labels")).hasValue("test:list");

      labelled("# Fails soon\nexit 3", "list");
      assertThat(page.getByText("Fails soon")).isVisible();
      assertThat(page.getByText("Exit code 3")).isVisible();

      button(page, "failed").click();
      button(page, "completed").click();
      assertThat(page).hasURL(Pattern.compile("/orders\\?status=completed&label=test%3Alist$"));
      assertThat(page.getByText("Fails soon")).hasCount(0);
      labelled("# Works well\ntrue", "list");
      assertThat(page.getByText("Works well")).isVisible();
      page.goBack();
      page.goBack();
      assertThat(page.getByText("Fails soon")).isVisible();

      labelled("# Fails later\nexit 4", "list");
      button(page, "Show 1 new order: Fails later").click();
      assertThat(page.getByText("Fails later")).isVisible();
      button(page, "Clear").click();
      assertThat(page).hasURL(Pattern.compile("/orders$"));

      page.getByLabel("Go to an order").fill("wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD");
      page.keyboard().press("Enter");
      assertThat(page.getByRole(AriaRole.ALERT)).containsText("wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD");
      assertThat(button(page, "Try again")).hasCount(0);
      page.locator("main").getByText("Orders").click();
      assertThat(page).hasURL(Pattern.compile("/orders$"));
    }
  }

  @Test
  void ordersAreFilteredByAgentReasonAndTime() {
    try (Tab tab = chrome.tab(service)) {
      String early = labelled("# By shell\nexit 5", "filters");
      client().awaitEnd(early);
      String other =
          client()
              .submit(
                  "# By another agent\ntrue",
                  body -> {
                    body.put("agentType", "claude-code");
                    body.putObject("labels").put("test", "filters");
                  });
      client().awaitEnd(other);
      Page page = tab.open("/orders?label=test:filters");
      Locator titles = page.locator(".order-title");
      assertThat(titles).hasText(new String[] {"By another agent", "By shell"});
      page.locator(".filter-grid select").first().selectOption("claude-code");
      assertThat(titles).hasText(new String[] {"By another agent"});
      assertThat(page).hasURL(Pattern.compile("agentType=claude-code"));
      page.locator(".filter-grid select").first().selectOption("");
      page.getByLabel("Failure reason").selectOption("exit_code");
      assertThat(titles).hasText(new String[] {"By shell"});
      assertThat(page).hasURL(Pattern.compile("failureReason=exit_code"));
      page.getByLabel("Failure reason").selectOption("");
      assertThat(titles).hasCount(2);
      page.getByLabel("Created before").fill("2001-02-03T04:05");
      assertThat(page.getByText("No order matches these filters.")).isVisible();
      assertThat(page).hasURL(Pattern.compile("createdBefore=2001-02-0"));
      page.getByLabel("Created before").fill("");
      assertThat(titles).hasCount(2);
      page.getByLabel("Created after").fill("2001-02-03T04:05");
      assertThat(page).hasURL(Pattern.compile("createdAfter=2001-02-0"));
      assertThat(titles).hasCount(2);
      page.reload();
      assertThat(page.getByLabel("Created after")).hasValue("2001-02-03T04:05");
      page.getByLabel("Created after").fill("2099-02-03T04:05");
      assertThat(page.getByText("No order matches these filters.")).isVisible();
    }
  }

  @Test
  void whatRunsCostIsShownOfOrdersAttemptsAgentsAndTheDay() throws IOException {
    Path said = service.outside("said.jsonl");
    try (InputStream sample =
        PageIT.class.getResourceAsStream("/agents/claude-2.1.332-success.jsonl")) {
      assertThat(sample).isNotNull();
      Files.copy(sample, said);
    }
    try (Tab tab = chrome.tab(service)) {
      String id =
          client()
              .submit(
                  "# Costs something\ncat " + said,
                  body -> {
                    body.put("agentType", "claude-code");
                    body.putObject("labels").put("test", "cost");
                  });
      client().awaitEnd(id);
      Page page = tab.open("/orders?label=test:cost");
      assertThat(page.locator("tbody .cell-cost")).hasText("$0.0244");
      page.getByText("Costs something").click();
      assertThat(page.locator(".facts").first()).containsText("$0.0244");
      assertThat(page.locator(".facts").first()).containsText("19.5K in, 126 out");
      assertThat(page.locator(".attempt"))
          .containsText("$0.0244 · 19.5K tokens in, 126 out · 3 turns");
      page.locator("nav").getByText("Agents").click();
      assertThat(page.locator(".agent").filter(new Locator.FilterOptions().setHasText("$0.0244")))
          .containsText(Pattern.compile("claude-code.*today: [0-9]+ runs? · .* tokens in"));
      page.locator("nav").getByText("Overview").click();
      assertThat(page.locator(".figure").getByText("$0.0244")).isVisible();
    }
  }

  @Test
  void manyOrdersAreRetriedAndCancelledWithTheirNumberShownFirst() {
    try (Tab tab = chrome.tab(service)) {
      for (int i = 0; i < 3; i++) {
        client().awaitEnd(labelled("exit 1", "bulk"));
      }
      Page page = tab.open("/orders?label=test:bulk");
      button(page, "Retry failed…").click();
      assertThat(page.locator("dialog")).containsText("3 orders match these filters");
      page.keyboard().press("Escape");
      assertThat(page.locator("dialog")).hasCount(0);

      assertThat(client().post("/queue/pause").status()).isEqualTo(200);
      button(page, "Retry failed…").click();
      confirm(page, "Retry 3 orders");
      assertThat(page.getByText("3 orders are queued again.")).isVisible();
      assertThat(page.locator("tbody .status-queued")).hasCount(3);

      button(page, "Cancel queued and running…").click();
      assertThat(page.locator("dialog")).containsText("3 orders match these filters");
      String uncounted = labelled("true", "bulk");
      confirm(page, "Cancel 3 orders");
      assertThat(page.getByText("3 orders are cancelled.")).isVisible();
      assertThat(client().order(uncounted).path("status").asText()).isEqualTo("queued");
      assertThat(page.locator("tbody .status-cancelled")).hasCount(3);
      assertThat(client().post("/queue/resume").status()).isEqualTo(200);
    }
  }

  @Test
  void anOrderIsCancelledRetriedKilledAndRemoved() {
    try (Tab tab = chrome.tab(service)) {
      String id = labelled("# One order\n" + ENDLESS, "order");
      client().awaitLog(id, "begun");
      Page page = tab.open("/orders/" + id);
      assertThat(heading(page, "One order")).isVisible();
      assertThat(status(page)).hasText("running");
      assertThat(page.locator(".tail")).containsText("begun");

      List<Route> held = new ArrayList<>();
      page.route("**/cancel", held::add);
      button(page, "Cancel…").click();
      confirm(page, "Cancel the order");
      page.keyboard().press("Escape");
      button(page, "Kill…").click();
      assertThat(held).hasSize(1);
      held.getFirst().resume();
      // The announcement goes away after a while, so it is looked for first.
      assertThat(page.getByText("its processes are gone")).isVisible();
      assertThat(status(page)).hasText("cancelled");
      assertThat(page.locator("dialog h2")).hasText("Kill this order");
      page.keyboard().press("Escape");

      button(page, "Retry").click();
      assertThat(status(page)).hasText("running");
      assertThat(page.locator(".attempt")).hasCount(2);
      client().awaitLog(id, "begun");
      button(page, "Kill…").click();
      page.getByLabel("Kill at once").check();
      confirm(page, "Kill the order");
      assertThat(status(page)).hasText("failed");
      assertThat(page.locator(".verdict")).containsText("Force killed by user");

      button(page, "Remove…").click();
      confirm(page, "Remove the order");
      assertThat(page).hasURL(Pattern.compile("/orders$"));
      assertThat(client().get("/work-orders/" + id).status()).isEqualTo(404);
    }
  }

  @Test
  void aFinishedOrderIsFollowedUpAndItsChangePublished() throws Exception {
    try (Tab tab = chrome.tab(service)) {
      String id =
          client()
              .submit(
                  "echo new > file.txt",
                  body -> {
                    body.put("agentType", "claude-code");
                    body.putObject("workspaceSource").put("repo", "acme/shop");
                  });
      client().awaitStatus(id, "completed");
      Page page = tab.open("/orders/" + id);
      assertThat(page.locator(".facts").first()).containsText("acme/shop");
      assertThat(page.locator(".facts").first()).containsText("1 file");

      button(page, "Follow up…").click();
      page.getByLabel("What the agent should do next").fill("echo more >> file.txt");
      confirm(page, "Queue the follow-up");
      assertThat(page.locator(".attempt-completed")).hasCount(2);
      assertThat(page.locator(".attempt").first()).containsText("+2");

      button(page, "Publish…").click();
      page.locator("dialog").getByLabel("Title").fill("From the page");
      new PageAccessibility(page).checkInBothThemes();
      confirm(page, "Publish");
      assertThat(page.locator(".attempt").first()).containsText("Published");
      assertThat(page.getByText(Pattern.compile("Pull request #[0-9]")).first()).isVisible();
      assertThat(gitHub.pulls.stream().map(pull -> pull.path("title").asText()))
          .contains("From the page");

      button(page, "Publish…").click();
      page.locator("dialog").getByLabel("Publish as").selectOption("branch");
      assertThat(page.locator("dialog").getByLabel("Title")).hasCount(0);
      new PageAccessibility(page).checkInBothThemes();
      page.locator("dialog input[name=branch]").fill("from/the-page");
      confirm(page, "Publish");
      assertThat(page.locator(".attempt").first()).containsText("from/the-page");
      assertThat(page.locator(".attempt").first()).containsText("Published");
      assertThat(GitProgram.git(shop, "show", "from/the-page:file.txt")).contains("more");

      AtomicBoolean holds = new AtomicBoolean();
      List<Route> asked = new ArrayList<>();
      page.route(
          "**/work-orders/" + id + "/runs",
          route -> {
            if (holds.get()) {
              asked.add(route);
            } else {
              answerPending(route);
            }
          });
      page.clock().install();
      page.reload();
      assertThat(page.locator(".attempt").first()).containsText("Publishing");
      holds.set(true);
      page.clock().fastForward(30_000);
      await().pollInSameThread().until(() -> page.title() != null && !asked.isEmpty());
      page.locator("nav").getByText("Agents").click();
      assertThat(page.getByText("claude-code").first()).isVisible();
      asked.clear();
      page.clock().fastForward(60_000);
      page.evaluate("fetch('/api/v1/queue/health').then((answer) => answer.text())");
      assertThat(asked).as("calls for an order that is not shown").isEmpty();
    }
  }

  @Test
  void theChangeOfAnOrderIsPublishedAsItsFormSays() {
    try (Tab tab = chrome.tab(service)) {
      Page page = tab.open("/submit");
      page.getByLabel("Prompt").fill("echo from the form >> file.txt");
      page.getByLabel("Agent", new Page.GetByLabelOptions().setExact(true))
          .selectOption("claude-code");
      page.getByLabel("Repository").fill("acme/shop");
      assertThat(page.getByLabel("New branch")).hasCount(0);
      page.getByLabel("Afterwards").selectOption("pull_request");
      page.getByLabel("New branch").fill("from/the-form");
      page.getByLabel("Title").fill("Asked for in the form");
      page.getByLabel("As a draft").check();
      button(page, "Submit the order").click();
      assertThat(page.locator(".attempt")).containsText("Published");
      assertThat(page.locator(".attempt")).containsText("from/the-form");
      JsonNode pull =
          gitHub.pulls.stream()
              .filter(it -> it.path("title").asText().equals("Asked for in the form"))
              .findFirst()
              .orElseThrow();
      assertThat(pull.path("head").path("ref").asText()).isEqualTo("from/the-form");
      assertThat(pull.path("draft").asBoolean()).isTrue();
      assertThat(page.getByText("as a pull request")).isVisible();
    }
  }

  /** Answers as if the publication of the newest run went on. */
  private static void answerPending(Route route) {
    APIResponse answer = route.fetch();
    String pending = answer.text().replace("\"status\":\"published\"", "\"status\":\"pending\"");
    route.fulfill(new Route.FulfillOptions().setResponse(answer).setBody(pending));
  }

  @Test
  void aRefusalOfTheEventsByAProxyDoesNotLast() {
    try (Tab tab = chrome.tab(service)) {
      tab.page().clock().install();
      tab.page()
          .route(
              "**/api/v1/events",
              route -> route.fulfill(new Route.FulfillOptions().setStatus(404)),
              new Page.RouteOptions().setTimes(1));
      Page page = tab.open("/agents");
      assertThat(page.locator(".connection")).containsText("Connection lost");
      page.clock().fastForward(16_000);
      assertThat(page.locator(".connection")).containsText("Live");
    }
  }

  @Test
  void aStreamThatIsClosedWhileItRestsIsNotOpenedAgain() {
    try (Tab tab = chrome.tab(service)) {
      tab.page().clock().install();
      Page page = tab.open("/agents");
      assertThat(page.locator(".connection")).containsText("Live");
      List<String> opened = new ArrayList<>();
      page.onRequest(request -> opened.add(request.url()));
      page.evaluate(
          """
          async () => {
            const { api } = await import(document.querySelector('script[type=module]').src.replace('main', 'api'));
            await new Promise((live) => {
              window.stream = api.stream('/events?test', {
                onEvent() {},
                onState(state) {
                  window.state = state;
                  if (state === 'live') live();
                },
              });
            });
            Object.defineProperty(document, 'hidden', { value: true, configurable: true });
            document.dispatchEvent(new Event('visibilitychange'));
          }\
          """);
      page.clock().fastForward(11_000);
      await().pollInSameThread().until(() -> "resting".equals(page.evaluate("window.state")));
      page.evaluate("stream.close()");
      page.evaluate("fetch('/api/v1/queue/health').then((answer) => answer.text())");
      assertThat(opened).filteredOn(url -> url.endsWith("/events?test")).hasSize(1);
    }
  }

  @Test
  void theChartsDoNotDependOnTheClockOfTheBrowser() {
    client().awaitStatus(labelled("true", "clock"), "completed");
    try (Tab tab = chrome.tab(service)) {
      tab.page().addInitScript("{ const now = Date.now; Date.now = () => now() - 5 * 60_000; }");
      Page page = tab.open("/");
      assertThat(chart(page, "Outcomes")).containsText(Pattern.compile("[1-9][0-9]* completed"));
    }
  }

  @Test
  void anAgentIsPausedAndResumed() {
    try (Tab tab = chrome.tab(service)) {
      Page page = tab.open("/agents");
      Locator codex = page.locator(".agent", new Page.LocatorOptions().setHasText("codex"));
      assertThat(codex).containsText("unavailable");
      button(page, "Pause codex").click();
      confirm(page, "Pause");
      assertThat(codex).containsText("Paused manually");
      assertThat(codex).containsText("until someone resumes it");
      button(page, "Resume codex").click();
      assertThat(codex).not().containsText("Paused manually");

      button(page, "Pause codex").click();
      page.locator("dialog").getByLabel("Until").fill("2099-01-01T12:00");
      confirm(page, "Pause");
      assertThat(codex).containsText("resumes in");
      button(page, "Resume codex").click();
      assertThat(codex).not().containsText("resumes in");
    }
  }

  @Test
  void aServiceWithOrdersOfItsOwnSaysThatItIsTheOnlyInstance() {
    assumeTrue(service.keepsOrdersInFiles());
    try (Tab tab = chrome.tab(service)) {
      Page page = tab.open("/instances");
      assertThat(page.getByText("so it is the only instance")).isVisible();
      assertThat(page.locator(".connection")).containsText("Live");
      assertThat(page.locator("nav")).not().containsText("Instances");
    }
  }

  @Test
  void anOrderIsSubmittedAndSubmittedAgain() {
    try (Tab tab = chrome.tab(service)) {
      Page page = tab.open("/submit");
      page.getByLabel("Prompt").fill("# From the form\necho said by the agent");
      page.getByLabel("Agent", new Page.GetByLabelOptions().setExact(true)).selectOption("shell");
      assertThat(page.getByLabel("Model")).hasCount(0);
      page.getByLabel("Works in").selectOption("empty");
      page.getByText("Limits, retries and labels").click();
      page.getByLabel("Time limit").fill("soon");
      page.getByLabel("Attempts").fill("2");
      String labels = "test:form, sprint:21, \"note:a, b\"";
      page.getByLabel("Labels").fill(labels);
      button(page, "Submit the order").click();
      assertThat(page.getByLabel("Time limit")).hasAttribute("aria-invalid", "true");
      assertThat(page.getByRole(AriaRole.ALERT)).containsText("config.maxTime");
      assertThat(page.getByLabel("Labels")).hasValue(labels);
      page.getByLabel("Time limit").fill("5m");
      button(page, "Submit the order").click();
      assertThat(heading(page, "From the form")).isVisible();
      assertThat(status(page)).hasText("completed");
      JsonNode first = client().order(page.url().substring(page.url().lastIndexOf('/') + 1));
      assertThat(first.path("config").path("maxTime").asLong()).isEqualTo(300_000);
      assertThat(first.path("config").path("maxAttempts").asInt()).isEqualTo(2);
      assertThat(first.path("labels").path("sprint").asText()).isEqualTo("21");
      assertThat(first.path("labels").path("note").asText()).isEqualTo("a, b");

      page.getByText("Submit again…").click();
      assertThat(page.getByLabel("Prompt")).hasValue("# From the form\necho said by the agent");
      button(page, "Submit the order").click();
      page.waitForURL(Pattern.compile("/orders/wo_"));
      JsonNode second = client().order(page.url().substring(page.url().lastIndexOf('/') + 1));
      assertThat(second.path("id")).isNotEqualTo(first.path("id"));
      for (String same : new String[] {"taskPrompt", "agentType", "config", "labels"}) {
        assertThat(second.path(same)).as(same).isEqualTo(first.path(same));
      }

      page.getByText("note: a, b").click();
      assertThat(page.locator("tbody tr")).hasCount(2);
      assertThat(page.getByLabel("Labels")).hasValue("\"note:a, b\"");
      page.getByLabel("Labels").fill("\"note:a, b\", sprint:21");
      page.keyboard().press("Enter");
      assertThat(page)
          .hasURL(Pattern.compile("/orders\\?label=note%3Aa%2C\\+b&label=sprint%3A21$"));
      assertThat(page.locator("tbody tr")).hasCount(2);
    }
  }

  @Test
  void everyScreenFitsFromAPhoneToAWallAndNothingMovesWhileItLoads() {
    String word = "w".repeat(200);
    String failed =
        client()
            .submit(
                "# "
                    + word
                    + "\nmkdir -p deep/"
                    + word
                    + "; echo a > deep/"
                    + word
                    + "/file;"
                    + " echo e"
                    + word
                    + " >&2; exit 3",
                body -> {
                  body.put("agentType", "claude-code");
                  body.putObject("workspaceSource").put("repo", "acme/shop");
                  body.putObject("labels").put("test", "l".repeat(60)).put("size", "wide");
                });
    String running = labelled("# " + word + "\necho " + word + "; sleep 1000", "wide");
    client().awaitLog(running, word);
    String run = client().awaitEnd(failed).path("currentRunId").asText();
    try (Tab tab = chrome.tab(service)) {
      LayoutShifts shifts = LayoutShifts.watch(tab.page());
      for (String path :
          List.of(
              "/",
              "/orders?label=size:wide&status=failed",
              "/orders",
              "/orders/" + failed,
              "/orders/" + running,
              "/orders/wo_01K9Z4J0W3V7S5T8Q2N6M4B1CD",
              "/runs/" + run + "/log",
              "/runs/" + run + "/change",
              "/agents",
              "/instances",
              "/submit?from=" + failed)) {
        tab.page().setViewportSize(1280, 800);
        Page page = tab.open(path);
        assertThat(page.locator("h1")).isVisible();
        assertThat(page.locator(".connection")).containsText("Live");
        assertThat(page.locator(".loading")).hasCount(0);
        assertThat(page.locator(".viewer .row").or(page.locator("main")).first()).isVisible();
        assertThat(shifts.sum())
            .as("what moved while %s was loaded: %s", path, shifts.all())
            .isLessThan(MOST_SHIFT_OF_LOAD);
        page.setViewportSize(360, 740);
        assertThat(page.evaluate(CUT_OFF, 11)).as(path + " on a phone").isEqualTo(List.of());
        page.setViewportSize(3840, 2160);
        assertThat(page.evaluate(CUT_OFF, 20)).as(path + " on a wall").isEqualTo(List.of());
      }
    } finally {
      client().post("/work-orders/" + running + "/cancel");
    }
  }

  @Test
  void nothingMovesWhileAnOrderWaitsAndRunsAndEnds() throws IOException {
    Path more = service.outside("more");
    try (Tab tab = chrome.tab(service)) {
      LayoutShifts shifts = LayoutShifts.watch(tab.page());
      assertThat(client().post("/queue/pause").status()).isEqualTo(200);
      String id =
          labelled(
              "# Writes more and more\nseq 30; until [ -e %s ]; do sleep 0.1; done; seq 30;"
                      .formatted(more)
                  + " echo written; exit 3",
              "live");
      Page page = tab.open("/orders/" + id);
      assertThat(status(page)).hasText("queued");
      assertThat(page.locator(".tail")).hasText("Nothing yet.");
      assertThat(client().post("/queue/resume").status()).isEqualTo(200);
      assertThat(status(page)).hasText("running");
      assertThat(page.locator(".tail")).containsText("30");
      Files.createFile(more);
      assertThat(page.locator(".tail")).containsText("written");
      assertThat(page.locator(".tail").getByText("written")).isInViewport();
      assertThat(status(page)).hasText("failed");
      assertThat(page.locator(".verdict")).containsText("Exit code 3");
      assertThat(page.locator(".attempt")).containsText("took");
      assertThat(page.locator(".tail")).containsText("written");
      assertStill(shifts);

      page.reload();
      assertThat(page.locator(".tail")).containsText("written");
      assertThat(page.getByText("Whole log")).isVisible();
    } finally {
      client().post("/queue/resume");
    }
  }

  @Test
  void whatAnAgentSaidLastTakesThePlaceOfItsOutput() throws IOException {
    Path more = service.outside("end");
    Path said = service.outside("last-words.jsonl");
    try (InputStream sample =
        PageIT.class.getResourceAsStream("/agents/claude-2.1.332-success.jsonl")) {
      assertThat(sample).isNotNull();
      Files.copy(sample, said);
    }
    String id =
        client()
            .submit(
                "# Says something\nhead -1 %1$s; until [ -e %2$s ]; do sleep 0.1; done; cat %1$s"
                    .formatted(said, more),
                body -> {
                  body.put("agentType", "claude-code");
                  body.putObject("labels").put("test", "live");
                });
    client().awaitStatus(id, "running");
    try (Tab tab = chrome.tab(service)) {
      LayoutShifts shifts = LayoutShifts.watch(tab.page());
      Page page = tab.open("/orders/" + id);
      assertThat(status(page)).hasText("running");
      assertThat(heading(page, "Latest output")).isVisible();
      Files.createFile(more);
      assertThat(heading(page, "Result")).isVisible();
      assertThat(page.locator(".facts").first()).containsText("$0.0244");
      assertThat(page.locator(".verdict")).containsText("Attempt 1 completed after");
      assertStill(shifts);
    }
  }

  private String running(String title, String label) {
    String id = labelled("# " + title + "\nsleep 1000", label);
    client().awaitStatus(id, "running");
    return id;
  }

  @Test
  void nothingMovesInTheListWhenOrdersComeAndGo() {
    String _ = running("The first", "steady");
    String second = running("The second", "steady");
    try (Tab tab = chrome.tab(service)) {
      LayoutShifts shifts = LayoutShifts.watch(tab.page());
      Page page = tab.open("/orders?label=test:steady&status=running");
      Locator titles = page.locator(".order-title");
      assertThat(titles).hasText(new String[] {"The second", "The first"});
      assertThat(page.locator(".connection")).containsText("Live");

      assertThat(client().post("/work-orders/" + second + "/cancel").status()).isEqualTo(200);
      assertThat(button(page, "Hide 1 order that no longer matches")).isVisible();
      assertThat(page.locator("tbody .status")).hasText(new String[] {"cancelled", "running"});
      String third = labelled("# The third\nsleep 1000", "steady");
      assertThat(button(page, "Show 1 new order: The third")).isVisible();
      assertThat(titles).hasText(new String[] {"The second", "The first"});
      assertStill(shifts);
      button(page, "Show 1 new order: The third").click();
      assertThat(titles).hasText(new String[] {"The third", "The first"});

      assertThat(client().post("/work-orders/" + third + "/cancel").status()).isEqualTo(200);
      button(page, "Hide 1 order that no longer matches").click();
      assertThat(titles).hasText(new String[] {"The first"});
    } finally {
      cancelAll("test:steady");
    }
  }

  @Test
  void nothingMovesOnTheOverviewWhenRunsEndAndAlertsBegin() {
    String above = running("Ends above", "busy");
    String _ = running("Stays below", "busy");
    try (Tab tab = chrome.tab(service)) {
      LayoutShifts shifts = LayoutShifts.watch(tab.page());
      Page page = tab.open("/");
      Locator titles = page.locator(".order-title");
      assertThat(titles).hasText(new String[] {"Ends above", "Stays below"});
      assertThat(page.locator(".chart canvas")).hasCount(3);
      assertThat(page.getByText("There are no alerts.")).isVisible();

      assertThat(client().post("/work-orders/" + above + "/cancel").status()).isEqualTo(200);
      assertThat(page.locator("tbody .status")).hasText(new String[] {"cancelled", "running"});
      assertThat(client().post("/queue/pause").status()).isEqualTo(200);
      for (int i = 0; i <= MANY; i++) {
        labelled("# One of many\nsleep 1000", "busy");
      }
      assertThat(page.locator(".alerts")).containsText("High queue depth");
      assertThat(page.locator(".notices")).containsText("The queue is paused.");
      assertThat(client().post("/work-orders/cancel?status=queued&label=test:busy").status())
          .isEqualTo(200);
      assertThat(page.getByText("There are no alerts.")).isVisible();
      assertThat(client().post("/queue/resume").status()).isEqualTo(200);
      labelled("# Takes the place\nsleep 1000", "busy");
      assertThat(titles).hasText(new String[] {"Takes the place", "Stays below"});

      page.route("**/api/v1/work-orders?**", Route::abort);
      page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
      assertThat(page.getByText("The service cannot be reached.")).isVisible();
      page.unroute("**/api/v1/work-orders?**");
      button(page, "Try again").click();
      assertThat(page.getByText("The service cannot be reached.")).hasCount(0);
      assertStill(shifts);

      cancelAll("test:busy");
      assertThat(page.getByText("Nothing runs at the moment.")).isVisible();
    } finally {
      client().post("/queue/resume");
      cancelAll("test:busy");
    }
  }

  private static void cancelAll(String label) {
    String all = "/work-orders/cancel?status=queued&status=running&label=" + label;
    assertThat(client().post(all).status()).isEqualTo(200);
  }

  private static void assertStill(LayoutShifts shifts) {
    assertThat(shifts.sum()).as(shifts.all()).isLessThan(LayoutShifts.MOST);
  }

  @Test
  void nothingIsAnimatedForThoseWhoDoNotWantIt() {
    String running = labelled("sleep 1000", "still");
    try (Tab tab = chrome.tab(service)) {
      Page page = tab.open("/orders/" + running);
      assertThat(status(page)).hasText("running");
      assertOnlyAnimatedIfWanted(page);
      List<Route> held = new ArrayList<>();
      page.route("**/api/v1/agents", held::add);
      page.navigate("/agents");
      assertThat(page.locator(".loading")).hasCount(1);
      assertOnlyAnimatedIfWanted(page);
    } finally {
      client().post("/work-orders/" + running + "/cancel");
    }
  }

  private static void assertOnlyAnimatedIfWanted(Page page) {
    String animations = "document.getAnimations().length";
    page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.NO_PREFERENCE));
    assertThat((Integer) page.evaluate(animations)).isPositive();
    page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
    assertThat(page.evaluate(animations)).isEqualTo(0);
  }

  @Test
  void theThemeIsSwitchedAndKept() {
    try (Tab tab = chrome.tab(service)) {
      Page page = tab.open("/");
      Locator root = page.locator("html");
      assertThat(root).hasCSS("background-color", "rgb(246, 247, 249)");
      button(page, "Use the dark theme").click();
      assertThat(root).hasCSS("background-color", "rgb(14, 17, 22)");
      page.reload();
      assertThat(page.locator(".chart canvas")).hasCount(3);
      assertThat(root).hasCSS("background-color", "rgb(14, 17, 22)");
      button(page, "Use the light theme").click();
      assertThat(root).hasCSS("background-color", "rgb(246, 247, 249)");
    }
  }

  @Test
  void whatClientsAndAgentsWriteIsNeverMarkup() {
    String markup = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    try (Tab tab = chrome.tab(service)) {
      String id =
          client()
              .submit(
                  "# " + markup + "\necho '" + markup + "'; sleep 1000",
                  body -> body.putObject("labels").put("test", "<b>markup</b>"));
      client().awaitLog(id, "alert");
      Page page = tab.open("/orders?label=test:" + "%3Cb%3Emarkup%3C%2Fb%3E");
      assertThat(page.locator(".order-title")).hasText(markup);
      page.locator(".order-title").click();
      assertThat(heading(page, markup)).isVisible();
      assertThat(page.locator(".tail")).containsText(markup);
      assertThat(page.locator("main img")).hasCount(0);
      assertThat(page.locator("main script")).hasCount(0);
      page.navigate("/submit?from=" + id);
      assertThat(page.getByLabel("Prompt")).hasValue(Pattern.compile("onerror"));
      assertThat(client().post("/work-orders/" + id + "/cancel").status()).isEqualTo(200);
    }
  }
}
