package dev.agentgate.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.agentgate.queue.RunView;
import jakarta.inject.Singleton;

/** The JSON of a run on one line, as {@code GET /runs/{runId}} answers it. */
@Singleton
public class RunJson {
  private final ObjectMapper mapper;

  RunJson(ObjectMapper mapper) {
    this.mapper = mapper;
  }

  String of(RunView run) {
    try {
      return mapper.writeValueAsString(WireRecords.of(run));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A run could not be written as JSON", e);
    }
  }
}
