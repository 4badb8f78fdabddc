package dev.agentgate.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Who may call. */
@ConfigMapping(prefix = "agentgate.auth")
public interface AuthConfig {
  /** One key with the role admin. */
  Optional<String> apiKey();

  /**
   * A file of keys, a line each: {@code name role sha256-of-key-in-hex}; {@code #} starts a
   * comment.
   */
  Optional<String> keysFile();

  /** Whether an address other than loopback may be served without any key. */
  @WithDefault("false")
  boolean anonymous();
}
