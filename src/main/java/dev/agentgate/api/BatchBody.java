package dev.agentgate.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.queue.BatchSubmission;
import dev.agentgate.queue.BatchSubmission.Result;
import dev.agentgate.queue.SubmitOrder;
import dev.agentgate.wire.BulkAnswers.BatchItem;
import dev.agentgate.wire.BulkAnswers.BatchRequest;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The orders in the body of a batch. Each is read for itself, so that a wrong one does not keep the
 * others out.
 */
final class BatchBody {
  private static final String ITEMS = "items";
  private static final int CREATED = 201;
  private static final int OK = 200;

  private final String path;
  private final List<SubmitOrder> orders = new ArrayList<>();

  /** For each item, what is wrong with it; empty if it was read. */
  private final List<Optional<ApiException>> faults = new ArrayList<>();

  private BatchBody(String path) {
    this.path = path;
  }

  /**
   * Reads a body.
   *
   * @param path the path of the request, for the problems
   * @param furtherFaults what else the queue would refuse: see {@link SubmitBody#read}
   * @throws ApiException a 400 if it is not a list of 1 to 1,000 items
   */
  static BatchBody read(
      ObjectNode body, String path, Function<SubmitOrder, Map<String, String>> furtherFaults) {
    JsonNode items = body.path(ITEMS);
    if (!items.isArray() || items.isEmpty() || items.size() > BatchRequest.MOST_ITEMS) {
      throw ApiException.invalid(
          "items must be an array of 1 to " + BatchRequest.MOST_ITEMS + " work orders");
    }
    BatchBody batch = new BatchBody(path);
    for (JsonNode item : items) {
      batch.add(item, furtherFaults);
    }
    return batch;
  }

  private void add(JsonNode item, Function<SubmitOrder, Map<String, String>> furtherFaults) {
    try {
      if (!(item instanceof ObjectNode order)) {
        throw ApiException.invalid("A work order must be a JSON object");
      }
      orders.add(SubmitBody.read(order, List.of(), furtherFaults));
      faults.add(Optional.empty());
    } catch (ApiException e) {
      faults.add(Optional.of(e));
    }
  }

  /** Submits the orders that could be read; returns an item for each item of the body. */
  List<BatchItem> submitTo(BatchSubmission queue) {
    Iterator<Result> results = queue.submit(orders).iterator();
    return faults.stream()
        .map(fault -> fault.map(this::refused).orElseGet(() -> itemOf(results.next())))
        .toList();
  }

  private BatchItem itemOf(Result result) {
    return switch (result) {
      case Result.Accepted accepted ->
          new BatchItem(accepted.created() ? CREATED : OK, WireRecords.of(accepted.order()), null);
      case Result.Refused refused -> refused(ApiException.of(refused.reason()));
    };
  }

  private BatchItem refused(ApiException why) {
    return new BatchItem(why.type().status(), null, why.problem(path));
  }
}
