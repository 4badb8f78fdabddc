package dev.agentgate.output;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.log.LogBlock;
import dev.agentgate.execution.log.LogSnapshot;
import dev.agentgate.workorder.RunId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogCapTest {
  private static final int MIB = 1024 * 1024;
  private static final int CAP = 8 * MIB;
  private static final Pattern NOTICE = Pattern.compile("\\[agentgate: (\\d+) bytes dropped]\n");

  @TempDir Path data;
  private final RunId run = RunId.next(Instant.EPOCH);
  private RunDirectories directories;
  private RunLogFile log;

  @BeforeEach
  void open() throws IOException {
    directories = new RunDirectories(data.resolve("runs"));
    Files.createDirectories(directories.of(run).path());
    log = new RunLogFile(directories.of(run));
  }

  /** Numbered lines of 80 bytes from a real process that knows nothing of a cap. */
  private Process write(int lines) throws IOException {
    return new ProcessBuilder(
            "sh", "-c", "exec awk 'BEGIN{for(i=1;i<=" + lines + ";i++)printf \"%079d\\n\",i}'")
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.file().toFile()))
        .start();
  }

  private static String line(long number) {
    return "%079d\n".formatted(number);
  }

  private String whole() throws IOException {
    LogSnapshot snapshot = log.snapshot();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.copy(0, snapshot.length(), SecretMask.NONE, out::writeBytes);
    return out.toString(US_ASCII);
  }

  private long diskBytes() throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", log.file().toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes(), US_ASCII).strip());
  }

  /**
   * The head, the count and the tail fit together: no line is missing but those that are counted.
   */
  private void assertWhole(String text, int lines) {
    Matcher notice = NOTICE.matcher(text);
    assertThat(notice.find()).isTrue();
    String head = text.substring(0, notice.start());
    String tail = text.substring(notice.end());
    long dropped = Long.parseLong(notice.group(1));
    assertThat(head.length() + dropped + tail.length()).isEqualTo(80L * lines);
    assertThat(head.length() % 80).isZero();
    assertThat(head).startsWith(line(1)).endsWith(line(head.length() / 80));
    assertThat(tail).endsWith(line(lines)).startsWith(line(lines - tail.length() / 80 + 1));
    assertThat(head.length() + tail.length()).isLessThanOrEqualTo(CAP);
    assertThat(tail.length()).isGreaterThan(CAP / 4);
    assertThat(NOTICE.matcher(tail).find()).isFalse();
  }

  @Test
  void aFastWriterIsKeptWithinTheCapAndLosesOnlyWhatIsCounted() throws Exception {
    int lines = 8_000_000;
    try (LogCapper capper = new LogCapper(directories, CAP)) {
      capper.watch(run);
      assertThat(write(lines).waitFor()).isZero();
      capper.finish(run);
      assertThat(log.size()).isEqualTo(80L * lines);
      assertWhole(whole(), lines);
      // The file system needs blocks of its own, more of them if its free space is in pieces.
      assertThat(diskBytes()).isLessThan(CAP + 512 * 1024);
      assertThat(capper.droppedBytes()).isEqualTo(80L * lines - keptBytes());
    }
  }

  private long keptBytes() throws IOException {
    String text = whole();
    Matcher notice = NOTICE.matcher(text);
    assertThat(notice.find()).isTrue();
    return (long) text.length() - notice.group().length();
  }

  @Test
  void aServiceThatAdoptsTheRunGoesOnWithTheSameHole() throws Exception {
    int lines = 400_000;
    for (int part = 1; part <= 2; part++) {
      try (LogCapper capper = new LogCapper(directories, CAP)) {
        capper.watch(run);
        Process writer =
            new ProcessBuilder(
                    "sh",
                    "-c",
                    "exec awk 'BEGIN{for(i="
                        + ((part - 1) * lines / 2 + 1)
                        + ";i<="
                        + part * lines / 2
                        + ";i++)printf \"%079d\\n\",i}'")
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.file().toFile()))
                .start();
        assertThat(writer.waitFor()).isZero();
        capper.finish(run);
      }
    }
    assertWhole(whole(), lines);
  }

  @Test
  void whereHolesCannotBePunchedTheFileIsRewritten() throws Exception {
    int lines = 400_000;
    assertThat(write(lines).waitFor()).isZero();
    LogCap cap = new LogCap(CAP, new LogCapPuncher("no-such-command"));
    long dropped = cap.enforce(log);
    assertThat(log.size()).isEqualTo(80L * lines);
    assertWhole(whole(), lines);
    assertThat(Files.size(log.file())).isEqualTo(80L * lines - dropped);
    assertThat(write(1).waitFor()).isZero();
    assertThat(whole()).endsWith(line(lines) + line(1));
  }

  @Test
  void aFileThatIsRewrittenAgainAndAgainKeepsItsOffsets() throws Exception {
    LogCap cap = new LogCap(CAP, new LogCapPuncher("no-such-command"));
    int lines = 0;
    for (int round = 0; round < 10; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 60_000; i++) {
        text.append(line(++lines));
      }
      Files.writeString(log.file(), text, US_ASCII, CREATE_AND_APPEND);
      cap.enforce(log);
    }
    assertThat(log.size()).isEqualTo(80L * lines);
    assertWhole(whole(), lines);
  }

  private static final StandardOpenOption[] CREATE_AND_APPEND = {
    StandardOpenOption.CREATE, StandardOpenOption.APPEND
  };

  @Test
  void aLogWithoutLineEndsIsCutAllTheSame() throws Exception {
    Files.writeString(log.file(), "x".repeat(10_000), US_ASCII);
    new LogCap(4096, new LogCapPuncher()).enforce(log);
    assertThat(whole())
        .isEqualTo("x".repeat(1024) + "\n[agentgate: 6928 bytes dropped]\n" + "x".repeat(2048));
  }

  @Test
  void aLogWithinTheCapIsLeftAlone() throws Exception {
    Files.writeString(log.file(), "x".repeat(4096), US_ASCII);
    assertThat(new LogCap(4096, new LogCapPuncher()).enforce(log)).isZero();
    assertThat(Files.exists(log.holeFile())).isFalse();
  }

  @Test
  void aRecordThatMakesNoSenseIsNoHole() throws Exception {
    Files.writeString(log.file(), "text\n");
    for (String record :
        new String[] {"", "{", "{\"start\":-1,\"end\":3}", "{\"start\":5,\"end\":3}"}) {
      Files.writeString(log.holeFile(), record);
      assertThat(whole()).isEqualTo("text\n");
    }
  }

  @Test
  void whatWasReadBeforeTheFirstCheckKeepsItsOffsetsIfTheRunCutsItOff() throws Exception {
    LogCapper capper = new LogCapper(directories, 4096);
    // It checks no more, except at the end of the run.
    capper.close();
    capper.watch(run);
    RunLogFile reader = capper.log(run);
    Files.writeString(log.file(), "first line\n", US_ASCII);
    assertThat(reader.read(0, Long.MAX_VALUE, 100, SecretMask.NONE, true).next()).isEqualTo(11);
    Files.writeString(log.file(), "second\n", US_ASCII);

    capper.finish(run);

    LogBlock next = reader.read(11, Long.MAX_VALUE, 100, SecretMask.NONE, false);
    assertThat(new String(next.bytes(), US_ASCII)).isEqualTo("second\n");
    assertThat(next.next()).isEqualTo(18);
    assertThat(whole()).startsWith("[agentgate: 11 bytes dropped").endsWith("second\n");
  }

  @Test
  void aLogThatIsCutOffIsKeptWithinTheCapAllTheSame() throws Exception {
    try (LogCapper capper = new LogCapper(directories, 4096)) {
      capper.watch(run);
      Files.writeString(log.file(), "x".repeat(10_000), US_ASCII);
      await().until(() -> log.hole().exists());
      Files.writeString(log.file(), "", US_ASCII);
      await().until(() -> log.hole().start() == 0);
      Files.writeString(log.file(), "line\n".repeat(4000), US_ASCII, StandardOpenOption.APPEND);
      capper.finish(run);
    }
    assertThat(log.size()).isBetween(20_000L + 4096, 30_000L);
    assertThat(whole()).startsWith("[agentgate: ").endsWith("line\n").hasSizeLessThan(4096);
    assertThat(diskBytes()).isLessThan(8192);
  }
}
