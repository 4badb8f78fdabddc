package dev.agentgate.store.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.agentgate.store.UsageLedger;
import dev.agentgate.store.json.UnreadableRecordException;
import dev.agentgate.store.json.UsageCodec;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.Usage;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** The usage of ended runs, one row each. */
final class PostgresUsageLedger implements UsageLedger {
  private static final int ROWS_AT_ONCE = 1_000;
  private static final Logger LOG = Logger.getLogger(PostgresUsageLedger.class);

  private final Database database;

  PostgresUsageLedger(Database database) {
    this.database = database;
  }

  private static final String INSERT =
      """
      INSERT INTO run_usage (run, started_at, agent_type, has_cost, body)
      VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
      """;

  @Override
  public void note(RunUsage usage) {
    int _ =
        database.singleWrite(connection -> {
          try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            set(insert, usage);
            return insert.executeUpdate();
          }
        });
  }

  /** Notes what several runs used in the caller's transaction. */
  static void noteAll(Connection connection, List<RunUsage> all) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      for (RunUsage usage : all) {
        set(insert, usage);
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private static void set(PreparedStatement insert, RunUsage usage) throws SQLException {
    insert.setString(1, usage.run().value());
    insert.setLong(2, StoredTime.write(usage.startedAt()));
    insert.setString(3, StoredText.escape(usage.agentType()));
    insert.setBoolean(4, usage.usage().costUsd().isPresent());
    insert.setBytes(5, UsageCodec.line(usage));
  }

  @Override
  public void forEach(Optional<Instant> from, Optional<Instant> to, Consumer<RunUsage> consumer) {
    boolean _ =
        // A transaction, because only there rows are fetched as they are needed.
        database.transaction(connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT body FROM run_usage WHERE started_at >= ? AND started_at < ?")) {
            select.setFetchSize(ROWS_AT_ONCE);
            select.setLong(1, from.map(StoredTime::write).orElse(Long.MIN_VALUE));
            select.setLong(2, to.map(StoredTime::write).orElse(Long.MAX_VALUE));
            try (ResultSet rows = select.executeQuery()) {
              while (rows.next()) {
                read(rows).ifPresent(consumer);
              }
            }
            return true;
          }
        });
  }

  private static Optional<RunUsage> read(ResultSet row) throws SQLException {
    try {
      return Optional.of(UsageCodec.parse(new String(row.getBytes(1), UTF_8)));
    } catch (UnreadableRecordException e) {
      LOG.warnf("What a run used cannot be read and does not count: %s", e.getMessage());
      return Optional.empty();
    }
  }

  @Override
  public Map<String, Usage> ofDay(LocalDate day) {
    Map<String, Usage> sums = new TreeMap<>();
    forEach(
        Optional.of(day.atStartOfDay(ZoneOffset.UTC).toInstant()),
        Optional.of(day.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()),
        used -> sums.merge(used.agentType(), used.usage(), Usage::plus));
    return sums;
  }

  @Override
  public List<BigDecimal> latestCosts(String agentType, int most) {
    return database.single(connection -> {
      try (PreparedStatement select =
          connection.prepareStatement(
              """
              SELECT body FROM run_usage WHERE agent_type = ? AND has_cost
              ORDER BY started_at DESC LIMIT ?
              """)) {
        select.setString(1, StoredText.escape(agentType));
        select.setInt(2, most);
        List<BigDecimal> costs = new ArrayList<>();
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            read(rows).flatMap(used -> used.usage().costUsd()).ifPresent(costs::add);
          }
        }
        return costs;
      }
    });
  }
}
