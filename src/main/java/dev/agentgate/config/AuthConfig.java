package dev.agentgate.config;

import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Callers and their keys. */
public interface AuthConfig {
  /** One key with the role {@code admin}; ASCII without blanks at its ends. */
  Optional<String> apiKey();

  /**
   * A file of keys, a line each: {@code name role sha256-of-key-in-hex}; {@code #} starts a
   * comment.
   */
  @AbsolutePath
  Optional<String> keysFile();

  /** Whether an address other than loopback may be served without any key. */
  @WithDefault("false")
  boolean anonymous();
}
