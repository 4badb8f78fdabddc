package dev.agentgate.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.wire.AgentPauseRequest;
import dev.agentgate.wire.AgentResponse;
import dev.agentgate.wire.Answers;
import dev.agentgate.wire.BulkAnswers;
import dev.agentgate.wire.ChangeSummaryResponse;
import dev.agentgate.wire.ChangesResponse;
import dev.agentgate.wire.FollowUpRequest;
import dev.agentgate.wire.InstanceResponse;
import dev.agentgate.wire.Problem;
import dev.agentgate.wire.PublicationResponse;
import dev.agentgate.wire.Publish;
import dev.agentgate.wire.QueueHealthResponse;
import dev.agentgate.wire.RunResponse;
import dev.agentgate.wire.SubmitRequest;
import dev.agentgate.wire.UsageLine;
import dev.agentgate.wire.UsageResponse;
import dev.agentgate.wire.WireJson;
import dev.agentgate.wire.WorkOrderResponse;
import io.quarkus.jackson.ObjectMapperCustomizer;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;

/** Makes the service write its answers as {@link WireJson} defines, in the native image too. */
@Singleton
@RegisterForReflection(
    targets = {
      AgentPauseRequest.class,
      AgentResponse.class,
      AgentResponse.Paused.class,
      Answers.Agents.class,
      Answers.CancelResult.class,
      Answers.DeleteResult.class,
      Answers.Instances.class,
      Answers.KillResult.class,
      Answers.PauseResult.class,
      Answers.PurgeResult.class,
      Answers.RunRequestResult.class,
      ChangeSummaryResponse.class,
      ChangesResponse.class,
      ChangesResponse.File.class,
      FollowUpRequest.class,
      InstanceResponse.class,
      Answers.UsageReport.class,
      UsageLine.class,
      UsageResponse.class,
      Answers.Runs.class,
      Answers.WorkOrderPage.class,
      BulkAnswers.BatchItem.class,
      BulkAnswers.BatchRequest.class,
      BulkAnswers.BatchResult.class,
      BulkAnswers.CancelResult.class,
      BulkAnswers.Failure.class,
      BulkAnswers.RunResult.class,
      PublicationResponse.class,
      PublicationResponse.PullRequest.class,
      Publish.class,
      Problem.class,
      Problem.Violation.class,
      QueueHealthResponse.class,
      RunResponse.class,
      SubmitRequest.class,
      SubmitRequest.Config.class,
      SubmitRequest.Source.class,
      WorkOrderResponse.class,
      WorkOrderResponse.Config.class,
      WorkOrderResponse.Source.class
    })
class JsonFormat implements ObjectMapperCustomizer {

  @Override
  public int priority() {
    // Registered after the framework's own module for times, which writes as many digits as there
    // are.
    return MINIMUM_PRIORITY;
  }

  @Override
  public void customize(ObjectMapper mapper) {
    mapper.registerModule(WireJson.module());
  }
}
