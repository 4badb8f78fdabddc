package dev.agentgate.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;

/**
 * Calls GitHub's REST API. The token is sent to the configured address only: a redirect, as GitHub
 * answers for a renamed repository, is followed on the same host.
 *
 * @see <a
 *     href="https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api">
 *     Getting started with the REST API</a>
 */
public final class GitHubApi implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final String VERSION = "2022-11-28";
  private static final int MAX_ANSWER = 4 << 20;
  private static final int MAX_REDIRECTS = 3;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 307, 308);

  private final URI url;
  private final String token;
  private final Duration timeout;
  private final GitHubRefusal refusal;
  private final ProxyVariables proxies;
  private final HttpClient client;

  /**
   * @param url the root of the API, such as {@code https://api.github.com}
   * @param token is sent with every request
   * @param timeout for connecting, and for an answer
   * @param environment may name a proxy
   */
  public GitHubApi(
      URI url, String token, Duration timeout, Clock clock, Map<String, String> environment) {
    this.url = url;
    this.token = token;
    this.timeout = timeout;
    this.refusal = new GitHubRefusal(clock);
    this.proxies = new ProxyVariables(environment);
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .proxy(proxies)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  /**
   * An answer.
   *
   * @param body a missing node if there is none
   */
  record Answer(int status, JsonNode body) {}

  /** Calls with {@code GET}. */
  JsonNode get(String path) throws PublishFailedException, InterruptedException {
    return call("GET", path, Optional.empty(), Set.of()).body();
  }

  /**
   * Calls with a body.
   *
   * @param path from the root of the API, with a slash, encoded
   * @param accepted statuses besides 2xx that are no failure
   */
  Answer send(String method, String path, JsonNode body, Set<Integer> accepted)
      throws PublishFailedException, InterruptedException {
    return call(method, path, Optional.of(body.toString()), accepted);
  }

  /** Ends calls in progress. Idempotent. */
  @Override
  public void close() {
    client.shutdownNow();
  }

  private Answer call(String method, String path, Optional<String> body, Set<Integer> accepted)
      throws PublishFailedException, InterruptedException {
    URI target = URI.create(withoutSlash(url.toString()) + path);
    for (int redirects = 0; ; redirects++) {
      HttpResponse<InputStream> response = exchange(method, target, body);
      int status = response.statusCode();
      JsonNode answer = read(response);
      if ((status >= 200 && status < 300) || accepted.contains(status)) {
        return new Answer(status, answer);
      }
      Optional<URI> elsewhere =
          REDIRECTS.contains(status) ? redirect(target, response) : Optional.empty();
      if (elsewhere.isEmpty() || redirects == MAX_REDIRECTS) {
        throw refusal.of(status, response.headers(), answer);
      }
      target = elsewhere.get();
    }
  }

  private HttpResponse<InputStream> exchange(String method, URI target, Optional<String> body)
      throws PublishFailedException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target)
            .timeout(timeout)
            .header("Accept", "application/vnd.github+json")
            .header("Authorization", "Bearer " + token)
            .header("User-Agent", "AgentGate")
            .header("X-GitHub-Api-Version", VERSION)
            .method(
                method,
                body.map(HttpRequest.BodyPublishers::ofString)
                    .orElseGet(HttpRequest.BodyPublishers::noBody));
    body.ifPresent(_ -> request.header("Content-Type", "application/json"));
    // The JDK sends it to the proxy only.
    proxies.authorization(target).ifPresent(value -> request.header("Proxy-Authorization", value));
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    } catch (HttpTimeoutException e) {
      throw PublishFailedException.transientFailure(
          "GitHub did not answer within " + timeout.toMillis() + " ms", e);
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private static PublishFailedException unreachable(IOException cause) {
    String reason =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return PublishFailedException.transientFailure("GitHub cannot be reached: " + reason, cause);
  }

  private static JsonNode read(HttpResponse<InputStream> response) throws PublishFailedException {
    try (InputStream body = response.body()) {
      if (body == null) {
        return JSON.missingNode(); // A proxy refused the tunnel.
      }
      return JSON.readTree(body.readNBytes(MAX_ANSWER));
    } catch (JsonProcessingException e) {
      // Proxies answer with pages. The status says enough.
      return JSON.missingNode();
    } catch (IOException e) {
      throw unreachable(e);
    }
  }

  private Optional<URI> redirect(URI from, HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Location")
        .flatMap(location -> resolved(from, location))
        .filter(to -> url.getScheme().equals(to.getScheme()))
        .filter(to -> url.getRawAuthority().equals(to.getRawAuthority()));
  }

  private static Optional<URI> resolved(URI from, String location) {
    try {
      return Optional.of(from.resolve(location));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static String withoutSlash(String text) {
    return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
  }
}
