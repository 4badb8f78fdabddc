package dev.agentgate.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.agentgate.it.Chrome.button;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.agentgate.it.Chrome.Tab;
import dev.agentgate.it.Client.Answer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final int PAINTS = 7;

  /** The most milliseconds until the first paint, if that of a trivial page takes the other. */
  private static final double FIRST_PAINT = 300;

  private static final double TRIVIAL_PAINT = 30;
  private static final double LONGEST_PAINT = 3000;

  /** A file that a document links to, or a module imports or starts a worker with. */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?:href=|src=|from |import[(]|import |URL[(])[\"'](/page/[^\"']+|[.]/[^\"']+)[\"']");

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

      String id = service.client().submit("# The newest\ntrue");
      button(page, "Show 1 new order: The newest").click();
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

  @Test
  void aWaitingOrderIsStartedAtOnce() {
    String id = service.client().submit("# Waits\ntrue", body -> body.put("priority", 9));
    try (Tab tab = chrome.tab(service)) {
      Page page = tab.open("/orders/" + id);
      assertThat(page.locator(".order-name .status")).hasText("queued");
      assertThat(page.locator(".verdict"))
          .hasText("It is the first in the queue. Orders start only when someone asks for it.");
      button(page, "Run now").click();
      assertThat(page.getByText("The run has started.")).isVisible();
      assertThat(page.locator(".order-name .status")).hasText("completed");
    }
  }

  private static Socket listen() throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port());
    socket
        .getOutputStream()
        .write("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
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
      read.append(new String(piece, 0, length, US_ASCII));
    }
  }

  @Test
  void theFirstPaintOfAnEmptyCacheComesSoon() throws IOException {
    HttpServer trivial =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    trivial.createContext("/", PageLoadIT::answerTrivially);
    trivial.start();
    try {
      URI elsewhere = URI.create("http://127.0.0.1:" + trivial.getAddress().getPort() + "/");
      URI page = URI.create("http://127.0.0.1:" + service.port() + "/");
      List<Double> paints = new ArrayList<>();
      List<Double> trivialPaints = new ArrayList<>();
      // In turns, so that other work on the machine slows both.
      for (int i = 0; i < PAINTS; i++) {
        trivialPaints.add(firstPaint(elsewhere));
        paints.add(firstPaint(page));
      }
      double slow = median(trivialPaints) / TRIVIAL_PAINT;
      System.out.printf("First paints: %s ms; of a trivial page: %s ms%n", paints, trivialPaints);
      assertThat(median(paints))
          .as("first paints %s, of a trivial page %s", paints, trivialPaints)
          .isLessThan(FIRST_PAINT * Math.max(1, slow))
          .isLessThan(LONGEST_PAINT);
    } finally {
      trivial.stop(0);
    }
  }

  private static void answerTrivially(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = "<!DOCTYPE html><title>Trivial</title><p>Painted".getBytes(US_ASCII);
      exchange.getResponseHeaders().set("Content-Type", "text/html");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** How many milliseconds a browser takes that has nothing of the page in its cache. */
  private static double firstPaint(URI address) {
    try (Tab tab = chrome.tab(service)) {
      Page page = tab.open(address.toString());
      Number paint =
          (Number)
              page.evaluate(
                  """
                  () => new Promise((done) => new PerformanceObserver((list) => list.getEntries()
                    .filter(({ name }) => name === 'first-contentful-paint')
                    .forEach(({ startTime }) => done(startTime)))
                    .observe({ type: 'paint', buffered: true }))\
                  """);
      return paint.doubleValue();
    }
  }

  private static double median(List<Double> numbers) {
    return numbers.stream().sorted().toList().get(numbers.size() / 2);
  }

  @Test
  void fewBytesAreSentForThePageAndAllItsFiles() {
    try (Tab tab = chrome.tab(service)) {
      Map<String, String> addresses = new HashMap<>();
      Map<String, Double> sizes = new HashMap<>();
      CDPSession network = tab.page().context().newCDPSession(tab.page());
      network.on(
          "Network.requestWillBeSent",
          sent ->
              addresses.put(
                  sent.get("requestId").getAsString(),
                  sent.getAsJsonObject("request").get("url").getAsString()));
      network.on(
          "Network.loadingFinished",
          loaded ->
              sizes.merge(
                  addresses.get(loaded.get("requestId").getAsString()),
                  loaded.get("encodedDataLength").getAsDouble(),
                  Math::max));
      network.send("Network.enable");
      Page page = tab.open("/");
      assertThat(page.locator(".chart canvas")).hasCount(3);
      URI document = URI.create(page.url());
      // A browser without a window shows no icon.
      page.evaluate(
          "fetch(document.querySelector('link[rel=icon]').href).then((icon) => icon.text())");
      Set<String> files = new TreeSet<>(Set.of(document.toString()));
      addFiles(document, files);
      assertThat(files).hasSizeGreaterThan(45);
      await()
          .pollInSameThread()
          .untilAsserted(() -> {
            page.title();
            assertThat(sizes).containsKeys(files.toArray(String[]::new));
          });
      Map<String, Double> sent = new TreeMap<>(sizes);
      sent.keySet().retainAll(files);
      double sum = sent.values().stream().mapToDouble(Double::doubleValue).sum();
      System.out.printf("The page and its %d files: %.0f bytes%n", files.size() - 1, sum);
      assertThat(sent.values())
          .as("nothing came from a cache: %s", sent)
          .allMatch(size -> size > 0);
      assertThat(sum).as("bytes of the document and its files: %s", sent).isLessThan(MOST_BYTES);
    }
  }

  /** Adds the files that a file names, and those that they name. */
  private static void addFiles(URI address, Set<String> files) {
    Answer answer =
        service
            .client()
            .call("GET", address.getPath(), BodyPublishers.noBody(), "Accept", "text/html");
    assertThat(answer.status()).as(address.toString()).isEqualTo(200);
    Matcher named = NAMED.matcher(answer.text());
    while (named.find()) {
      URI file = address.resolve(named.group(1));
      if (files.add(file.toString()) && file.getPath().endsWith(".js")) {
        addFiles(file, files);
      }
    }
  }
}
