package dev.agentgate.store.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.agentgate.store.Outbox;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The undelivered messages, one row each. Nobody waits for the sync of such a row. */
final class PostgresOutbox implements Outbox {
  private static final String UNSYNCED = "set_config('synchronous_commit', 'off', true)";

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
  public long keep(String target, String message) {
    return database.singleWrite(connection -> {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO outbox (target, owner, body) SELECT ?, ?, ? FROM "
                  + UNSYNCED
                  + " RETURNING number")) {
        insert.setString(1, target);
        insert.setString(2, instance.stored());
        insert.setBytes(3, message.getBytes(UTF_8));
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
