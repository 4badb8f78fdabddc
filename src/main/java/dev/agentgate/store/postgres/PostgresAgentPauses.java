package dev.agentgate.store.postgres;

import dev.agentgate.store.AgentPauses;
import dev.agentgate.store.json.AgentPauseCodec;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.workorder.AgentPause;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/** The pauses of agents, for all instances. */
final class PostgresAgentPauses implements AgentPauses {
  private static final Logger LOG = Logger.getLogger(PostgresAgentPauses.class);

  private final Database database;

  PostgresAgentPauses(Database database) {
    this.database = database;
  }

  @Override
  public Map<String, AgentPause> all() {
    return database.single(connection -> {
      try (PreparedStatement select =
              connection.prepareStatement("SELECT agent_type, body FROM agent_pauses");
          ResultSet rows = select.executeQuery()) {
        Map<String, AgentPause> pauses = new TreeMap<>();
        while (rows.next()) {
          String type = StoredText.unescape(rows.getString(1));
          try {
            pauses.put(type, AgentPauseCodec.decode(rows.getBytes(2)));
          } catch (UnreadableRecordException e) {
            LOG.warnf(
                "The pause of %s cannot be read and does not count: %s", type, e.getMessage());
          }
        }
        return Map.copyOf(pauses);
      }
    });
  }

  @Override
  public void set(String agentType, Optional<AgentPause> pause) {
    int _ =
        database.write(connection -> {
          // After a claim that is under way: nothing starts once the pause is acknowledged.
          Locks.claims(connection);
          return write(connection, StoredText.escape(agentType), pause);
        });
  }

  @Override
  public boolean replace(
      String agentType, Optional<AgentPause> before, Optional<AgentPause> pause) {
    String type = StoredText.escape(agentType);
    return database.write(connection -> {
      // It also brings all changes of pauses into an order.
      Locks.claims(connection);
      boolean isSame = read(connection, type).equals(before);
      if (isSame) {
        int _ = write(connection, type, pause);
      }
      return isSame;
    });
  }

  private static Optional<AgentPause> read(Connection connection, String type) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT body FROM agent_pauses WHERE agent_type = ?")) {
      select.setString(1, type);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(AgentPauseCodec.decode(row.getBytes(1))) : Optional.empty();
      } catch (UnreadableRecordException e) {
        return Optional.empty();
      }
    }
  }

  private static int write(Connection connection, String type, Optional<AgentPause> pause)
      throws SQLException {
    try (PreparedStatement write =
        connection.prepareStatement(
            pause.isEmpty()
                ? "DELETE FROM agent_pauses WHERE agent_type = ?"
                : """
                INSERT INTO agent_pauses (agent_type, body) VALUES (?, ?)
                ON CONFLICT (agent_type) DO UPDATE SET body = excluded.body
                """)) {
      write.setString(1, type);
      if (pause.isPresent()) {
        write.setBytes(2, AgentPauseCodec.encode(pause.get()));
      }
      return write.executeUpdate();
    }
  }
}
