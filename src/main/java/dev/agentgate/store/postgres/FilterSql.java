package dev.agentgate.store.postgres;

import dev.agentgate.store.WorkOrderFilter;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A filter as a condition on the table of orders. */
final class FilterSql {
  private final StringBuilder sql = new StringBuilder("true");
  private final List<Object> parameters = new ArrayList<>();

  FilterSql(WorkOrderFilter filter) {
    if (!filter.statuses().isEmpty()) {
      and(
          "status = ANY (?)",
          filter.statuses().stream().map(WorkOrderStatus::wireName).toArray(String[]::new));
    }
    filter.agentType().ifPresent(type -> and("agent_type = ?", StoredText.escape(type)));
    filter.repository().ifPresent(name -> and("repository = ?", StoredText.escape(name)));
    if (!filter.failureReasons().isEmpty()) {
      and(
          "failure_reason = ANY (?)",
          filter.failureReasons().stream().map(FailureReason::wireName).toArray(String[]::new));
    }
    if (!filter.labels().isEmpty()) {
      // The second condition is that of the index.
      and(
          "labels @> ? AND labels <> '{}'",
          OrderWriter.labels(filter.labels()).toArray(String[]::new));
    }
    filter.createdAfter().ifPresent(at -> and("created_at >= ?", time(at)));
    filter.createdBefore().ifPresent(at -> and("created_at < ?", time(at)));
  }

  private static long time(Instant at) {
    return StoredTime.write(at);
  }

  /** Selects only orders that are older than this one. */
  FilterSql before(Optional<WorkOrderId> id) {
    id.ifPresent(place -> and("id < ?", place.value()));
    return this;
  }

  private void and(String condition, Object parameter) {
    sql.append(" AND ").append(condition);
    parameters.add(parameter);
  }

  /**
   * Prepares a statement.
   *
   * @param around the statement, with {@code %s} where the condition belongs; a parameter may
   *     follow the condition
   */
  PreparedStatement prepare(Connection connection, String around) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(around.formatted(sql));
    for (int i = 0; i < parameters.size(); i++) {
      switch (parameters.get(i)) {
        case String[] texts -> statement.setArray(i + 1, connection.createArrayOf("text", texts));
        case Object value -> statement.setObject(i + 1, value);
      }
    }
    return statement;
  }

  /** Returns the index of the first parameter that follows the condition. */
  int next() {
    return parameters.size() + 1;
  }
}
