package dev.agentgate.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.log.LogBlock;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFilesTransferTest {
  @TempDir private Path dir;

  private final RunId run = RunId.next(Instant.now());
  private RunDirectories here;
  private RunDirectories there;

  @BeforeEach
  void open() {
    here = new RunDirectories(dir.resolve("here"));
    there = new RunDirectories(dir.resolve("there"));
  }

  private void move() throws IOException {
    RunFilesTransfer from = new RunFilesTransfer(here);
    new RunFilesTransfer(there).restore(run, sink -> from.export(run, sink));
  }

  @Test
  void theFilesOfARunAreTheSameElsewhere() throws Exception {
    RunDirectory directory = here.create(run);
    byte[] log = new byte[RunFilesTransfer.PIECE * 2 + 17];
    new Random(7).nextBytes(log);
    Files.write(directory.outputLog(), log);
    Files.writeString(directory.changesFile(), "{}");
    Files.writeString(directory.patchFile(), "");
    Files.writeString(directory.promptFile(), "stays where it is");

    move();

    assertThat(there.of(run).outputLog()).hasBinaryContent(log);
    assertThat(there.of(run).changesFile()).hasContent("{}");
    assertThat(there.of(run).promptFile()).doesNotExist();
    assertThat(new RunFilesTransfer(here).exportSize(run)).isEqualTo(log.length + 2);
    assertThat(there.list()).containsExactly(run);
  }

  @Test
  void ofALogWithAHoleOnlyTheRestIsMovedAndItReadsTheSame() throws Exception {
    RunDirectory directory = here.create(run);
    long start = 10;
    long end = 100L << 20;
    try (var log =
        Files.newByteChannel(
            directory.outputLog(), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE))) {
      int _ = log.write(ByteBuffer.wrap("0123456789".getBytes(StandardCharsets.UTF_8)));
      log.position(end);
      int _ = log.write(ByteBuffer.wrap("the end\n".getBytes(StandardCharsets.UTF_8)));
    }
    RunLogFile log = new RunLogFile(directory);
    new RunLogHole(start, end, 0, true).write(log.holeFile());

    move();

    assertThat(new RunFilesTransfer(here).exportSize(run)).isLessThan(1024);
    RunLogFile moved = new RunLogFile(there.of(run));
    assertThat(moved.size()).isEqualTo(log.size());
    for (long offset : new long[] {0, 5, start, end, end + 3}) {
      LogBlock before = log.read(offset, Long.MAX_VALUE, 64, new SecretMask(Set.of()), false);
      LogBlock after = moved.read(offset, Long.MAX_VALUE, 64, new SecretMask(Set.of()), false);
      assertThat(after).usingRecursiveComparison().isEqualTo(before);
    }
  }

  @Test
  void aRestoreThatFailsLeavesNothing() {
    RunFilesTransfer transfer = new RunFilesTransfer(there);

    assertThatThrownBy(() ->
            transfer.restore(
                run,
                sink -> {
                  sink.take("output.log", 0, new byte[] {1});
                  throw new IOException("the connection is lost");
                }))
        .isInstanceOf(IOException.class);

    assertThat(dir.resolve("there")).isEmptyDirectory();
  }

  @Test
  void aNameThatLeadsElsewhereIsRefused() {
    RunFilesTransfer transfer = new RunFilesTransfer(there);

    for (String name : new String[] {"../x", "/tmp/x", "a/b", ".."}) {
      assertThatThrownBy(() -> transfer.restore(run, sink -> sink.take(name, 0, new byte[1])))
          .as(name)
          .isInstanceOf(IOException.class);
    }
    assertThat(dir.resolve("x")).doesNotExist();
  }
}
