package dev.agentgate.store.postgres;

import dev.agentgate.store.InstanceInfo;
import dev.agentgate.store.InstanceStatus;
import dev.agentgate.store.Instances;
import dev.agentgate.workorder.InstanceId;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The instances that share the database, one row each. */
final class PostgresInstances implements Instances {
  private static final String SELECT =
      """
      SELECT i.*, coalesce(i.lease_until > ?, false) AS alive,
        CASE WHEN i.lease_until > ? THEN i.running
          ELSE (SELECT count(*) FROM running WHERE owner = i.id) END AS active
      FROM instances i
      WHERE (i.lease_until > ? OR i.id = ? OR i.id IN (SELECT owner FROM running))
      """;

  private final Database database;
  private final Instance instance;

  /** Read once, because it never changes. */
  private volatile @Nullable String secret;

  PostgresInstances(Database database, Instance instance) {
    this.database = database;
    this.instance = instance;
  }

  @Override
  public boolean shared() {
    return true;
  }

  @Override
  public void announce(InstanceStatus self) {
    int _ =
        database.single(connection -> {
          try (PreparedStatement update =
              connection.prepareStatement(
                  """
                  UPDATE instances
                  SET version = ?, address = ?, slots = ?, running = ?, draining = ?
                  FROM set_config('synchronous_commit', 'off', true)
                  WHERE id = ? AND epoch = ?
                  """)) {
            update.setString(1, StoredText.escape(self.version()));
            update.setString(2, self.address().map(URI::toString).orElse(null));
            update.setInt(3, self.slots());
            update.setInt(4, self.running());
            update.setBoolean(5, self.draining());
            instance.set(update, 6);
            return update.executeUpdate();
          }
        });
  }

  @Override
  public List<InstanceInfo> all() {
    return database.single(connection -> {
      try (PreparedStatement select = connection.prepareStatement(SELECT + "ORDER BY i.id")) {
        return read(connection, select);
      }
    });
  }

  @Override
  public Optional<InstanceInfo> find(InstanceId id) {
    return database.single(connection -> {
      try (PreparedStatement select = connection.prepareStatement(SELECT + "AND i.id = ?")) {
        select.setString(5, StoredText.escape(id.value()));
        return read(connection, select).stream().findFirst();
      }
    });
  }

  private List<InstanceInfo> read(Connection connection, PreparedStatement select)
      throws SQLException {
    Instant now = instance.now(connection);
    select.setObject(1, OrderRows.parameter(now), OrderRows.INSTANT);
    select.setObject(2, OrderRows.parameter(now), OrderRows.INSTANT);
    select.setObject(3, OrderRows.parameter(now), OrderRows.INSTANT);
    select.setString(4, instance.stored());
    List<InstanceInfo> infos = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        infos.add(info(rows));
      }
    }
    return infos;
  }

  private static InstanceInfo info(ResultSet row) throws SQLException {
    return new InstanceInfo(
        new InstanceId(StoredText.unescape(row.getString("id"))),
        new InstanceStatus(
            StoredText.unescape(row.getString("version")),
            Optional.ofNullable(row.getString("address")).map(URI::create),
            row.getInt("slots"),
            row.getInt("active"),
            row.getBoolean("draining")),
        OrderRows.instant(row, "started_at"),
        OrderRows.instant(row, "last_seen"),
        Optional.ofNullable(row.getObject("lease_until", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant),
        row.getBoolean("alive"));
  }

  @Override
  public String secret() {
    String known = secret;
    if (known == null) {
      known =
          database.single(connection -> {
            try (PreparedStatement select =
                    connection.prepareStatement("SELECT secret FROM service");
                ResultSet row = select.executeQuery()) {
              row.next();
              return row.getString(1);
            }
          });
      secret = known;
    }
    return known;
  }
}
