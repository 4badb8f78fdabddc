package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real browser without a window: the Chromium of this machine. */
final class Chrome implements AutoCloseable {
  private static final Path PROGRAM = Path.of("/usr/bin/chromium");
  private static final double PATIENCE = 90_000;

  private final Playwright playwright;
  private final Browser browser;

  private Chrome(Playwright playwright) {
    this.playwright = playwright;
    this.browser =
        playwright.chromium().launch(new BrowserType.LaunchOptions().setExecutablePath(PROGRAM));
  }

  /** Starts it; skips the test where there is none, unless this is CI. */
  static Chrome start() {
    assumeTrue(
        System.getenv("CI") != null || Files.isExecutable(PROGRAM),
        "Chromium is not installed at " + PROGRAM);
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE);
    Map<String, String> environment = Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    return new Chrome(Playwright.create(new Playwright.CreateOptions().setEnv(environment)));
  }

  /** Closes what a class of tests started, which may be only a part of it. */
  static void closeAll(AutoCloseable... started) throws Exception {
    for (AutoCloseable one : started) {
      if (one != null) {
        one.close();
      }
    }
  }

  /** Finds a button by its whole name. */
  static Locator button(Page page, String name) {
    return page.getByRole(
        AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name).setExact(true));
  }

  /** Opens a tab that shares nothing with any other. */
  Tab tab(Service service) {
    return tab(service, ColorScheme.LIGHT, 1280, 800);
  }

  Tab tab(Service service, ColorScheme theme, int width, int height) {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setBaseURL("http://127.0.0.1:" + service.port())
                .setColorScheme(theme)
                .setViewportSize(width, height));
    context.setDefaultTimeout(PATIENCE);
    return new Tab(context);
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }

  /** A tab. Closing it fails if the page has logged an error or broken its content policy. */
  static final class Tab implements AutoCloseable {
    private final BrowserContext context;
    private final Page page;
    private final List<String> troubles = new ArrayList<>();

    private Tab(BrowserContext context) {
      this.context = context;
      this.page = context.newPage();
      page.onPageError(troubles::add);
      page.onConsoleMessage(this::heed);
      page.onDialog(dialog -> {
        troubles.add("A script of a stranger ran: " + dialog.message());
        dialog.dismiss();
      });
    }

    private void heed(ConsoleMessage message) {
      // The browser reports each refused call of the API so, and each call of any path while the
      // service is away; whether that was right, the tests see.
      boolean refused =
          message.text().startsWith("Failed to load resource")
              && (message.location().contains("/api/v1/")
                  || message.text().endsWith("net::ERR_CONNECTION_REFUSED"));
      if (!refused && List.of("error", "warning").contains(message.type())) {
        troubles.add(message.type() + ": " + message.text());
      }
    }

    Page page() {
      return page;
    }

    /** Opens a path of the page. */
    Page open(String path) {
      page.navigate(path);
      return page;
    }

    @Override
    public void close() {
      context.close();
      assertThat(troubles).as("what the page logged").isEmpty();
    }
  }
}
