package dev.agentgate.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.store.Store;
import dev.agentgate.store.StoreUnavailableException;
import dev.agentgate.store.UsageLedgerContract;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.RunUsage;
import dev.agentgate.workorder.Usage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileUsageLedgerTest extends UsageLedgerContract {
  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

  @TempDir private Path parent;

  @Override
  protected Store open() {
    return FileStore.open(parent.resolve("data"), clock);
  }

  private static RunUsage used() {
    return new RunUsage(
        RunId.next(NOON),
        NOON,
        "codex",
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Usage.ofTokens(1, 0, 1));
  }

  private Path file() {
    return parent.resolve("data/usage/2026-03-02.jsonl");
  }

  private List<RunUsage> noted() {
    List<RunUsage> noted = new ArrayList<>();
    store.usage().forEach(Optional.empty(), Optional.empty(), noted::add);
    return noted;
  }

  @Test
  void aLineThatWasCutShortDoesNotDamageTheNext() throws Exception {
    RunUsage before = used();
    store.usage().note(before);
    byte[] line = Files.readAllBytes(file());
    RunUsage after = used();
    for (int cut : new int[] {1, line.length / 2, line.length - 1}) {
      store.close();
      byte[] whole = Arrays.copyOf(line, line.length + cut);
      System.arraycopy(
          new String(line, StandardCharsets.UTF_8)
              .replace(before.run().value(), RunId.next(NOON).value())
              .getBytes(StandardCharsets.UTF_8),
          0,
          whole,
          line.length,
          cut);
      Files.write(file(), whole);
      store = open();

      store.usage().note(after);
      store.usage().note(before);

      // A line that lacks only its end is whole.
      assertThat(noted()).contains(before, after).hasSize(cut == line.length - 1 ? 3 : 2);
    }
  }

  @Test
  void otherFilesAndLinesAreLeftAlone() throws IOException {
    RunUsage before = used();
    store.usage().note(before);
    Files.writeString(file().resolveSibling("notes.txt"), "mine");
    Files.writeString(file().resolveSibling("summer.jsonl"), "mine");
    Files.writeString(
        file(),
        "\n{}\nnonsense\n{\"schemaVersion\":2,\"run\":\""
            + before.run()
            + "\"}\n"
            + Files.readString(file()));

    assertThat(noted()).containsExactly(before);
  }

  @Test
  void nothingIsNotedWhileTheDirectoryIsNotInPlace() throws IOException {
    RunUsage used = used();
    Path data = parent.resolve("data");
    Path away = parent.resolve("away");
    Files.move(data, away);

    assertThatThrownBy(() -> store.usage().note(used))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessage(ConfiguredDirectory.GONE);
    assertThat(data).doesNotExist();

    Files.move(away, data);
    store.usage().note(used);
    assertThat(noted()).containsExactly(used);
  }

  @Test
  void aNoteThatCannotBeWrittenIsTriedAgainInFull() throws IOException {
    RunUsage used = used();
    Path usage = Files.createDirectory(parent.resolve("data/usage"));
    Path obstacle = Files.createDirectory(file());

    assertThatThrownBy(() -> store.usage().note(used))
        .isInstanceOf(StoreUnavailableException.class)
        .hasMessageNotContaining(usage.toString());

    Files.delete(obstacle);
    store.usage().note(used);
    assertThat(noted()).containsExactly(used);
  }
}
