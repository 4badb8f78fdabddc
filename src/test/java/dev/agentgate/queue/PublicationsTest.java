package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.publish.Publications;
import dev.agentgate.publish.Publications.Attempt;
import dev.agentgate.publish.PublishFailedException;
import dev.agentgate.publish.Publisher.Work;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Publication.Status;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When publications are attempted, and what is kept of each attempt. */
class PublicationsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration NEVER = Duration.ofDays(1);

  @TempDir private Path directory;
  private QueueFixture queue;
  private final List<Work> attempts = new CopyOnWriteArrayList<>();

  @BeforeEach
  void begin() {
    queue = new QueueFixture(directory, settings -> settings).open();
  }

  @AfterEach
  void end() {
    queue.close();
  }

  private Publications publications(Attempt attempt, Duration pause) {
    Publications publications =
        new Publications(
            queue.queue.publications(),
            (work, publication, progress) -> {
              attempts.add(work);
              return attempt.publish(work, publication, progress);
            },
            pause);
    queue.queue.orders().register(publications);
    return publications;
  }

  private static Publication succeed(Publication publication) {
    return publication.pushed("0a", "main");
  }

  private RunId completed() {
    WorkOrderId id = queue.submit(Optional.of("shop"), Optional.of(WorkOrders.BRANCH));
    RunId run = queue.awaitRunning(id);
    queue.executor.exit(run, 0);
    queue.awaitStatus(id, WorkOrderStatus.COMPLETED);
    return run;
  }

  private Publication publication(RunId run) {
    return queue.service().run(run).run().results().publication().orElseThrow();
  }

  private void awaitStatus(RunId run, Status status) {
    await().atMost(PATIENCE).until(() -> publication(run).status() == status);
  }

  @Test
  void aCompletedRunIsPublishedAtOnce() {
    try (Publications publications = publications((_, it, _) -> succeed(it), NEVER)) {
      RunId run = completed();

      awaitStatus(run, Status.PUBLISHED);

      assertThat(attempts).hasSize(1);
      assertThat(attempts.getFirst().run()).isEqualTo(run);
      await().atMost(PATIENCE).until(() -> publications.pending() == 0);
      assertThat(publications.counts().published()).isEqualTo(1);
    }
  }

  @Test
  void aFailureIsRepeatedAndShownMeanwhile() {
    CountDownLatch mayPass = new CountDownLatch(1);
    try (Publications publications =
        publications(
            (_, it, _) -> {
              if (attempts.size() <= 2) {
                throw PublishFailedException.transientFailure("out of reach", Duration.ZERO);
              }
              mayPass.await();
              return succeed(it);
            },
            Duration.ofMillis(1))) {
      RunId run = completed();
      await().atMost(PATIENCE).until(() -> attempts.size() == 3);

      assertThat(publication(run).status()).isEqualTo(Status.PENDING);
      assertThat(publication(run).attempts()).isEqualTo(2);
      assertThat(publication(run).error()).contains("out of reach");
      mayPass.countDown();

      awaitStatus(run, Status.PUBLISHED);
      assertThat(publication(run).error()).isEmpty();
      assertThat(publications.counts().postponed()).isEqualTo(2);
    }
  }

  @Test
  void anEarlierRunIsPublishedToTheSameBranchFirstEvenIfItMustBeRepeated() throws Exception {
    CountDownLatch reachable = new CountDownLatch(1);
    List<RunId> published = new CopyOnWriteArrayList<>();
    try (Publications publications =
        publications(
            (work, it, _) -> {
              if (reachable.getCount() > 0) {
                throw PublishFailedException.transientFailure("out of reach", Duration.ZERO);
              }
              published.add(work.run());
              return succeed(it);
            },
            NEVER)) {
      RunId first = completed();
      await().atMost(PATIENCE).until(() -> publication(first).error().isPresent());
      WorkOrderId order = queue.service().run(first).run().workOrderId();
      assertThat(queue.service().requestRun(order)).isEmpty();
      await().until(() -> !queue.order(order).currentRun().equals(Optional.of(first)));
      RunId second = queue.awaitRunning(order);
      queue.executor.exit(second, 0);
      queue.awaitStatus(order, WorkOrderStatus.COMPLETED);
      reachable.countDown();
      publications.request(second, Optional.empty());
      assertThat(publication(second).status()).isEqualTo(Status.PENDING);

      publications.request(first, Optional.empty());

      awaitStatus(first, Status.PUBLISHED);
      awaitStatus(second, Status.PUBLISHED);
      assertThat(published).containsExactly(first, second);
      assertThat(attempts).extracting(Work::run).containsExactly(first, first, second);
    }
  }

  @Test
  void anAttemptThatAnotherInstanceOvertookEndsAndChangesNothing() {
    CountDownLatch overtaken = new CountDownLatch(1);
    CountDownLatch wentOn = new CountDownLatch(1);
    try (Publications publications =
        publications(
            (_, it, progress) -> {
              overtaken.await();
              progress.accept(it.postponed("late"));
              wentOn.countDown();
              return succeed(it);
            },
            NEVER)) {
      RunId run = completed();
      await().atMost(PATIENCE).until(() -> attempts.size() == 1);
      Publication theirs = publication(run).pushed("0b", "main");
      Run taken = queue.store.find(run).orElseThrow();
      queue.store.save(taken.with(taken.results().publishing(theirs)));

      overtaken.countDown();

      await().atMost(PATIENCE).until(() -> publications.pending() == 0);
      assertThat(publication(run)).isEqualTo(theirs);
      assertThat(wentOn.getCount()).isEqualTo(1);
      assertThat(publications.counts().published()).isZero();
    }
  }

  @Test
  void nothingIsTakenOverBeforeTheRunsOfAnEarlierProcessAreAdopted() {
    RunId run = completed();
    try (Publications publications = publications((_, it, _) -> succeed(it), NEVER)) {
      publications.leaseRenewed();
      await().during(Duration.ofMillis(300)).atMost(PATIENCE).until(attempts::isEmpty);

      publications.open();

      awaitStatus(run, Status.PUBLISHED);
    }
  }

  @Test
  void aRequestHurriesTheNextAttempt() {
    try (Publications publications =
        publications(
            (_, it, _) -> {
              if (attempts.size() == 1) {
                throw PublishFailedException.transientFailure("out of reach", Duration.ZERO);
              }
              return succeed(it);
            },
            NEVER)) {
      RunId run = completed();
      await().atMost(PATIENCE).until(() -> publication(run).error().isPresent());

      assertThat(publications.request(run, Optional.empty()).status()).isEqualTo(Status.PENDING);

      awaitStatus(run, Status.PUBLISHED);
    }
  }

  @Test
  void whatWouldFailAgainIsGivenUpAndCanBeRequestedAgain() {
    try (Publications publications =
        publications(
            (_, it, _) -> {
              if (attempts.size() == 1) {
                throw PublishFailedException.permanent("refused");
              }
              return succeed(it);
            },
            Duration.ofMillis(1))) {
      RunId run = completed();
      awaitStatus(run, Status.FAILED);
      assertThat(publication(run).error()).contains("refused");
      await().atMost(PATIENCE).until(() -> publications.pending() == 0);
      assertThat(attempts).hasSize(1);

      var _ = publications.request(run, Optional.empty());

      awaitStatus(run, Status.PUBLISHED);
    }
  }

  @Test
  void endlessFailuresAreGivenUpInTheEnd() {
    try (Publications publications =
        publications(
            (_, _, _) -> {
              throw PublishFailedException.transientFailure("out of reach", Duration.ZERO);
            },
            Duration.ofNanos(1))) {
      RunId run = completed();

      awaitStatus(run, Status.FAILED);

      assertThat(publication(run).attempts()).isEqualTo(attempts.size()).isGreaterThan(5);
      assertThat(publications.counts().failed()).isEqualTo(1);
    }
  }

  @Test
  void aDefectDoesNotEndIt() {
    try (Publications publications =
        publications(
            (_, it, _) -> {
              if (attempts.size() == 1) {
                throw new IllegalStateException("a defect");
              }
              return succeed(it);
            },
            NEVER)) {
      RunId run = completed();
      await().atMost(PATIENCE).until(() -> attempts.size() == 1);

      var _ = publications.request(run, Optional.empty());

      awaitStatus(run, Status.PUBLISHED);
    }
  }

  @Test
  void aStopLeavesWhatIsPendingToTheNextStart() {
    RunId run;
    try (Publications _ =
        publications(
            (_, _, progress) -> {
              progress.accept(Publication.pending(WorkOrders.BRANCH, WorkOrders.queued().id()));
              new CountDownLatch(1).await();
              throw new AssertionError();
            },
            NEVER)) {
      run = completed();
      await().atMost(PATIENCE).until(() -> attempts.size() == 1);
    }
    assertThat(publication(run).status()).isEqualTo(Status.PENDING);

    try (Publications again = publications((_, it, _) -> succeed(it), NEVER)) {
      again.open();

      awaitStatus(run, Status.PUBLISHED);
    }
  }
}
