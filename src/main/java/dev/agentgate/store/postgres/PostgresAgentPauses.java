package dev.agentgate.store.postgres;

import dev.agentgate.store.AgentPauses;
import dev.agentgate.store.json.AgentPauseCodec;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.workorder.AgentPause;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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
    String type = StoredText.escape(agentType);
    int _ =
        database.singleWrite(connection -> {
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
        });
  }
}
