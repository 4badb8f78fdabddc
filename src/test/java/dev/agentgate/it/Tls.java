package dev.agentgate.it;

import dev.agentgate.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** TLS on the API port of a service, with a certificate that it signed itself. */
final class Tls {
  private static final String PASSWORD = "changeit";

  private final Path store;
  private final int port;

  private Tls(Path store, int port) {
    this.store = store;
    this.port = port;
  }

  /** Makes a certificate in this directory. */
  static Tls in(Path directory) {
    Path store = directory.resolve("tls.p12");
    Service.run(
        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
        "-genkeypair",
        "-keyalg",
        "EC",
        "-alias",
        "it",
        "-dname",
        "CN=localhost",
        "-ext",
        "SAN=dns:localhost,ip:127.0.0.1",
        "-storetype",
        "PKCS12",
        "-storepass",
        PASSWORD,
        "-keystore",
        store.toString());
    return new Tls(store, FreePorts.next());
  }

  /** Has a service that is not started yet speak TLS and nothing else. */
  Service of(Service service) {
    return service
        .with("QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_FILE", store)
        .with("QUARKUS_HTTP_SSL_CERTIFICATE_KEY_STORE_PASSWORD", PASSWORD)
        .with("QUARKUS_HTTP_SSL_PORT", port)
        .with("QUARKUS_HTTP_INSECURE_REQUESTS", "disabled");
  }

  int port() {
    return port;
  }

  Client client() {
    return new Client(port, trusted());
  }

  /** Trusts the certificate. */
  SSLContext trusted() {
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray()));
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
