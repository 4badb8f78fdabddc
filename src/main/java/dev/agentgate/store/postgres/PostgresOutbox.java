package dev.agentgate.store.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.agentgate.store.Outbox;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The undelivered messages, one row each. Nobody waits for the sync of such a row. */
final class PostgresOutbox implements Outbox {
  private static final String UNSYNCED = "set_config('synchronous_commit', 'off', true)";

  private static final String ABANDONED =
      """
      target <> ALL (?)
      AND (owner = ? OR owner NOT IN (SELECT id FROM instances WHERE lease_until > ?))
      """;

  private final Database database;
  private final Instance instance;

  PostgresOutbox(Database database, Instance instance) {
    this.database = database;
    this.instance = instance;
  }

  @Override
  public boolean keepsMessages() {
    return true;
  }

  @Override
  public long keep(String target, String delivery, String message) {
    return database.singleWrite(connection -> {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO outbox (target, delivery, owner, body) SELECT ?, ?, ?, ? FROM "
                  + UNSYNCED
                  // DO NOTHING would return no number.
                  + " ON CONFLICT (target, delivery) DO UPDATE SET delivery = excluded.delivery"
                  + " RETURNING number")) {
        insert.setString(1, target);
        insert.setString(2, delivery);
        insert.setString(3, instance.stored());
        insert.setBytes(4, message.getBytes(UTF_8));
        try (ResultSet row = insert.executeQuery()) {
          row.next();
          return row.getLong(1);
        }
      }
    });
  }

  @Override
  public Optional<String> find(long number) {
    return database.single(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement("SELECT body FROM outbox WHERE number = ? AND owner = ?")) {
        select.setLong(1, number);
        select.setString(2, instance.stored());
        try (ResultSet row = select.executeQuery()) {
          return row.next() ? Optional.of(new String(row.getBytes(1), UTF_8)) : Optional.empty();
        }
      }
    });
  }

  @Override
  public void remove(long number) {
    int _ =
        database.singleWrite(connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  "DELETE FROM outbox USING " + UNSYNCED + " WHERE number = ?")) {
            delete.setLong(1, number);
            return delete.executeUpdate();
          }
        });
  }

  @Override
  public boolean removeOwn(long number) {
    return database.singleWrite(connection -> {
      try (PreparedStatement delete =
          connection.prepareStatement(
              "DELETE FROM outbox USING " + UNSYNCED + " WHERE number = ? AND owner = ?")) {
        delete.setLong(1, number);
        delete.setString(2, instance.stored());
        return delete.executeUpdate() > 0;
      }
    });
  }

  @Override
  public List<Long> own(String target) {
    return database.single(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement("SELECT number FROM outbox WHERE target = ? AND owner = ?")) {
        select.setString(1, target);
        select.setString(2, instance.stored());
        return numbers(select);
      }
    });
  }

  @Override
  public List<Long> takeOver(String target, int limit) {
    return database.transaction(connection -> {
      try (PreparedStatement update =
          connection.prepareStatement(
              """
              UPDATE outbox SET owner = ? WHERE number IN (
                SELECT number FROM outbox
                WHERE target = ? AND owner <> ?
                  AND owner NOT IN (SELECT id FROM instances WHERE lease_until > ?)
                ORDER BY number LIMIT ?
                FOR UPDATE SKIP LOCKED)
              RETURNING number
              """)) {
        update.setString(1, instance.stored());
        update.setString(2, target);
        update.setString(3, instance.stored());
        update.setObject(4, OrderRows.parameter(instance.now(connection)), OrderRows.INSTANT);
        update.setInt(5, limit);
        return numbers(update);
      }
    });
  }

  @Override
  public List<String> abandonedTargets(Set<String> delivered) {
    return database.transaction(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              "SELECT DISTINCT target FROM outbox WHERE " + ABANDONED + " ORDER BY target")) {
        setAbandoned(select, delivered, instance.now(connection));
        List<String> targets = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            targets.add(rows.getString(1));
          }
        }
        return targets;
      }
    });
  }

  @Override
  public int removeAbandoned(Set<String> delivered, Duration age) {
    return database.transaction(connection -> {
      Instant now = instance.now(connection);
      try (PreparedStatement delete =
          connection.prepareStatement(
              "DELETE FROM outbox WHERE " + ABANDONED + " AND kept_at <= ?")) {
        setAbandoned(delete, delivered, now);
        delete.setObject(4, OrderRows.parameter(now.minus(age)), OrderRows.INSTANT);
        return delete.executeUpdate();
      }
    });
  }

  private void setAbandoned(PreparedStatement statement, Set<String> delivered, Instant now)
      throws SQLException {
    statement.setArray(
        1, statement.getConnection().createArrayOf("text", delivered.toArray(String[]::new)));
    statement.setString(2, instance.stored());
    statement.setObject(3, OrderRows.parameter(now), OrderRows.INSTANT);
  }

  private static List<Long> numbers(PreparedStatement statement) throws SQLException {
    List<Long> numbers = new ArrayList<>();
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        numbers.add(rows.getLong(1));
      }
    }
    return numbers.stream().sorted().toList();
  }
}
