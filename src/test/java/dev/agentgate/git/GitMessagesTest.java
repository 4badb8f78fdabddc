package dev.agentgate.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GitMessagesTest {
  /** What git and curl print for such values of {@code https_proxy}. */
  @ParameterizedTest
  @CsvSource({
    "http://alice:sec-ret@h:1/%0a, fatal: credential url cannot be parsed: http://alice:sec-ret@h:1/%0a",
    "http://alice:se/c-ret@h:1, fatal: unable to access: Unsupported proxy syntax in 'alice:se/c-ret@h:1'"
  })
  void anAddressOfAProxyWithAPasswordIsNotRepeated(String proxy, String said) {
    GitMessages messages =
        new GitMessages(
            Optional.empty(),
            List.of(),
            GitEnvironment.proxiesWithPassword(Map.of("https_proxy", proxy)));

    assertThat(messages.failure(said, 128, Access.LOCAL))
        .startsWith("fatal: ")
        .contains("***")
        .doesNotContain("alice", "ret");
  }
}
