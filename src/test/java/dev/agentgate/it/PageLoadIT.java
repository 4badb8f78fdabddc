package dev.agentgate.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.agentgate.it.Chrome.button;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import dev.agentgate.it.Chrome.Tab;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page with many orders, many listeners, and little to load. */
@Timeout(600)
class PageLoadIT {
  private static final int ORDERS = 10_000;
  private static final int LISTENERS = 1_000;
  private static final int MOST_BYTES = 150_000;
  private static final Duration FIRST_PAINT = Duration.ofMillis(300);

  @TempDir static Path home;

  private static Chrome chrome;
  private static Service service;

  @BeforeAll
  static void start() {
    chrome = Chrome.start();
    service = Service.in(home).with("AGENTGATE_QUEUE_AUTO_PROCESS", false);
    service.start();
    for (int from = 0; from < ORDERS; from += 1_000) {
      ObjectNode batch = Client.JSON.createObjectNode();
      ArrayNode items = batch.putArray("items");
      for (int i = from; i < from + 1_000; i++) {
        items.add(Client.script("# Order " + i + "\ntrue"));
      }
      assertThat(service.client().post("/work-orders/batch", batch).status()).isEqualTo(200);
    }
  }

  @AfterAll
  static void stop() throws Exception {
    Chrome.closeAll(service, chrome);
  }

  @Test
  void tenThousandOrdersAreListedPageByPageWhileAThousandOthersListen() throws Exception {
    List<Socket> listeners = new ArrayList<>();
    try (Tab tab = chrome.tab(service)) {
      for (int i = 0; i < LISTENERS; i++) {
        listeners.add(listen());
      }
      Page page = tab.open("/orders?status=queued");
      assertThat(page.getByText("10,000 orders")).isVisible();
      assertThat(page.locator("tbody tr")).hasCount(50);
      assertThat(page.locator(".order-title").first()).hasText("Order 9999");
      button(page, "Older").click();
      assertThat(page.locator(".order-title").first()).hasText("Order 9949");
      button(page, "Older").click();
      assertThat(page.locator(".order-title").last()).hasText("Order 9850");
      page.reload();
      assertThat(page.locator(".order-title").last()).hasText("Order 9850");
      button(page, "Newest").click();
      assertThat(page.locator(".order-title").first()).hasText("Order 9999");

      // Away from the list, which holds its rows in place below the pointer.
      page.mouse().move(0, 0);
      String id = service.client().submit("# The newest\ntrue");
      assertThat(page.getByText("The newest")).isVisible();
      assertThat(page.getByText("10,001 orders")).isVisible();
      page.navigate("/");
      assertThat(page.getByText("Orders start only when someone asks for it.")).isVisible();
      assertThat(service.client().post("/work-orders/" + id + "/cancel").status()).isEqualTo(200);
      for (Socket listener : listeners) {
        readTo(listener, id);
      }
    } finally {
      for (Socket listener : listeners) {
        listener.close();
      }
    }
  }

  private static Socket listen() throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
    socket
        .getOutputStream()
        .write(
            "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** Reads a stream until it has told of this order. */
  private static void readTo(Socket listener, String id) throws Exception {
    listener.setSoTimeout(60_000);
    InputStream in = listener.getInputStream();
    StringBuilder read = new StringBuilder();
    byte[] piece = new byte[4096];
    while (read.indexOf(id) < 0) {
      int length = in.read(piece);
      assertThat(length).as("the stream goes on").isPositive();
      read.append(new String(piece, 0, length, StandardCharsets.US_ASCII));
    }
  }

  @Test
  void theFirstPaintComesSoonAndFewBytesAreSent() {
    Map<String, Integer> sizes = new ConcurrentHashMap<>();
    try (Tab tab = chrome.tab(service)) {
      tab.page().onResponse(response -> note(response, sizes));
      Page page = tab.open("/");
      assertThat(page.locator(".chart canvas")).hasCount(3);
      await().until(() -> sizes.size() > 20);
      assertThat(sizes.values().stream().mapToInt(Integer::intValue).sum())
          .as("bytes of the document and its files: " + sizes)
          .isLessThan(MOST_BYTES);
      // Other work on the machine may delay a paint, but not each of many.
      await()
          .atMost(Duration.ofMinutes(2))
          .pollInterval(Duration.ofMillis(200))
          .untilAsserted(() -> {
            page.reload();
            assertThat(page.locator(".figure").first()).isVisible();
            Number paint =
                (Number)
                    page.evaluate(
                        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
                            + " ?? 1e9");
            assertThat(paint.doubleValue()).isLessThan((double) FIRST_PAINT.toMillis());
          });
    }
  }

  private static void note(Response response, Map<String, Integer> sizes) {
    String length = response.headers().get("content-length");
    if (!response.url().contains("/api/v1/") && length != null) {
      sizes.put(response.url(), Integer.parseInt(length));
    }
  }
}
