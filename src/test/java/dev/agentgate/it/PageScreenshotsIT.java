package dev.agentgate.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.agentgate.git.GitProgram;
import dev.agentgate.it.Chrome.Tab;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Takes the pictures of the documentation, in both themes. */
@EnabledIfSystemProperty(named = "screenshots.regenerate", matches = "true")
class PageScreenshotsIT {
  private static final Path IMAGES =
      Path.of(System.getProperty("basedir", ""), "docs/images").toAbsolutePath();

  private static final List<String> TASKS =
      List.of(
          "Fix the rounding of the cart's total",
          "Translate the release notes",
          "Remove the unused feature flags",
          "Explain the failing test of the search",
          "Update the dependencies");

  @TempDir Path home;

  @Test
  void takeThePictures() throws Exception {
    Files.createDirectories(IMAGES);
    try (Chrome chrome = Chrome.start();
        Service service = service()) {
      service.start();
      Map<String, String> screens = screens(service.client());
      for (ColorScheme theme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
        try (Tab tab = chrome.tab(service, theme, 1200, 780)) {
          screens.forEach((name, path) -> take(tab.open(path), name + "-" + name(theme)));
        }
        try (Tab tab = chrome.tab(service, theme, 1200, 500)) {
          PageInstancesIT.answer(tab.page());
          take(tab.open("/instances"), "instances-" + name(theme));
        }
      }
    }
  }

  private static String name(ColorScheme theme) {
    return theme.name().toLowerCase(Locale.ROOT);
  }

  private Service service() throws Exception {
    Path author = Files.createDirectories(home.resolve("repositories/acme"));
    GitProgram.git(author, "init", "-q", "-b", "main", "shop");
    Path shop = author.resolve("shop");
    Files.writeString(
        shop.resolve("cart.js"),
        """
        export function total(items) {
          let sum = 0;
          for (const item of items) {
            sum += item.price * item.count;
          }
          return sum;
        }
        """);
    GitProgram.git(shop, "add", "-A");
    GitProgram.git(shop, "commit", "-q", "-m", "base");
    GitProgram.git(author, "clone", "-q", "--bare", "shop", "shop.git");
    return Service.in(home)
        .with("AGENTGATE_QUEUE_MAX_CONCURRENT", 2)
        .with("AGENTGATE_GITHUB_BASE_URL", author.getParent().toUri())
        .with("AGENTGATE_AGENTS_CLAUDE_CODE_COMMAND", "sh,{promptFile}");
  }

  /** Fills the queue; returns the paths of the screens by name. */
  private static Map<String, String> screens(Client client) {
    for (int i = 0; i < 8; i++) {
      String code = i % 4 == 3 ? "exit 1" : "true";
      client.awaitEnd(submit(client, TASKS.get(i % TASKS.size()), "sleep 0." + i + "; " + code, i));
    }
    String changed =
        submit(
            client,
            TASKS.getFirst(),
            "sed -i 's/return sum;/return Math.round(sum * 100) \\/ 100;/' cart.js; "
                + "printf '# Rounding\\n\\nTotals have two decimals.\\n' > ROUNDING.md",
            21);
    String run = client.awaitStatus(changed, "completed").path("currentRunId").asText();
    String output =
        "for i in $(seq 1 9); do printf '\\033[32m✓\\033[0m cart test %d passes\\n' $i; done;"
            + " printf '\\033[31m✗\\033[0m cart test 10 fails: expected 9.90, was 9.899\\n'; sleep 1000";
    String running = submit(client, "Repair the tests of the cart", output, 22);
    client.awaitLog(running, "cart test 10");
    String second = submit(client, TASKS.get(4), "sleep 1000", 23);
    client.awaitStatus(second, "running");
    for (int i = 0; i < 4; i++) {
      submit(client, TASKS.get(i), "true", 24);
    }
    Map<String, String> screens = new TreeMap<>();
    screens.put("overview", "/");
    screens.put("orders", "/orders?label=team:checkout");
    screens.put("order", "/orders/" + running);
    screens.put("log", "/runs/" + client.order(running).path("currentRunId").asText() + "/log");
    screens.put("change", "/runs/" + run + "/change");
    screens.put("agents", "/agents");
    screens.put("submit", "/submit?from=" + changed);
    return screens;
  }

  private static String submit(Client client, String task, String script, int sprint) {
    return client.submit(
        "# " + task + "\n" + script,
        body -> {
          body.put("agentType", "claude-code");
          body.putObject("workspaceSource").put("repo", "acme/shop");
          ObjectNode labels = body.putObject("labels");
          labels.put("team", sprint % 2 == 0 ? "checkout" : "platform");
          labels.put("sprint", String.valueOf(20 + sprint / 4));
        });
  }

  private static void take(Page page, String name) {
    assertThat(page.locator("h1")).isVisible();
    assertThat(page.locator(".loading")).hasCount(0);
    page.waitForFunction("document.fonts.status === 'loaded'");
    // The charts and the lines of a log are drawn after the frame.
    page.waitForTimeout(1500);
    page.screenshot(new Page.ScreenshotOptions().setPath(IMAGES.resolve(name + ".png")));
  }
}
