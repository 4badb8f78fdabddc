package dev.agentgate.api.relay;

import dev.agentgate.api.access.Caller;
import dev.agentgate.store.InstanceInfo;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.Optional;

/** Opens requests to other instances of the service. */
public final class PeerClient implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

  /** Each listener of a log that is elsewhere holds a connection for as long as it listens. */
  private static final int MOST_CONNECTIONS = 4_096;

  /** Shorter than a server keeps an idle connection, so that few requests meet one that closes. */
  private static final int KEEP_ALIVE_SECONDS = 10;

  private final HttpClient client;
  private final RelayCounts counts;

  public PeerClient(Vertx vertx, MeterRegistry meters) {
    counts = new RelayCounts(meters);
    client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setMaxPoolSize(MOST_CONNECTIONS)
                .setKeepAliveTimeout(KEEP_ALIVE_SECONDS)
                .setTcpKeepAlive(true));
  }

  /**
   * Opens a request.
   *
   * @param uri the path and the query
   * @return fails if the instance cannot be reached
   */
  Future<HttpClientRequest> open(
      InstanceInfo to, HttpMethod method, String uri, Caller caller, String secret) {
    Optional<URI> address = to.status().address();
    if (address.isEmpty()) {
      return Future.failedFuture("The instance " + to.id() + " has no address");
    }
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    RelayHeaders.name(to.id(), caller, secret, headers);
    return client.request(
        new RequestOptions()
            .setMethod(method)
            .setAbsoluteURI(address.get().resolve("/").toString().replaceFirst("/$", "") + uri)
            .setHeaders(headers));
  }

  /** Counts what came of a request. */
  void count(RelayCounts.Outcome outcome) {
    counts.count(outcome);
  }

  @Override
  public void close() {
    Future<Void> _ = client.close();
  }
}
