package dev.agentgate.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Git's output as a stream, and readers that do not read it as they should. */
class GitStreamTest {
  @TempDir private Path temporary;

  private GitCommand git;

  @BeforeEach
  void makeGit() throws Exception {
    git =
        new GitCommand(
            temporary.resolve("config"),
            new GitHubHost("https://github.com"),
            Optional.empty(),
            List.of());
  }

  @Test
  void isReadWholeAndFedFromAFile() throws Exception {
    Path input = Files.writeString(temporary.resolve("input"), "hello\n");
    AtomicLong length = new AtomicLong();

    stream(input, output -> length.set(output.readAllBytes().length), "hash-object", "--stdin");

    assertThat(length).hasValue("ce013625030ba8dba906f756967f9e9ca394464a\n".length());
  }

  @Test
  void mayBeLeftUnreadByAReaderThatHasEnough() throws Exception {
    byte[] much = "line\n".repeat(200_000).getBytes(StandardCharsets.US_ASCII);
    Path input = Files.write(temporary.resolve("input"), much);
    AtomicLong first = new AtomicLong();

    stream(input, output -> first.set(output.read()), "stripspace");

    assertThat(first).hasValue('l');
  }

  @Test
  void failsWithItsReader() {
    assertThatThrownBy(() ->
            stream(
                Path.of("/dev/null"),
                _ -> {
                  throw new IOException("disk full");
                },
                "version"))
        .isInstanceOf(GitException.class)
        .hasMessage("The output of git version could not be read or kept");
    assertThatThrownBy(() ->
            stream(
                Path.of("/dev/null"),
                _ -> {
                  throw new NumberFormatException("not a count");
                },
                "version"))
        .isInstanceOf(GitException.class);
  }

  @Test
  void failsWithGitsOwnWords() {
    assertThatThrownBy(() -> stream(Path.of("/dev/null"), _ -> {}, "diff", "--zzz"))
        .isInstanceOf(GitException.class)
        .hasMessageContaining("git diff failed");
  }

  private void stream(Path input, GitCommand.Reader reader, String... arguments) throws Exception {
    git.stream(
        new GitContext("a test", Map.of(), Deadline.in(Duration.ofSeconds(60))),
        input,
        reader,
        arguments);
  }
}
