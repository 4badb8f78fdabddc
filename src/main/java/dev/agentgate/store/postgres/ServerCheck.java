package dev.agentgate.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.postgresql.PGConnection;
import org.postgresql.jdbc.PreferQueryMode;

/**
 * Checks that a server keeps what it has acknowledged. It looks at the settings of the service's
 * own connections, whether they come from the server, the database or the role.
 */
final class ServerCheck {
  private static final int OLDEST_VERSION = 14;

  private ServerCheck() {}

  /** Returns what must be changed, as sentences; none if the server can be used. */
  static List<String> problems(Connection connection) throws SQLException {
    Map<String, String> settings = new HashMap<>();
    try (PreparedStatement select =
            connection.prepareStatement(
                """
                SELECT name, setting FROM pg_settings
                WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit',
                  'server_version_num', 'server_encoding', 'transaction_read_only')
                """);
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        settings.put(rows.getString(1), rows.getString(2));
      }
    }
    List<String> problems = problems(settings);
    if (connection.unwrap(PGConnection.class).getPreferQueryMode() == PreferQueryMode.SIMPLE) {
      problems.add(
          "The URL sets preferQueryMode=simple, with which several changes are no transaction."
              + " Remove it.");
    }
    return problems;
  }

  static List<String> problems(Map<String, String> settings) {
    List<String> problems = new ArrayList<>();
    int version = Integer.parseInt(settings.getOrDefault("server_version_num", "0")) / 10_000;
    if (version < OLDEST_VERSION) {
      problems.add(
          "It is PostgreSQL " + version + ", but AgentGate needs " + OLDEST_VERSION + " or later.");
    }
    for (String name : List.of("fsync", "full_page_writes", "synchronous_commit")) {
      if ("off".equals(settings.get(name))) {
        problems.add(
            "Its setting "
                + name
                + " is off, so a crash would lose orders that were acknowledged. Set it to on.");
      }
    }
    if (!"UTF8".equals(settings.get("server_encoding"))) {
      problems.add("Its encoding is not UTF8. Create the database with ENCODING 'UTF8'.");
    }
    if ("on".equals(settings.get("transaction_read_only"))) {
      problems.add("It is read-only, as a standby is. Name the server that takes writes.");
    }
    return problems;
  }
}
