package dev.agentgate.store.postgres;

import dev.agentgate.workorder.QueueEntry;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * An entry of the queue and its place. The place is as it is stored, and not computed from the
 * entry: another instance may rank by another setting for a while.
 */
record Placed(QueueEntry entry, long jump, long rank, long queuedAt) {
  /** The queue's order. */
  static final String ORDER = " ORDER BY jump, rank, queued_at, id";

  /** A condition with the parameters of {@link #setPlace}: what is behind a place. */
  static final String BEHIND = "(jump, rank, queued_at, id) > (?, ?, ?, ?)";

  void setPlace(Parameters parameters) throws SQLException {
    Parameters _ = parameters.number(jump).number(rank).number(queuedAt).plain(entry.id().value());
  }

  /** Reads rows with the columns of {@link OrderRows#ENTRY}. */
  static List<Placed> read(PreparedStatement select) throws SQLException {
    List<Placed> all = new ArrayList<>();
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        all.add(
            new Placed(
                OrderRows.entry(rows),
                rows.getLong("jump"),
                rows.getLong("rank"),
                rows.getLong("queued_at")));
      }
    }
    return all;
  }
}
