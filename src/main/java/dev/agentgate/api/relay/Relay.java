package dev.agentgate.api.relay;

import dev.agentgate.api.access.Caller;
import dev.agentgate.api.access.CurrentCaller;
import dev.agentgate.api.access.Endpoint;
import dev.agentgate.api.problem.ApiException;
import dev.agentgate.api.problem.ProblemAnswers;
import dev.agentgate.api.problem.ProblemType;
import dev.agentgate.api.relay.PassedOnCall.Progress;
import dev.agentgate.api.relay.RelayCounts.Outcome;
import dev.agentgate.queue.FileRemoval;
import dev.agentgate.queue.Peers;
import dev.agentgate.queue.Whereabouts;
import dev.agentgate.store.InstanceInfo;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Passes calls on to the instance of the service that can answer them: the owner of a running
 * order, or the keeper of a run's files. Stands behind the gate, so the caller's key and role are
 * checked first. A call that was passed on is never passed on again.
 *
 * <p>If the owner of a running order does not answer, the call waits until the owner's lease is
 * over and another instance has taken the order over. Then nothing of the order's run lives. An
 * instance that renews its lease but does not answer is not waited for without end.
 */
@Singleton
public class Relay {
  private static final int BEHIND_GATE = 900;

  /** How often a call that waits looks again. */
  private static final Duration LOOK = Duration.ofMillis(250);

  /** How often a call that waits for an answer looks whether the other instance is alive. */
  private static final Duration ALIVE = Duration.ofSeconds(1);

  /** How long the details of an order may take; without them the answer is less exact. */
  private static final Duration DETAILS = Duration.ofSeconds(2);

  private final PeerClient client;
  private final Provider<Store> store;
  private final Provider<FileRemoval> files;
  private final Provider<Whereabouts> whereabouts;
  private final ProblemAnswers answers;
  private final RefusedCalls refused;
  private final RelayPatience patience;

  @Inject
  Relay(
      PeerClient client,
      Provider<Store> store,
      Provider<FileRemoval> files,
      Provider<Whereabouts> whereabouts,
      ProblemAnswers answers,
      RefusedCalls refused,
      RelayPatience patience) {
    this.client = client;
    this.store = store;
    this.files = files;
    this.whereabouts = whereabouts;
    this.answers = answers;
    this.refused = refused;
    this.patience = patience;
  }

  void register(@Observes Filters filters) {
    filters.register(this::handle, BEHIND_GATE);
  }

  void handle(RoutingContext call) {
    Optional<Caller> caller = CurrentCaller.of(call);
    if (caller.isEmpty() || !whereabouts.get().shared()) {
      call.next();
      return;
    }
    Optional<Concern> concern = Endpoint.of(call).flatMap(Concern::of);
    if (concern.isEmpty()) {
      call.next();
      return;
    }
    Call its = new Call(call, call.vertx().getOrCreateContext(), caller.get(), concern.get());
    boolean filesOnly = RelayHeaders.FILES.equals(call.request().getHeader(RelayHeaders.PART));
    if (!RelayedCalls.isRelayed(call)) {
      Thread.startVirtualThread(() -> route(its));
    } else if (filesOnly && concern.get() == Concern.PROCESSES) {
      Thread.startVirtualThread(() -> removeFiles(its));
    } else {
      call.next();
    }
  }

  /** A call on its way, with the event loop that it belongs to. */
  private record Call(RoutingContext context, Context loop, Caller caller, Concern concern) {
    void goOnHere() {
      loop.runOnContext(_ -> context.next());
    }

    boolean hasBody() {
      HttpServerRequest request = context.request();
      String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
      return length == null
          ? request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
          : !length.equals("0");
    }
  }

