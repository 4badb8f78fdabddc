package dev.agentgate.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Who is told of changes over HTTP. */
@ConfigMapping(prefix = "agentgate.webhooks")
public interface WebhooksConfig {
  /** Each change is posted to each of these. */
  Optional<List<String>> urls();

  /** What the messages are signed with; needed where there are URLs. */
  Optional<String> secret();

  /** Only changes to these statuses are told. */
  @WithDefault("queued,running,completed,failed,cancelled")
  Set<String> statuses();

  /** How long a target may take to accept a connection, and to answer. */
  @WithDefault("PT10S")
  Duration timeout();

  /** After so many attempts a message is given up; at least 1. */
  @WithDefault("10")
  int maxAttempts();
}
