package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Callers and their keys. */
public interface AuthConfig {
  /** One key with the role {@code admin}. It is ASCII, without blanks at the start or the end. */
  Optional<String> apiKey();

  /**
   * A file of keys, one a line: {@code name role sha256-of-key-in-hex}. {@code #} starts a comment.
   */
  @AbsolutePath
  Optional<String> keysFile();

  /** Whether the service may listen on an address other than loopback without any key. */
  @WithDefault("false")
  boolean anonymous();
}
