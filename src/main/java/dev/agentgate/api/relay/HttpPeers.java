package dev.agentgate.api.relay;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.api.access.Caller;
import dev.agentgate.api.access.Endpoint;
import dev.agentgate.api.access.Role;
import dev.agentgate.api.relay.RelayCounts.Outcome;
import dev.agentgate.execution.StopReport;
import dev.agentgate.queue.Peers;
import dev.agentgate.store.InstanceInfo;
import dev.agentgate.store.Instances;
import dev.agentgate.wire.Answers.CancelResult;
import dev.agentgate.wire.Problem;
import dev.agentgate.wire.WireJson;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.WorkOrderId;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** Asks other instances over HTTP, by their API. */
public final class HttpPeers implements Peers {
  /** The name of the caller in the audit log of the other instance. */
  private static final Caller CALLER = new Caller("another-instance", Role.ADMIN);

  /** Longer than the longest grace that is usual, and than a large workspace takes to remove. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final PeerClient client;
  private final Instances instances;
  private final ObjectMapper json = WireJson.clientMapper();

  public HttpPeers(PeerClient client, Instances instances) {
    this.client = client;
    this.instances = instances;
  }

  @Override
  public StopReport cancel(InstanceInfo owner, WorkOrderId order) {
    Answer answer = ask(owner, HttpMethod.POST, "/cancel", order, _ -> {});
    CancelResult result = read(answer, CancelResult.class, owner);
    return new StopReport(
        result.killed(),
        Collections.nCopies(result.survivors(), "a process on " + owner.id()),
        Duration.ofMillis(result.durationMs()));
  }

  @Override
  public void removeFiles(InstanceInfo keeper, WorkOrderId order) {
    Answer _ =
        ask(
            keeper,
            HttpMethod.DELETE,
            "?purge=true",
            order,
            request -> request.putHeader(RelayHeaders.PART, RelayHeaders.FILES));
  }

  private record Answer(int status, Buffer body) {}

  private Answer ask(
      InstanceInfo whom,
      HttpMethod method,
      String rest,
      WorkOrderId order,
      Consumer<HttpClientRequest> change) {
    String uri = Endpoint.BASE + "/work-orders/" + order + rest;
    Future<HttpClientRequest> request = client.open(whom, method, uri, CALLER, instances.secret());
    try {
      Answer answer =
          request
              .compose(opened -> {
                change.accept(opened);
                return opened.send();
              })
              .compose(HttpPeers::read)
              .toCompletionStage()
              .toCompletableFuture()
              .get(PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
      client.count(Outcome.ANSWERED);
      if (answer.status() >= 300) {
        throw refused(answer, whom);
      }
      return answer;
    } catch (ExecutionException | TimeoutException e) {
      client.count(request.succeeded() ? Outcome.UNANSWERED : Outcome.UNREACHABLE);
      throw Peers.unreachable(whom);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AgentGateException(Kind.STOPPING, "The service is stopping", e);
    }
  }

  private static Future<Answer> read(HttpClientResponse response) {
    return response.body().map(body -> new Answer(response.statusCode(), body));
  }

  private AgentGateException refused(Answer answer, InstanceInfo by) {
    Kind kind =
        switch (answer.status()) {
          case 404 -> Kind.NOT_FOUND;
          case 409 -> Kind.CONFLICT;
          default -> Kind.SHORT_OF_RESOURCES;
        };
    return new AgentGateException(kind, read(answer, Problem.class, by).detail());
  }

  private <T> T read(Answer answer, Class<T> type, InstanceInfo from) {
    try {
      return json.readValue(answer.body().getBytes(), type);
    } catch (IOException e) {
      throw Peers.unreachable(from);
    }
  }
}
