package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** TLS on the API port. */
@Timeout(300)
class TlsIT {
  @TempDir Path home;

  /** The port opens in the background, so it takes luck to look just before it does. */
  @RepeatedTest(3)
  void theApiPortAcceptsTlsFromTheMomentTheServiceIsReady() throws IOException {
    Tls tls = Tls.in(home);
    try (Service service = tls.of(Service.in(home))) {
      service.launch();
      await("the service to be ready")
          .atMost(Duration.ofMinutes(2))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .until(() -> service.probe("/q/health/ready").status() == 200);
      try (SSLSocket socket =
          (SSLSocket) tls.trusted().getSocketFactory().createSocket("localhost", tls.port())) {
        socket.startHandshake();
        assertThat(socket.getSession().isValid()).isTrue();
      } catch (ConnectException e) {
        throw new AssertionError("Ready, and nothing listens on the API port yet", e);
      }
      assertThat(tls.client().get("/queue/health").status()).isEqualTo(200);
      assertThat(service.probe("/q/health/live").status()).isEqualTo(200);
    }
  }
}
