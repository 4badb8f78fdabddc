package dev.agentgate.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.log.LogBlock;
import dev.agentgate.execution.log.LogSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogFileTest {
  private static final String SECRET = "s3cret-token-0123456789";

  @TempDir Path directory;
  RunLogFile log;

  @BeforeEach
  void open() {
    log = new RunLogFile(new RunDirectory(directory));
  }

  private void write(byte[] bytes) throws IOException {
    Files.write(directory.resolve("output.log"), bytes);
  }

  private static byte[] part(LogSnapshot snapshot, long from, long to, SecretMask mask)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.copy(from, to, mask, out::writeBytes);
    return out.toByteArray();
  }

  private String tail(int lines) throws IOException {
    LogSnapshot snapshot = log.snapshot();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.copyRest(
        log.startOfLastLines(lines, snapshot.size()), SecretMask.NONE, out::writeBytes);
    return out.toString(UTF_8);
  }

  @Test
  void aLogThatDoesNotExistIsEmpty() throws IOException {
    assertThat(log.size()).isZero();
    assertThat(log.lastActivityAt()).isEmpty();
    assertThat(tail(10)).isEmpty();
    assertThat(log.read(0, 100, 100, SecretMask.NONE, true).bytes()).isEmpty();
  }

  @Test
  void aLinkInPlaceOfTheLogIsNotFollowed() throws IOException {
    Path other = Files.writeString(directory.resolve("other"), "not for you");
    Files.createSymbolicLink(directory.resolve("output.log"), other);
    assertThat(log.size()).isZero();
    assertThat(log.lastActivityAt()).isEmpty();
    assertThat(log.read(0, 11, 11, SecretMask.NONE, false).bytes()).isEmpty();
  }

  @Test
  void everyRangeIsWhatAnArrayWouldGive() throws IOException {
    long seed = 7L;
    Random random = new Random(seed);
    byte[] bytes = new byte[300_000];
    random.nextBytes(bytes);
    write(bytes);
    LogSnapshot snapshot = log.snapshot();
    assertThat(snapshot.length()).isEqualTo(bytes.length);
    for (int round = 0; round < 300; round++) {
      int from = random.nextInt(bytes.length);
      int to = from + random.nextInt(bytes.length - from + 1);
      assertThat(part(snapshot, from, to, SecretMask.NONE))
          .as("seed %d, %d..%d", seed, from, to)
          .isEqualTo(Arrays.copyOfRange(bytes, from, to));
    }
  }

  @Test
  void aSecretIsMaskedWhereverARangeCutsIt() throws IOException {
    String text = "before " + SECRET + " between " + SECRET + SECRET + " after";
    write(text.getBytes(UTF_8));
    SecretMask mask = new SecretMask(List.of(SECRET));
    String expected = text.replace(SECRET, "*".repeat(SECRET.length()));
    LogSnapshot snapshot = log.snapshot();
    for (int from = 0; from <= text.length(); from++) {
      for (int to = from; to <= text.length(); to++) {
        assertThat(new String(part(snapshot, from, to, mask), UTF_8))
            .isEqualTo(expected.substring(from, to));
      }
    }
  }

  @Test
  void aSecretIsMaskedWhereverTwoBlocksMeet() throws IOException {
    SecretMask mask = new SecretMask(List.of(SECRET));
    for (int shift = 0; shift <= SECRET.length(); shift++) {
      String text = "x".repeat(64 * 1024 - shift) + SECRET + "y";
      write(text.getBytes(UTF_8));
      assertThat(new String(part(log.snapshot(), 0, text.length(), mask), UTF_8))
          .isEqualTo(text.replace(SECRET, "*".repeat(SECRET.length())));
    }
  }

  @Test
  void theBeginningOfASecretIsHeldBackWhileTheLogGrows() throws IOException {
    SecretMask mask = new SecretMask(List.of(SECRET));
    write(("text " + SECRET.substring(0, 5)).getBytes(UTF_8));
    assertThat(new String(log.read(0, 100, 100, mask, true).bytes(), UTF_8)).isEqualTo("text ");
    assertThat(log.read(5, 100, 100, mask, true).bytes()).isEmpty();
    write(("text " + SECRET).getBytes(UTF_8));
    assertThat(new String(log.read(5, 100, 100, mask, true).bytes(), UTF_8))
        .isEqualTo("*".repeat(SECRET.length()));
  }

  @Test
  void theLastLinesAreThoseOfTheText() throws IOException {
    long seed = 11L;
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      StringBuilder text = new StringBuilder();
      int lines = random.nextInt(30);
      for (int i = 0; i < lines; i++) {
        text.append("z".repeat(random.nextInt(3) == 0 ? 0 : random.nextInt(20_000))).append('\n');
      }
      text.append(random.nextBoolean() ? "" : "no end");
      write(text.toString().getBytes(UTF_8));
      List<String> all = text.toString().lines().toList();
      int wanted = 1 + random.nextInt(35);
      List<String> expected = all.subList(Math.max(0, all.size() - wanted), all.size());
      assertThat(tail(wanted).lines().toList())
          .as("seed %d round %d", seed, round)
          .isEqualTo(expected);
    }
  }

  @Test
  void theTailOfAHugeLogIsReadWithoutTheRest() throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(directory.resolve("output.log").toFile(), "rw")) {
      file.setLength(1L << 40);
      file.seek(1L << 40);
      file.write("\na\nb\nc\n".getBytes(UTF_8));
    }
    // The rest would take minutes.
    assertTimeout(Duration.ofMinutes(1), () -> assertThat(tail(2)).isEqualTo("b\nc\n"));
    assertThat(log.size()).isEqualTo((1L << 40) + 7);
  }

  @Test
  void aHoleReadsAsALineThatCountsWhatIsMissing() throws IOException {
    write("head\nXXXXXXXXtail 1\ntail 2\n".getBytes(UTF_8));
    new RunLogHole(5, 13, 0, false).write(log.holeFile());
    String expected = "head\n[agentgate: 8 bytes dropped]\ntail 1\ntail 2\n";
    LogSnapshot snapshot = log.snapshot();
    assertThat(snapshot.length()).isEqualTo(expected.length());
    for (int from = 0; from <= expected.length(); from++) {
      for (int to = from; to <= expected.length(); to++) {
        assertThat(new String(part(snapshot, from, to, SecretMask.NONE), UTF_8))
            .isEqualTo(expected.substring(from, to));
      }
    }
    List<String> lines = expected.lines().toList();
    for (int wanted = 1; wanted <= 6; wanted++) {
      assertThat(tail(wanted).lines().toList())
          .isEqualTo(lines.subList(Math.max(0, lines.size() - wanted), lines.size()));
    }
  }

  @Test
  void aReaderInsideTheHoleLearnsWhatItMissed() throws IOException {
    write("head\nXXXXXXXXtail\n".getBytes(UTF_8));
    new RunLogHole(5, 13, 0, false).write(log.holeFile());
    LogBlock block = log.read(10, 100, 100, SecretMask.NONE, true);
    assertThat(new String(block.bytes(), UTF_8)).isEqualTo("\n[agentgate: 3 bytes dropped]\n");
    assertThat(block.next()).isEqualTo(13);
  }

  @Test
  void aRangeThatIsDroppedMeanwhileFailsRatherThanLie() throws IOException {
    write("head\nXXXXXXXXtail\n".getBytes(UTF_8));
    LogSnapshot before = log.snapshot();
    new RunLogHole(5, 13, 0, false).write(log.holeFile());
    assertThatThrownBy(() -> part(before, 0, before.length(), SecretMask.NONE))
        .isInstanceOf(IOException.class);
  }

  @Test
  void offsetsKeepTheirMeaningWhereTheFileWasRewritten() throws IOException {
    write("head\ntail\n".getBytes(UTF_8));
    new RunLogHole(5, 1005, 1000, false).write(log.holeFile());
    assertThat(log.size()).isEqualTo(1010);
    assertThat(new String(log.read(1005, 2000, 100, SecretMask.NONE, false).bytes(), UTF_8))
        .isEqualTo("tail\n");
  }

  @Test
  void aHoleBeyondTheEndOfTheFileIsNone() throws IOException {
    write("new\n".getBytes(UTF_8));
    new RunLogHole(5, 1005, 0, false).write(log.holeFile());
    LogSnapshot snapshot = log.snapshot();
    assertThat(snapshot.length()).isEqualTo(4);
    assertThat(new String(part(snapshot, 0, 4, SecretMask.NONE), UTF_8)).isEqualTo("new\n");
    assertThat(tail(1)).isEqualTo("new\n");
  }

  @Test
  void aLogThatWasCutOffSaysHowMuchIsMissingAndKeepsItsOffsets() throws IOException {
    write("second\nthird\n".getBytes(UTF_8));
    log.noteCutOff(13);
    assertThat(log.size()).as("it has not shrunk").isEqualTo(13);
    log.noteCutOff(100);
    assertThat(log.size()).isEqualTo(113);
    assertThat(new String(log.read(100, 200, 100, SecretMask.NONE, false).bytes(), UTF_8))
        .isEqualTo("second\nthird\n");
    assertThat(tail(3))
        .isEqualTo(
            """
            [agentgate: 100 bytes dropped: the run cut its log off, as "> /dev/stdout" does]
            second
            third
            """);
    assertThat(tail(2)).isEqualTo("second\nthird\n");
  }
}
