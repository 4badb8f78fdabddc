package dev.agentgate.store.postgres;

import dev.agentgate.store.postgres.OrderWriter.Written;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Puts orders with their idempotency keys into the tables, in the caller's transaction. */
record ImportedOrders(OrderWriter writer) {

  /** Adds orders, or replaces those that are there with another revision. */
  void put(Connection connection, List<WorkOrder> orders) throws SQLException {
    Map<WorkOrderId, Known> known = known(connection, orders);
    List<Written> written = new ArrayList<>();
    for (WorkOrder order : orders) {
      Optional<Known> before = Optional.ofNullable(known.get(order.id()));
      if (before.filter(it -> it.revision() == order.revision()).isEmpty()) {
        written.add(new Written(before.map(Known::status), order));
      }
    }
    writer.writeSilently(connection, written);
    PostgresWorkOrders.takeFree(connection, PostgresWorkOrders.byKey(orders));
  }

  /** What a row has. */
  private record Known(long revision, WorkOrderStatus status) {}

  private static Map<WorkOrderId, Known> known(Connection connection, List<WorkOrder> orders)
      throws SQLException {
    Map<WorkOrderId, Known> known = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT id, revision, status FROM work_orders WHERE id = ANY (?)")) {
      Parameters _ =
          new Parameters(select).plain(orders.stream().map(order -> order.id().value()).toList());
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          known.put(
              OrderRows.id(rows.getString(1)),
              new Known(rows.getLong(2), WorkOrderStatus.parse(rows.getString(3)).orElseThrow()));
        }
      }
    }
    return known;
  }
}
