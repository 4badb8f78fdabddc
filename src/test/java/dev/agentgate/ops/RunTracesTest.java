package dev.agentgate.ops;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.is;

import com.sun.net.httpserver.HttpServer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The spans of a real run, as a collector gets them. */
@QuarkusTest
@Tag("application")
@TestProfile(RunTracesTest.Traced.class)
class RunTracesTest {

  /** A service of its own, with an endpoint and nothing else said about traces. */
  public static class Traced implements QuarkusTestProfile {
    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(Collector.class));
    }
  }

  private record SpanSeen(
      String trace, String id, String parent, String name, Map<String, String> attributes) {

    static SpanSeen parse(String line) {
      String[] parts = line.split("\t", -1);
      Map<String, String> attributes = new HashMap<>();
      for (int i = 4; i + 1 < parts.length; i += 2) {
        attributes.put(parts[i], parts[i + 1]);
      }
      return new SpanSeen(parts[0], parts[1], parts[2], parts[3], attributes);
    }
  }

  @ConfigProperty(name = "quarkus.otel.exporter.otlp.endpoint")
  String collector = "";

  /**
   * Takes OTLP over HTTP, reads of its protobuf what the test asks for and tells it over HTTP as
   * well: the framework loads this class apart from the test's own.
   */
  public static final class Collector implements QuarkusTestResourceLifecycleManager {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private @Nullable HttpServer server;

    @Override
    public Map<String, String> start() {
      try {
        HttpServer http =
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext(
            "/v1/traces",
            exchange -> {
              read(exchange.getRequestBody().readAllBytes());
              exchange.sendResponseHeaders(200, -1);
              exchange.close();
            });
        http.createContext(
            "/spans",
            exchange -> {
              exchange.sendResponseHeaders(200, 0);
              exchange
                  .getResponseBody()
                  .write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
              exchange.close();
            });
        http.start();
        server = http;
        return Map.of(
            "quarkus.otel.exporter.otlp.endpoint",
            "http://127.0.0.1:" + http.getAddress().getPort(),
            "quarkus.otel.exporter.otlp.protocol",
            "http/protobuf",
            "quarkus.otel.bsp.schedule.delay",
            "100ms");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void stop() {
      if (server != null) {
        server.stop(0);
      }
    }

    /** ExportTraceServiceRequest.resource_spans.scope_spans.spans of opentelemetry-proto. */
    private void read(byte[] request) {
      fields(request, 1, resource -> fields(resource, 2, scope -> fields(scope, 2, this::span)));
    }

    private void span(byte[] bytes) {
      Map<Integer, byte[]> single = new HashMap<>();
      List<String> attributes = new ArrayList<>();
      each(
          bytes,
          (number, value) -> {
            single.put(number, value);
            if (number == 9) {
              Map<Integer, byte[]> pair = new HashMap<>();
              each(value, pair::put);
              fields(
                  pair.getOrDefault(2, new byte[0]),
                  1,
                  text -> attributes.addAll(List.of(text(pair.get(1)), text(text))));
            }
          });
      List<String> line =
          new ArrayList<>(
              List.of(
                  hex(single.get(1)), hex(single.get(2)), hex(single.get(4)), text(single.get(5))));
      line.addAll(attributes);
      lines.add(String.join("\t", line));
    }

    private static void fields(
        byte[] message, int wanted, java.util.function.Consumer<byte[]> sink) {
      each(
          message,
          (number, value) -> {
            if (number == wanted) {
              sink.accept(value);
            }
          });
    }

    private static void each(byte[] message, BiConsumer<Integer, byte[]> sink) {
      ByteBuffer in = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
      while (in.hasRemaining()) {
        long key = varint(in);
        switch ((int) (key & 7)) {
          case 0 -> varint(in);
          case 1 -> in.getLong();
          case 5 -> in.getInt();
          default -> {
            byte[] value = new byte[(int) varint(in)];
            in.get(value);
            sink.accept((int) (key >>> 3), value);
          }
        }
      }
    }

    private static long varint(ByteBuffer in) {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        byte next = in.get();
        value |= (long) (next & 0x7f) << shift;
        if (next >= 0) {
          return value;
        }
      }
    }

    private static String hex(byte @Nullable [] bytes) {
      return bytes == null ? "" : HexFormat.of().formatHex(bytes);
    }

    private static String text(byte @Nullable [] bytes) {
      return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }
  }

  @Test
  void oneTraceReachesFromTheCallersRequestToTheAgentAndTheEnd() {
    String trace = "0af7651916cd43dd8448eb211c80319c";
    String id =
        given()
            .contentType("application/json")
            .header("traceparent", "00-" + trace + "-b7ad6b7169203331-01")
            .body(
                """
                {"taskPrompt":"echo $TRACEPARENT; exit 3","agentType":"shell",
                 "workspaceSource":{"type":"empty"}}
                """)
            .post("/api/v1/work-orders")
            .then()
            .statusCode(201)
            .extract()
            .path("id");
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(() -> {
          assertThat(find("run", trace)).isPresent();
          assertThat(find("POST /work-orders", trace)).isPresent();
        });

    SpanSeen submit = find("POST /work-orders", trace).orElseThrow();
    SpanSeen queued = find("queued", trace).orElseThrow();
    SpanSeen run = find("run", trace).orElseThrow();
    SpanSeen checkout = find("checkout", trace).orElseThrow();
    assertThat(submit.parent()).isEqualTo("b7ad6b7169203331");
    assertThat(queued.parent()).isEqualTo(submit.id());
    assertThat(run.parent()).isEqualTo(submit.id());
    assertThat(checkout.parent()).isEqualTo(run.id());
    assertThat(run.attributes())
        .containsEntry("agentgate.work_order.id", id)
        .containsEntry("agentgate.agent_type", "shell")
        .containsEntry("agentgate.outcome", "failed")
        .containsEntry("agentgate.failure_reason", "exit_code");
    String log =
        given()
            .get("/api/v1/runs/" + run.attributes().get("agentgate.run.id") + "/log")
            .then()
            .statusCode(200)
            .extract()
            .asString();
    assertThat(log).isEqualTo("00-" + trace + "-" + run.id() + "-01\n");
    given().get("/api/v1/work-orders/" + id).then().body("status", is("failed"));
  }

  private Optional<SpanSeen> find(String name, String trace) {
    return given()
        .get(collector + "/spans")
        .asString()
        .lines()
        .map(SpanSeen::parse)
        .filter(span -> span.name().equals(name) && span.trace().equals(trace))
        .findFirst();
  }
}