  private void route(Call call) {
    try {
      if (!isPassedOn(call)) {
        call.goOnHere();
      }
    } catch (AgentGateException e) {
      refuse(call, ApiException.of(e));
    } catch (ApiException e) {
      refuse(call, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      refuse(call, new ApiException(ProblemType.STOPPING, "The service is stopping"));
    } catch (RuntimeException e) {
      call.loop().runOnContext(_ -> call.context().fail(e));
    }
  }

  private void refuse(Call call, ApiException why) {
    call.loop()
        .runOnContext(_ -> {
          refused.refused(call.context(), why.type().status());
          String path = ProblemAnswers.pathOf(call.context().request());
          answers.send(call.context(), why.type().problem(why.detail(), path));
        });
  }

  /** Whether another instance answers the call; otherwise this one can do so now. */
  private boolean isPassedOn(Call call) throws InterruptedException {
    long until = System.nanoTime() + patience.untilTakenOver().toNanos();
    while (true) {
      Optional<InstanceId> place = placeOf(call);
      if (place.isEmpty()) {
        return false;
      }
      Optional<InstanceInfo> living = whereabouts.get().living(place.get());
      if (living.isPresent() && isAnswered(call, living.get())) {
        return true;
      }
      switch (call.concern()) {
        case PROCESSES -> {
          if (System.nanoTime() - until > 0) {
            throw new ApiException(
                ProblemType.BUSY,
                "The instance " + place.get() + " does not answer, and its lease is not over yet");
          }
          TimeUnit.NANOSECONDS.sleep(LOOK.toNanos());
        }
        case FILES, WORKSPACE -> {
          Optional<InstanceInfo> silent = whereabouts.get().living(place.get());
          if (silent.isPresent() && !isArchived(call)) {
            throw Peers.unreachable(silent.get());
          }
          return false;
        }
        case DETAILS -> {
          return false;
        }
      }
    }
  }

  /** Whether the files that a call asks for are in the store as well. */
  private boolean isArchived(Call call) {
    return call.concern() == Concern.FILES
        && EndpointIds.run(call.context()).filter(store.get().archive()::has).isPresent();
  }

  /** Returns the other instance that a call concerns; empty if it can be answered here. */
  private Optional<InstanceId> placeOf(Call call) {
    Whereabouts places = whereabouts.get();
    Optional<WorkOrderId> order = EndpointIds.order(call.context());
    Optional<RunId> run = EndpointIds.run(call.context());
    return switch (call.concern()) {
      case PROCESSES -> order.flatMap(places::owner);
      case FILES -> run.flatMap(places::keeper);
      case WORKSPACE ->
          run.isPresent()
              ? run.flatMap(places::keeper)
              // Without a body, any instance may start the order.
              : order.filter(_ -> call.hasBody()).flatMap(places::keeperOfLastRun);
      case DETAILS -> order.flatMap(places::owner).or(() -> run.flatMap(places::keeper));
    };
  }

  private boolean isAnswered(Call call, InstanceInfo by) throws InterruptedException {
    RoutingContext context = call.context();
    boolean withBody = call.concern() == Concern.WORKSPACE && call.hasBody();
    PassedOnCall passedOn = new PassedOnCall(context, withBody);
    String secret = store.get().instances().secret();
    call.loop()
        .runOnContext(_ ->
            passedOn.begin(
                client.open(
                    by,
                    context.request().method(),
                    context.request().uri(),
                    call.caller(),
                    secret)));
    Progress progress = await(call, passedOn, by);
    client.count(
        switch (progress) {
          case ANSWERED -> Outcome.ANSWERED;
          case NOT_SENT -> Outcome.UNREACHABLE;
          case OPEN, BROKEN, ABANDONED -> Outcome.UNANSWERED;
        });
    if (withBody && (progress == Progress.BROKEN || progress == Progress.ABANDONED)) {
      // The body is used up.
      throw Peers.unreachable(by);
    }
    return progress == Progress.ANSWERED;
  }

  /** Waits for the answer, for some time and as long as the other instance is alive. */
  private Progress await(Call call, PassedOnCall passedOn, InstanceInfo by)
      throws InterruptedException {
    Duration most = mostFor(call.concern());
    Duration look = most.compareTo(ALIVE) < 0 ? most : ALIVE;
    long until = System.nanoTime() + most.toNanos();
    while (true) {
      try {
        return passedOn.head().get(look.toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        boolean late = System.nanoTime() - until >= 0;
        if ((late || isGone(by)) && passedOn.abandon()) {
          if (late && call.concern() == Concern.PROCESSES) {
            client.count(Outcome.UNANSWERED);
            throw new ApiException(
                ProblemType.BUSY,
                "The instance "
                    + by.id()
                    + ", which runs the work order, has not answered for "
                    + most.toSeconds()
                    + " s. It may still do what was asked: look at the work order.");
          }
          return Progress.ABANDONED;
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("It never completes exceptionally", e);
      }
    }
  }

  private Duration mostFor(Concern concern) {
    return switch (concern) {
      case PROCESSES -> patience.untilEnded();
      case FILES, WORKSPACE -> patience.untilAnswered();
      case DETAILS -> DETAILS;
    };
  }

  private boolean isGone(InstanceInfo instance) {
    try {
      return whereabouts.get().living(instance.id()).isEmpty();
    } catch (AgentGateException e) {
      // The store cannot tell now.
      return false;
    }
  }

  /** Removes the files of an order for another instance, which purges the order. */
  private void removeFiles(Call call) {
    RoutingContext context = call.context();
    try {
      EndpointIds.order(context).ifPresent(files.get()::removeFiles);
      call.loop().runOnContext(_ -> context.response().setStatusCode(204).end());
      call.loop().runOnContext(_ -> context.request().resume());
    } catch (AgentGateException e) {
      refuse(call, ApiException.of(e));
    } catch (RuntimeException e) {
      call.loop().runOnContext(_ -> context.fail(e));
    }
  }
}
