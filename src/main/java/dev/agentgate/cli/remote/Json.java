package dev.agentgate.cli.remote;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.agentgate.wire.WireJson;

/**
 * JSON as the client handles it: mostly as trees. What the server sends reaches {@code -o json}
 * whole, fields of a newer server included, and a start does not have to look into classes.
 */
public final class Json {
  public static final JsonMapper MAPPER = WireJson.clientMapper();

  private Json() {}
}
