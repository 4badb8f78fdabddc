package dev.agentgate.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.ColorScheme;
import dev.agentgate.it.Chrome.Tab;
import dev.agentgate.store.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the page shows of several instances that share a database. */
@Timeout(600)
class PageInstancesIT {
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int SLOTS = 4;

  @TempDir static Path directory;

  private static Chrome chrome;
  private static String database;
  private static Service service;

  @BeforeAll
  static void start() throws Exception {
    chrome = Chrome.start();
    database = PostgresServer.emptyDatabase();
    service = instance("agentgate-0").with("AGENTGATE_QUEUE_AUTO_PROCESS", false);
    service.start();
  }

  @AfterAll
  static void stop() throws Exception {
    Chrome.closeAll(chrome, service);
  }

  private static Service instance(String name) throws IOException {
    return Service.in(Files.createDirectories(directory.resolve(name)))
        .onPostgres(database)
        .with("AGENTGATE_INSTANCE_ID", name)
        .with("AGENTGATE_STORE_LEASE", LEASE)
        .with("AGENTGATE_QUEUE_MAX_CONCURRENT", SLOTS);
  }

  /** Changes the row of the instance that was killed. */
  private static void change(String columns) throws SQLException {
    try (Connection connection = DriverManager.getConnection(PostgresServer.url(database));
        Statement statement = connection.createStatement()) {
      String update = "UPDATE instances SET " + columns + " WHERE id = 'agentgate-1'";
      assertThat(statement.executeUpdate(update)).isEqualTo(1);
    }
  }

  private static Locator row(Page page, String name) {
    return page.locator(".instances tbody tr", new Page.LocatorOptions().setHasText(name));
  }

  private static Locator state(Page page, String name) {
    return row(page, name).locator(".status");
  }

  @Test
  void theScreenFollowsAnInstanceThatIsKilled() throws Exception {
    try (Service killed = instance("agentgate-1");
        Tab tab = chrome.tab(service)) {
      killed.start();
      String id = killed.client().submit("# Is lost\ntrap '' TERM; echo up; sleep 1000");
      killed.client().awaitLog(id, "up");
      Page page = tab.open("/orders/" + id);
      page.getByText("agentgate-1").click();
      assertThat(page).hasURL(Pattern.compile("/instances$"));
      assertThat(page.locator("nav a[aria-current]")).hasText("Instances");
      assertThat(state(page, "agentgate-0")).hasText("alive");
      assertThat(state(page, "agentgate-1")).hasText("alive");
      assertThat(row(page, "agentgate-1").locator(".cell-slots")).containsText("1 of " + SLOTS);
      assertThat(page.locator(".notices .notice")).hasCount(0);

      page.navigate("/");
      assertThat(page.locator(".figure").first()).containsText("of 8 slots, 2 instances");
      page.locator("nav").getByText("Instances").click();
      assertThat(state(page, "agentgate-1")).hasText("alive");

      killed.kill9();
      // So that the page is sure to look while the lease has not ended.
      change(
          "last_seen = now() - interval '40 minutes',"
              + " lease_until = now() + interval '10 minutes'");
      assertThat(state(page, "agentgate-1")).hasText("silent");
      assertThat(page.locator(".notices")).containsText("another instance takes over its 1 order");
      await()
          .atMost(PATIENCE)
          .until(() -> Machine.processesWith("AGENTGATE_WORK_ORDER_ID=" + id).isEmpty());
      change("lease_until = now()");
      assertThat(state(page, "agentgate-1")).hasText("gone");
      assertThat(row(page, "agentgate-1")).containsText("its orders are taken over");
      assertThat(page.locator(".notices .notice")).hasCount(0);
      assertThat(service.client().awaitEnd(id).path("failureReason").asText()).isEqualTo("lost");
    }
  }

  @Test
  void anInstanceThatIsBeingStoppedIsDraining() throws Exception {
    try (Service stopped =
            instance("agentgate-2").with("AGENTGATE_SHUTDOWN_DRAIN_TIMEOUT", "PT5M");
        Tab tab = chrome.tab(service)) {
      stopped.start();
      Path go = stopped.outside("go");
      String id = stopped.client().submit("echo up; until [ -e '" + go + "' ]; do sleep 0.1; done");
      stopped.client().awaitLog(id, "up");
      Page page = tab.open("/instances");
      assertThat(state(page, "agentgate-2")).hasText("alive");

      stopped.terminate();
      assertThat(state(page, "agentgate-2")).hasText("draining");
      assertThat(row(page, "agentgate-2")).containsText("1 still running");

      Files.createFile(go);
      assertThat(stopped.awaitExit()).isEqualTo(143);
      assertThat(state(page, "agentgate-2")).hasText("stopped");
    }
  }

  /** Answers as a service in the middle of an upgrade, of which one instance is gone. */
  static void answer(Page page) {
    Instant now = Instant.now();
    String items =
        String.join(
            ",",
            instance(
                "agentgate-0", "1.5.0", now.minusSeconds(240), now.minusSeconds(2), 4, "alive"),
            instance(
                "agentgate-1",
                "1.4.0",
                now.minusSeconds(900_000),
                now.minusSeconds(3),
                1,
                "draining"),
            instance(
                "agentgate-2", "1.4.0", now.minusSeconds(900_000), now.minusSeconds(40), 2, "gone"),
            instance(
                "agentgate-3",
                "1.4.0",
                now.minusSeconds(900_000),
                now.minusSeconds(1),
                3,
                "alive"));
    page.route(
        "**/api/v1/instances",
        route ->
            route.fulfill(
                new Route.FulfillOptions()
                    .setContentType("application/json")
                    .setBody("{\"shared\":true,\"items\":[" + items + "]}")));
  }

  private static String instance(
      String id, String version, Instant started, Instant seen, int running, String state) {
    return """
    {"id":"%s","version":"%s","startedAt":"%s","lastSeen":"%s","leaseUntil":"%s","slots":4,
     "running":%d,"draining":%b,"alive":%b}\
    """
        .formatted(
            id,
            version,
            started,
            seen,
            seen.plusSeconds(30),
            running,
            state.equals("draining"),
            !state.equals("gone"));
  }

  @ParameterizedTest
  @EnumSource(
      names = {"LIGHT", "DARK"},
      value = ColorScheme.class)
  void instancesThatNeedAttentionAreNamedAndAxeFindsNothingSerious(ColorScheme theme) {
    try (Tab tab = chrome.tab(service, theme, 360, 800)) {
      answer(tab.page());
      Page page = tab.open("/instances");
      assertThat(state(page, "agentgate-2")).hasText("gone");
      assertThat(page.locator(".screen-head")).containsText("3 of 4 instances alive, 12 slots");
      assertThat(page.locator(".notices")).containsText("2 of its orders are not taken over yet");
      assertThat(page.locator(".notices")).containsText("The versions 1.4.0 and 1.5.0 are running");
      new PageAccessibility(page).check();
      assertThat(page.evaluate("document.documentElement.scrollWidth")).isEqualTo(360);

      page.setViewportSize(1280, 800);
      new PageAccessibility(page).check();
      page.navigate("/");
      assertThat(page.locator(".notices")).containsText("agentgate-2 does not renew its lease.");
      assertThat(page.locator(".figure").first()).containsText("of 12 slots, 3 instances");
      new PageAccessibility(page).check();
    }
  }
}
