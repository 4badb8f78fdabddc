package dev.agentgate.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyVariablesTest {
  private static final URI GITHUB = URI.create("https://api.github.com/repos/acme/shop");

  private static String proxyOf(Map<String, String> environment, URI target) {
    Proxy proxy = new ProxyVariables(environment).select(target).getFirst();
    return proxy.address() instanceof InetSocketAddress address
        ? address.getHostString() + ":" + address.getPort()
        : "direct";
  }

  @ParameterizedTest
  @CsvSource({
    "https_proxy,http://proxy.example.com:3128,proxy.example.com:3128",
    "HTTPS_PROXY,proxy.example.com:3128,proxy.example.com:3128",
    "all_proxy,http://proxy.example.com,proxy.example.com:1080",
    "ALL_PROXY,http://[2001:db8::1]:3128/,[2001:db8::1]:3128",
    "http_proxy,http://proxy.example.com:3128,direct",
    "https_proxy,socks5://proxy.example.com:1080,direct",
    "https_proxy,not an address,direct",
    "https_proxy,' ',direct"
  })
  void theProxyOfHttpsIsInTheUsualVariables(String variable, String value, String expected) {
    assertThat(proxyOf(Map.of(variable, value), GITHUB)).isEqualTo(expected);
  }

  @Test
  void theProxyOfHttpIsInTheLowerCaseVariableOnly() {
    URI enterprise = URI.create("http://github.example.com/api/v3");

    assertThat(proxyOf(Map.of("http_proxy", "http://p:1"), enterprise)).isEqualTo("p:1");
    assertThat(proxyOf(Map.of("HTTP_PROXY", "http://p:1"), enterprise)).isEqualTo("direct");
    assertThat(proxyOf(Map.of("https_proxy", "http://p:1"), enterprise)).isEqualTo("direct");
  }

  @Test
  void lowerCaseNamesTakePrecedence() {
    assertThat(proxyOf(Map.of("https_proxy", "http://a:1", "HTTPS_PROXY", "http://b:2"), GITHUB))
        .isEqualTo("a:1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "api.github.com",
        "localhost, GitHub.com",
        ".github.com",
        "github.com:443,api.github.com",
        "127.0.0.1 .github.com"
      })
  void anExemptHostIsReachedDirectly(String exempt) {
    for (String variable : new String[] {"no_proxy", "NO_PROXY"}) {
      assertThat(proxyOf(Map.of("https_proxy", "http://p:1", variable, exempt), GITHUB))
          .isEqualTo("direct");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "hub.com", "api.github.com:8443", "10.0.0.0/8", "com.", "a/b"})
  void otherHostsAreNotExempt(String exempt) {
    assertThat(proxyOf(Map.of("https_proxy", "http://p:1", "no_proxy", exempt), GITHUB))
        .isEqualTo("p:1");
  }

  @ParameterizedTest
  @CsvSource({
    "https://10.1.2.3/api,10.0.0.0/8,direct",
    "https://10.1.2.3:8443/api,10.1.2.3:8443,direct",
    "https://11.1.2.3/api,10.0.0.0/8,p:1",
    "https://10.1.2.3/api,10.1.2.0/33,p:1",
    "https://10.1.2.3/api,10.1.2.3/x,p:1",
    "https://[2001:db8::7]/api,2001:db8::/32,direct",
    "https://[2001:db9::7]/api,[2001:db8::]/32,p:1",
    "https://[2001:db8::7]/api,[2001:db8::7],direct",
    "https://[2001:db8::7]/api,10.0.0.0/8,p:1"
  })
  void addressesMayBeExemptByTheirNetwork(URI target, String exempt, String expected) {
    assertThat(proxyOf(Map.of("https_proxy", "http://p:1", "no_proxy", exempt), target))
        .isEqualTo(expected);
  }

  /** Answers nothing useful, but remembers what it was asked. */
  private static String headAtProxy(String variable, String target) throws Exception {
    try (ServerSocket proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> head =
          threads.submit(() -> {
            try (Socket caller = proxy.accept();
                BufferedReader lines =
                    new BufferedReader(new InputStreamReader(caller.getInputStream(), UTF_8))) {
              String read =
                  Stream.generate(() -> line(lines))
                      .takeWhile(line -> !line.isEmpty())
                      .collect(Collectors.joining("\n"));
              caller
                  .getOutputStream()
                  .write("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n".getBytes(UTF_8));
              return read;
            }
          });
      Map<String, String> environment =
          Map.of(variable, "http://alice:p%40ss-word@127.0.0.1:" + proxy.getLocalPort());
      try (GitHubApi api =
          new GitHubApi(
              URI.create(target),
              FakeGitHub.TOKEN,
              Duration.ofMinutes(1),
              Clock.systemUTC(),
              environment)) {
        assertThatThrownBy(() -> api.get("/user"))
            .isInstanceOf(PublishFailedException.class)
            .hasMessageContaining("The proxy requires a user name and password")
            .hasMessageNotContaining("ss-word");
      }
      return head.get();
    }
  }

  private static String line(BufferedReader lines) {
    try {
      return Objects.requireNonNullElse(lines.readLine(), "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http_proxy,http://github.invalid,GET http://github.invalid/user",
    "https_proxy,https://github.invalid,CONNECT github.invalid:443"
  })
  void theProxyIsToldThePasswordInItsAddress(String variable, String target, String asked)
      throws Exception {
    ProxyPasswords.allow();

    String head = headAtProxy(variable, target);

    String password = Base64.getEncoder().encodeToString("alice:p@ss-word".getBytes(UTF_8));
    assertThat(head).startsWith(asked).contains("Proxy-Authorization: Basic " + password);
  }

  @Test
  void theApiIsCalledThroughTheProxy() throws Exception {
    try (FakeGitHub gitHub = new FakeGitHub();
        GitHubApi api =
            new GitHubApi(
                URI.create("http://github.invalid"),
                FakeGitHub.TOKEN,
                Duration.ofMinutes(1),
                Clock.systemUTC(),
                Map.of("http_proxy", gitHub.url().toString()))) {
      assertThat(api.get("/repos/acme/shop/pulls?state=open&head=acme:x").isArray()).isTrue();
      assertThat(gitHub.requests).hasSize(1);
    }
  }
}
