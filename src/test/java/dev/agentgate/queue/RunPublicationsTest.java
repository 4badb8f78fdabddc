package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.queue.QueueHealth.Alert;
import dev.agentgate.queue.QueueHealth.AlertKind;
import dev.agentgate.queue.RunPublications.Published;
import dev.agentgate.store.Store;
import dev.agentgate.workorder.AgentGateException;
import dev.agentgate.workorder.AgentGateException.Kind;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.Publication.Status;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.PublishRequest.As;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.WorkOrderId;
import dev.agentgate.workorder.WorkOrderStatus;
import dev.agentgate.workorder.WorkOrders;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunPublicationsTest {
  @TempDir private Path directory;
  private QueueFixture queue;
  private RunPublications publications;

  @BeforeEach
  void begin() {
    queue = new QueueFixture(directory, settings -> settings).open();
    publications = queue.queue.publications();
  }

  @AfterEach
  void end() {
    queue.close();
  }

  private RunId ended(Optional<PublishRequest> publish, int exit) {
    WorkOrderId id = queue.submit(Optional.of("shop"), publish);
    RunId run = queue.awaitRunning(id);
    queue.executor.exit(run, exit);
    queue.awaitStatus(id, exit == 0 ? WorkOrderStatus.COMPLETED : WorkOrderStatus.FAILED);
    return run;
  }

  private Optional<Publication> publication(RunId run) {
    return queue.service().run(run).run().results().publication();
  }

  private List<String> alerts() {
    return queue.queue.health().look().alerts().stream()
        .filter(alert -> alert.kind() == AlertKind.PUBLICATION)
        .map(Alert::message)
        .toList();
  }

  @Test
  void theChangesOfACompletedRunAreToBePublishedFromItsEndOn() {
    RunId run = ended(Optional.of(WorkOrders.BRANCH), 0);

    assertThat(publication(run).orElseThrow().status()).isEqualTo(Status.PENDING);
    assertThat(publications.pending()).containsExactly(run);
    Published published = publications.find(run).orElseThrow();
    assertThat(published.run().id()).isEqualTo(run);
    assertThat(published.publication().branch())
        .isEqualTo("agentgate/" + published.order().id().value());
  }

  @Test
  void onlyTheInstanceThatHasTheChangesPublishesThem() {
    RunId run = ended(Optional.of(WorkOrders.BRANCH), 0);
    Store other = queue.store.openedBy(new InstanceId("other"));
    assertThat(publications.pending()).containsExactly(run);

    queue.store.save(queue.store.find(run).orElseThrow().at(other.instance()));

    assertThat(publications.pending()).isEmpty();
    assertThat(other.runs().unpublished()).containsExactly(run);
  }

  @Test
  void theChangesOfOtherRunsAreNot() {
    RunId failed = ended(Optional.of(WorkOrders.BRANCH), 1);
    RunId plain = ended(Optional.empty(), 0);

    assertThat(publication(failed)).isEmpty();
    assertThat(publication(plain)).isEmpty();
    assertThat(publications.pending()).isEmpty();
    assertThat(publications.find(plain)).isEmpty();
  }

  @Test
  void whatCannotBePublishedIsRefusedWhenItIsSubmitted() {
    assertThatThrownBy(() -> queue.submit(Optional.empty(), Optional.of(WorkOrders.BRANCH)))
        .isInstanceOfSatisfying(
            InvalidOrderException.class,
            e ->
                assertThat(e.faults())
                    .isEqualTo(
                        Map.of(
                            "publish.as",
                            "Changes of a workspaceSource of type empty are not published")));
    assertThatThrownBy(() -> queue.submit(Optional.of("shop"), Optional.of(to("a..b", "c..d"))))
        .isInstanceOfSatisfying(
            InvalidOrderException.class,
            e -> assertThat(e.faults()).containsOnlyKeys("publish.branch", "publish.base"));
    assertThatThrownBy(() -> queue.submit(Optional.of("shop"), Optional.of(to("main", "main"))))
        .hasMessage("publish.branch must not be the base of the changes");
  }

  private static PublishRequest to(String branch, String base) {
    return new PublishRequest(
        As.BRANCH,
        Optional.of(branch),
        Optional.of(base),
        Optional.empty(),
        Optional.empty(),
        false,
        List.of());
  }

  @Test
  void aPublicationThatFailsRaisesAnAlertUntilItSucceedsOrIsGone() {
    RunId run = ended(Optional.of(WorkOrders.BRANCH), 0);
    Published published = publications.find(run).orElseThrow();
    assertThat(alerts()).isEmpty();

    assertThat(publications.record(published, published.publication().failed("refused")))
        .isPresent();
    assertThat(alerts()).containsExactly("The changes of 1 runs could not be published");
    assertThat(publications.pending()).isEmpty();

    assertThat(publications.request(run, Optional.empty()).status()).isEqualTo(Status.PENDING);
    assertThat(alerts()).isEmpty();
    assertThat(publications.pending()).containsExactly(run);

    assertThat(publications.record(published, published.publication().failed("refused again")))
        .isPresent();
    queue.service().purge(published.order().id());
    assertThat(alerts()).isEmpty();
  }

  @Test
  void aRequestSaysHowToPublishOrRepeatsWhatWasAskedFor() {
    RunId run = ended(Optional.empty(), 0);
    assertThatThrownBy(() -> publications.request(run, Optional.empty()))
        .isInstanceOf(InvalidOrderException.class)
        .hasMessage("as is required");

    Publication first = publications.request(run, Optional.of(to("mine", "main")));
    assertThat(first.branch()).isEqualTo("mine");
    Published published = publications.find(run).orElseThrow();
    assertThat(publications.record(published, published.publication().pushed("0a", "main")))
        .isPresent();

    Publication again = publications.request(run, Optional.empty());
    assertThat(again.branch()).isEqualTo("mine");
    assertThat(again.commit()).isEmpty();
  }

  @Test
  void theCommitsOfEarlierRunsOfTheOrderAreKnown() {
    RunId first = ended(Optional.of(WorkOrders.BRANCH), 0);
    Published published = publications.find(first).orElseThrow();
    assertThat(publications.record(published, published.publication().pushed("0a", "main")))
        .isPresent();
    WorkOrderId order = published.order().id();
    var _ = queue.service().requestRun(order);
    RunId second = queue.awaitRunning(order);
    queue.executor.exit(second, 0);
    queue.awaitStatus(order, WorkOrderStatus.COMPLETED);

    assertThat(publications.find(second).orElseThrow().earlier()).containsExactly("0a");
  }

  @Test
  void aRequestThatCannotBeMetIsRefused() {
    assertThatThrownBy(() -> publications.request(WorkOrders.run(), Optional.empty()))
        .isInstanceOfSatisfying(
            AgentGateException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
    RunId failed = ended(Optional.empty(), 1);
    assertThatThrownBy(() -> publications.request(failed, Optional.of(WorkOrders.BRANCH)))
        .isInstanceOfSatisfying(
            AgentGateException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CONFLICT))
        .hasMessageEndingWith("only the changes of completed runs are published");
    RunId pending = ended(Optional.of(WorkOrders.BRANCH), 0);
    assertThatThrownBy(() -> publications.request(pending, Optional.of(to("other", "main"))))
        .hasMessage("The changes of run " + pending + " are being published");
  }

  @Test
  void aPublisherThatComesBackDoesNotOverwriteWhatItsSuccessorRecorded() {
    RunId run = ended(Optional.of(WorkOrders.PULL_REQUEST), 0);
    Published former = publications.find(run).orElseThrow();
    Publication complete =
        former
            .publication()
            .pushed("0a", "main")
            .published(new Publication.PullRequest(7, "https://example.com/7"));
    Run taken = queue.store.find(run).orElseThrow();
    queue.store.save(taken.with(taken.results().publishing(complete)));

    for (Publication late :
        List.of(
            former.publication().pushed("0a", "main"),
            former.publication().postponed("out of reach"),
            former.publication().failed("out of reach"))) {
      assertThat(publications.record(former, late)).isEmpty();
      assertThat(publication(run)).contains(complete);
    }
    assertThat(alerts()).isEmpty();
  }

  @Test
  void nothingIsPublishedBeforeTheOrderHasItsOutcome() {
    WorkOrderId id = queue.submit(Optional.of("shop"), Optional.of(WorkOrders.BRANCH));
    RunId run = queue.awaitRunning(id);
    queue.awaitRecord(run);
    Run running = queue.store.find(run).orElseThrow();
    Run recorded =
        running
            .ended(new RunOutcome.Completed(queue.clock.instant(), Optional.of(new ExitStatus(0))))
            .with(running.results().publishing(Publication.pending(WorkOrders.BRANCH, id)));
    queue.store.save(recorded);

    assertThat(publications.pending()).containsExactly(run);
    assertThat(publications.find(run)).isEmpty();

    queue.executor.exit(run, 0);
    queue.awaitStatus(id, WorkOrderStatus.COMPLETED);
    assertThat(publications.find(run)).isPresent();
  }

  @Test
  void theHeadOfTheWorkspaceIsNotTakenForACommitOfOurs() {
    RunId run = ended(Optional.of(WorkOrders.BRANCH), 0);
    Run record = queue.store.find(run).orElseThrow();
    queue.store.save(
        record.with(record.results().collected("0a", Optional.of("0b"), Optional.empty())));

    assertThat(publications.find(run).orElseThrow().earlier()).isEmpty();
  }

  @Test
  void whatIsRecordedForAnOrderThatIsGoneIsDropped() {
    RunId run = ended(Optional.of(WorkOrders.BRANCH), 0);
    Published published = publications.find(run).orElseThrow();
    queue.service().purge(published.order().id());

    assertThat(publications.record(published, published.publication().pushed("0a", "main")))
        .isEmpty();

    assertThat(queue.store.find(run)).isEmpty();
    assertThat(publications.find(run)).isEmpty();
  }
}
