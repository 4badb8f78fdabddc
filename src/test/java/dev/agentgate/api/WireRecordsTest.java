package dev.agentgate.api;

import static java.util.Map.entry;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.agentgate.agent.OutputFormat;
import dev.agentgate.queue.QueueHealth;
import dev.agentgate.queue.QueueHealth.Block;
import dev.agentgate.queue.RunView;
import dev.agentgate.queue.WorkOrderView;
import dev.agentgate.store.StatusCounts;
import dev.agentgate.wire.QueueHealthResponse;
import dev.agentgate.wire.RunResponse;
import dev.agentgate.wire.WireJson;
import dev.agentgate.wire.WorkOrderResponse;
import dev.agentgate.workorder.AgentPause;
import dev.agentgate.workorder.ChangeSummary;
import dev.agentgate.workorder.ExitStatus;
import dev.agentgate.workorder.FailureReason;
import dev.agentgate.workorder.InstanceId;
import dev.agentgate.workorder.Publication;
import dev.agentgate.workorder.PublishRequest;
import dev.agentgate.workorder.RetryMode;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunOutcome;
import dev.agentgate.workorder.RunResults;
import dev.agentgate.workorder.RunState;
import dev.agentgate.workorder.Usage;
import dev.agentgate.workorder.WorkOrders;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.ChangedFile;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.ws.rs.QueryParam;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.junit.jupiter.api.Test;

/** What the service writes of orders, runs and the queue, a client reads as it was. */
class WireRecordsTest {
  private static final long SEED = 11;
  private static final RunResults RESULTS =
      new RunResults(
          Optional.of("a1"),
          Optional.of("b2"),
          Optional.of("s-1"),
          Optional.of("opus"),
          Optional.of("Done."),
          new Usage(
              OptionalLong.of(6500),
              OptionalLong.of(5000),
              OptionalLong.of(42),
              OptionalLong.of(3),
              Optional.of(new BigDecimal("0.057"))),
          Optional.of(new ChangeSummary(2, 14, 3, OptionalLong.empty())),
          Optional.of(
              new Publication(
                  WorkOrders.PULL_REQUEST,
                  Publication.Status.PUBLISHED,
                  "fix/login",
                  1,
                  Optional.of("c3"),
                  Optional.of(
                      new Publication.PullRequest(7, "https://github.com/acme/shop/pull/7")),
                  Optional.of("It took two attempts"))),
          Optional.empty());

  private final ObjectMapper server = new ObjectMapper();
  private final ObjectMapper client = WireJson.clientMapper();
  private final WorkOrders orders = new WorkOrders(SEED);

  WireRecordsTest() {
    new JsonFormat().customize(server);
  }

  @Test
  void anOrderIsReadAsItWasWritten() throws JsonProcessingException {
    for (int i = 0; i < 500; i++) {
      WorkOrderResponse order =
          WireRecords.of(
              new WorkOrderView(
                  orders.any(),
                  i % 2 == 0 ? OptionalInt.of(i) : OptionalInt.empty(),
                  Optional.of(WorkOrders.NOW),
                  i % 3 == 0 ? Set.of(Block.SLOTS, Block.BUDGET) : Set.of(),
                  Optional.empty(),
                  Optional.empty(),
                  RESULTS));
      String json = server.writeValueAsString(order);
      WorkOrderResponse read = client.readValue(json, WorkOrderResponse.class);
      assertThat(client.writeValueAsString(read)).as("seed %d, order %d", SEED, i).isEqualTo(json);
      assertThat(read.labels()).isEqualTo(order.labels());
      assertThat(read.config()).isEqualTo(order.config());
    }
  }

  @Test
  void aRunIsReadAsItWasWritten() throws JsonProcessingException {
    Optional<ExitStatus> killed = Optional.of(new ExitStatus(137));
    for (RunState state :
        List.of(
            new RunState.Preparing(),
            new RunState.Running(),
            new RunState.Ended(
                new RunOutcome.Completed(WorkOrders.NOW, Optional.of(new ExitStatus(0)))),
            new RunState.Ended(
                new RunOutcome.Failed(
                    WorkOrders.NOW, FailureReason.SIGNAL, "Ended by SIGKILL", killed)),
            new RunState.Ended(new RunOutcome.Cancelled(WorkOrders.NOW, Optional.empty())))) {
      Run run =
          new Run(
              WorkOrders.run(),
              WorkOrders.queued().id(),
              1,
              Optional.of(new InstanceId("agentgate-0")),
              OptionalLong.of(42),
              WorkOrders.NOW,
              Optional.empty(),
              RESULTS,
              state);
      String json = server.writeValueAsString(WireRecords.of(new RunView(run, 6)));
      RunResponse read = client.readValue(json, RunResponse.class);
      assertThat(client.writeValueAsString(read)).isEqualTo(json);
      assertThat(read.status()).isEqualTo(state.wireName());
    }
  }

  @Test
  void theHealthOfTheQueueIsReadAsItWasWritten() throws JsonProcessingException {
    String json =
        server.writeValueAsString(
            WireRecords.of(
                new QueueHealth(
                    new StatusCounts(1, 2, 3, 4, 5),
                    6,
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofMinutes(30),
                    List.of(new QueueHealth.Alert(QueueHealth.AlertKind.DISK, "Low disk")),
                    EnumSet.of(QueueHealth.Block.DISK, QueueHealth.Block.SLOTS),
                    true,
                    WorkOrders.NOW)));
    QueueHealthResponse read = client.readValue(json, QueueHealthResponse.class);
    assertThat(client.writeValueAsString(read)).isEqualTo(json);
    assertThat(read.blockedBy()).containsExactly("slots", "disk");
    assertThat(read.alerts()).containsExactly("Low disk");
  }

