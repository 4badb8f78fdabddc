package dev.agentgate.runtime;

import dev.agentgate.api.access.Access;
import dev.agentgate.api.access.ApiKeys;
import dev.agentgate.config.AuthConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The configured keys as beans. */
@Singleton
class KeysProducer {
  /** The callers that are known; opened after the checks, which say what is wrong with the keys. */
  @Produces
  @Singleton
  Access access(AuthConfig auth, StartChecks checks) throws IOException {
    checks.enforce();
    return new Access(read(auth), auth.anonymous());
  }

  /**
   * Reads the keys.
   *
   * @throws IOException if the keys file cannot be read
   * @throws ApiKeys.InvalidKeysException if a key cannot be used
   */
  static ApiKeys read(AuthConfig auth) throws IOException {
    Optional<List<String>> lines =
        auth.keysFile().isPresent()
            ? Optional.of(Files.readAllLines(Path.of(auth.keysFile().get())))
            : Optional.empty();
    return ApiKeys.of(auth.apiKey(), lines);
  }
}
