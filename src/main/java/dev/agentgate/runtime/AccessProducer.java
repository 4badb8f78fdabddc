package dev.agentgate.runtime;

import dev.agentgate.api.Access;
import dev.agentgate.api.ApiKeys;
import dev.agentgate.config.AuthConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the keys once, at start. */
class AccessProducer {

  @Produces
  @Singleton
  ApiKeys keys(AuthConfig config) {
    return ApiKeys.of(config.apiKey(), config.keysFile().map(AccessProducer::readLines));
  }

  @Produces
  @Singleton
  Access access(ApiKeys keys, AuthConfig config) {
    return new Access(keys, config.anonymous());
  }

  private static List<String> readLines(String file) {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(
          "agentgate.auth.keys-file cannot be read: " + file, unreadable);
    }
  }
}
