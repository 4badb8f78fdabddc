package dev.agentgate.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** A client that follows a log. */
record LogEvents(HttpClient client, BufferedReader reader) implements AutoCloseable {
  /**
   * @param lastEventId empty for a client that comes for the first time
   */
  static LogEvents of(String url, String lastEventId) throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (!lastEventId.isEmpty()) {
      request.header("Last-Event-ID", lastEventId);
    }
    HttpClient client = HttpClient.newHttpClient();
    HttpResponse<InputStream> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/event-stream");
    return new LogEvents(client, new BufferedReader(new InputStreamReader(response.body(), UTF_8)));
  }

  /** The next event that is no mere comment; empty at the end. */
  String next() throws IOException {
    StringBuilder event = new StringBuilder();
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (!line.isEmpty() && !line.startsWith(":")) {
        event.append(line).append('\n');
      } else if (!event.isEmpty()) {
        return event.toString();
      }
    }
    return event.toString();
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
