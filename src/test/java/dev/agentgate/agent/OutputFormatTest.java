package dev.agentgate.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OutputFormatTest {
  @Test
  void formatsAreNamedAsInTheConfiguration() {
    assertThat(Stream.of(OutputFormat.values()).map(OutputFormat::wireName))
        .containsExactly(
            "text", "claude-stream-json", "codex-json", "opencode-json", "gemini-stream-json");
  }

  @Test
  void everyNameIsReadAndNoOther() {
    for (OutputFormat format : OutputFormat.values()) {
      assertThat(OutputFormat.parse(format.wireName())).contains(format);
    }
    assertThat(OutputFormat.parse("CODEX_JSON")).isEmpty();
    assertThat(OutputFormat.parse("")).isEmpty();
  }
}