  @Test
  void aClientIgnoresWhatANewerServerAdds() throws JsonProcessingException {
    assertThat(
            client.readValue(
                "{\"id\":\"run_1\",\"workOrderId\":\"wo_1\",\"attempt\":1,\"status\":\"later\","
                    + "\"startedAt\":\"2026-03-01T10:00:00.123Z\",\"logBytes\":0,\"later\":{}}",
                RunResponse.class))
        .extracting(RunResponse::status)
        .isEqualTo("later");
  }

  /** Without it the native image writes an empty object. */
  @Test
  void everyRecordIsRegisteredForReflection() {
    assertThat(JsonFormat.class.getAnnotation(RegisterForReflection.class).targets())
        .containsExactlyInAnyOrderElementsOf(wireRecords());
  }

  /** Other names are put into the document by {@link DocumentedNames}. */
  @Test
  void theDocumentedNamesAreThoseOfTheDomain() {
    Set<String> sources = Set.copyOf(lowerCaseNames(WorkspaceSource.class));
    List<String> states = lowerCaseNames(RunState.class);
    states.remove("ended");
    states.addAll(lowerCaseNames(RunOutcome.class));
    // These are shown as failures.
    states.removeAll(List.of("interrupted", "limited"));
    Set<String> published = names(PublishRequest.As.values(), PublishRequest.As::wireName);
    Set<String> publish = new HashSet<>(published);
    publish.add("none");
    Set<String> retryModes = names(RetryMode.values(), RetryMode::wireName);
    assertThat(documentedInRecords())
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                entry("WorkOrderResponse$Source.type", sources),
                entry("SubmitRequest$Source.type", sources),
                entry("RunResponse.status", Set.copyOf(states)),
                entry("AgentResponse.output", names(OutputFormat.values(), OutputFormat::wireName)),
                entry(
                    "AgentResponse$Paused.reason",
                    names(AgentPause.Reason.values(), AgentPause.Reason::wireName)),
                entry("Publish.as", publish),
                entry("PublicationResponse.as", published),
                entry(
                    "PublicationResponse.status",
                    names(Publication.Status.values(), Publication.Status::wireName)),
                entry("SubmitRequest$Config.retryMode", retryModes),
                entry("WorkOrderResponse$Config.retryMode", retryModes),
                entry("ChangesResponse$File.status", lowerCase(ChangedFile.Status.values()))));
  }

  @Test
  void theDocumentedParametersOfLogsAreThoseThatAreRead() {
    for (Class<?> resource : List.of(RunLogResource.class, RunLogStreamResource.class)) {
      assertThat(documentedInParameters(resource, "format"))
          .isNotEmpty()
          .allSatisfy(it -> assertThat(it).isEqualTo(lowerCase(LogFormat.values())));
    }
    assertThat(documentedInParameters(RunLogStreamResource.class, "encoding"))
        .isNotEmpty()
        .allSatisfy(it -> assertThat(it).isEqualTo(lowerCase(LogEncoding.values())));
  }

  private static List<String> lowerCaseNames(Class<?> sealed) {
    List<String> names = new ArrayList<>();
    for (Class<?> permitted : sealed.getPermittedSubclasses()) {
      if (permitted.isSealed()) {
        names.addAll(lowerCaseNames(permitted));
      } else {
        names.add(permitted.getSimpleName().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }

  private static <E> Set<String> names(E[] values, Function<E, String> name) {
    return Stream.of(values).map(name).collect(toSet());
  }

  private static Set<String> lowerCase(Enum<?>... values) {
    return names(values, it -> it.name().toLowerCase(Locale.ROOT));
  }

  /** The names that annotations list, by the record and its component. */
  private static Map<String, Set<String>> documentedInRecords() {
    Map<String, Set<String>> documented = new HashMap<>();
    for (Class<?> type : wireRecords()) {
      for (RecordComponent component : type.getRecordComponents()) {
        Schema schema = component.getAccessor().getAnnotation(Schema.class);
        if (schema != null && schema.enumeration().length > 0) {
          String name = type.getName().substring(type.getPackageName().length() + 1);
          documented.put(name + "." + component.getName(), Set.of(schema.enumeration()));
        }
      }
    }
    return documented;
  }

  private static List<Set<String>> documentedInParameters(Class<?> resource, String name) {
    return Stream.of(resource.getDeclaredMethods())
        .flatMap(method -> Stream.of(method.getParameters()))
        .filter(it ->
            it.isAnnotationPresent(QueryParam.class)
                && it.getAnnotation(QueryParam.class).value().equals(name))
        .map(it -> Set.of(it.getAnnotation(Parameter.class).schema().enumeration()))
        .toList();
  }

  private static List<Class<?>> wireRecords() {
    return new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(WireJson.class.getPackageName())
            .stream()
            .filter(JavaClass::isRecord)
            .<Class<?>>map(JavaClass::reflect)
            .toList();
  }
}
