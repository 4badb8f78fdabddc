package dev.agentgate.cli.remote;

import java.net.URI;
import java.util.Optional;

/**
 * The server to talk to.
 *
 * @param url its address, without a slash at the end
 */
public record Target(URI url, Optional<ApiKey> key) {
  /** Where the service listens unless it is told otherwise. */
  public static final String DEFAULT_URL = "http://127.0.0.1:3001";
}
