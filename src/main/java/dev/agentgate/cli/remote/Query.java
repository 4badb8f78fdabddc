package dev.agentgate.cli.remote;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A path below the API's root, with its query parameters. */
public final class Query {
  private final StringBuilder text;
  private boolean empty = true;

  public Query(String path) {
    this.text = new StringBuilder(path);
  }

  /** Adds a parameter, unless the value is null. */
  public Query with(String name, @Nullable Object value) {
    if (value != null) {
      text.append(empty ? '?' : '&')
          .append(name)
          .append('=')
          .append(URLEncoder.encode(value.toString(), StandardCharsets.UTF_8));
      empty = false;
    }
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
