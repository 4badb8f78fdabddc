package dev.agentgate.api.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.workorder.Sha256;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApiKeysTest {
  private static final String DIGEST = hex("secret");

  @Test
  void withoutAnythingConfiguredThereIsNoKey() {
    ApiKeys keys = ApiKeys.of(Optional.empty(), Optional.empty());
    assertThat(keys.isEmpty()).isTrue();
    assertThat(keys.find("")).isEmpty();
  }

  @Test
  void theAdminKeyAndTheKeysOfTheFileAreKnown() {
    ApiKeys keys =
        ApiKeys.of(
            Optional.of("root"),
            Optional.of(
                List.of(
                    "# who may do what",
                    "",
                    "  ci\toperator   "
                        + DIGEST.toUpperCase(java.util.Locale.ROOT)
                        + "  # the build",
                    "board viewer " + hex("watch"))));
    assertThat(keys.isEmpty()).isFalse();
    assertThat(keys.find("root")).contains(new Caller("api-key", Role.ADMIN));
    assertThat(keys.find("secret")).contains(new Caller("ci", Role.OPERATOR));
    assertThat(keys.find("watch")).contains(new Caller("board", Role.VIEWER));
    assertThat(keys.find("Secret")).isEmpty();
    assertThat(keys.find(DIGEST)).isEmpty();
  }

  @Test
  void aByteOrderMarkBeginsNoName() {
    ApiKeys keys =
        ApiKeys.of(Optional.empty(), Optional.of(List.of("\uFEFFci operator " + DIGEST)));

    assertThat(keys.find("secret")).contains(new Caller("ci", Role.OPERATOR));
  }

  @Test
  void everyBadLineIsNamedAndNoneIsShown() {
    List<String> lines =
        List.of(
            "ci operator " + DIGEST,
            "ci viewer " + hex("other"),
            "copy viewer " + DIGEST,
            "boss root " + hex("a"),
            "short viewer abc",
            "plainsecret",
            "a b c d",
            "ok viewer " + hex("fine"));
    assertThatThrownBy(() -> ApiKeys.of(Optional.empty(), Optional.of(lines)))
        .isInstanceOf(ApiKeys.InvalidKeysException.class)
        .hasMessageContainingAll(
            "line 2 repeats", "line 3 repeats", "line 4 is not", "line 5 is not")
        .hasMessageContainingAll("line 6 is not", "line 7 is not")
        .message()
        .doesNotContain("line 1 ", "line 8 ", "plainsecret", DIGEST, "boss");
  }

  @Test
  void theAdminKeyIsNotInTheFileAsWell() {
    assertThatThrownBy(
            () -> ApiKeys.of(Optional.of("secret"), Optional.of(List.of("ci viewer " + DIGEST))))
        .hasMessageContaining("line 1 repeats");
  }

  @Test
  void aFileWithoutAKeyDoesNotOpenTheService() {
    assertThatThrownBy(() -> ApiKeys.of(Optional.empty(), Optional.of(List.of("# none yet"))))
        .hasMessageContaining("contains no key");
  }

  private static String hex(String key) {
    return Sha256.hex(key);
  }
}
