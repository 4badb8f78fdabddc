package dev.agentgate.workorder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.workorder.PublishRequest.As;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishRequestTest {
  private static final WorkOrderId ORDER = new WorkOrderId("wo_01K9D3V5TRC4QNE2Y7X0AWZ8GH");

  private static PublishRequest request(Optional<String> branch, Optional<String> title) {
    return new PublishRequest(
        As.BRANCH, branch, Optional.empty(), title, Optional.empty(), false, List.of());
  }

  @Test
  void theBranchIsNamedAfterTheOrderByDefault() {
    assertThat(request(Optional.empty(), Optional.empty()).branch(ORDER))
        .isEqualTo("agentgate/wo_01K9D3V5TRC4QNE2Y7X0AWZ8GH");
    assertThat(request(Optional.of("fix"), Optional.empty()).branch(ORDER)).isEqualTo("fix");
  }

  @ParameterizedTest
  @CsvSource({
    "Fix it, Fix it",
    "'\n \n  Fix\tit \r\nSecond line', Fix it",
    "'\u0000\n', Changes by AgentGate",
    "'half \ud800', half",
  })
  void theTitleIsTheFirstLineOfThePromptByDefault(String prompt, String title) {
    assertThat(request(Optional.empty(), Optional.empty()).title(prompt)).isEqualTo(title);
    assertThat(request(Optional.empty(), Optional.of("Mine")).title(prompt)).isEqualTo("Mine");
  }

  @Test
  void aLongTitleIsCutBetweenCharacters() {
    String title = request(Optional.empty(), Optional.empty()).title("🚀".repeat(300));

    assertThat(title.codePointCount(0, title.length())).isEqualTo(PublishRequest.MAX_TITLE);
    assertThat(title).endsWith("🚀…");
  }
}
