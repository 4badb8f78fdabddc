package dev.agentgate.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.output.OutputWatch;
import dev.agentgate.output.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputWatchTest {
  private static final Duration AGE = Duration.ofMinutes(10);
  private static final Duration SILENT = Duration.ofMinutes(3);

  @TempDir Path directory;

  private final Instant trueNow = Instant.now();

  private RunDirectory run() {
    return new RunDirectory(directory);
  }

  @BeforeEach
  void write() throws IOException {
    write(run().processFile(), AGE);
    write(run().outputLog(), SILENT);
  }

  private void write(Path file, Duration ago) throws IOException {
    Files.writeString(file, "text");
    Files.setLastModifiedTime(file, FileTime.from(trueNow.minus(ago)));
  }

  private static void assertAbout(Duration actual, Duration expected) {
    assertThat(actual).isBetween(expected.minusMillis(50), expected.plusSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3600, 86_400 * 365L, -3600, -86_400})
  void silenceBeforeATakeOverIsTrueWhereTheClockWasSetSinceTheLastOutput(long seconds) {
    OutputWatch watch = OutputWatch.begin(run(), AGE, () -> trueNow.plusSeconds(seconds));
    assertAbout(watch.silence(), SILENT);
  }

  @ParameterizedTest
  @ValueSource(longs = {3600, -3600})
  void silenceBeforeATakeOverIsTrueWhereTheClockWasSetBeforeTheLastOutput(long seconds)
      throws IOException {
    // The process began by the old time, and its log was written by the new one.
    write(run().processFile(), AGE.plusSeconds(seconds));
    OutputWatch watch = OutputWatch.begin(run(), AGE, () -> trueNow);
    assertAbout(watch.silence(), SILENT);
  }

  @ParameterizedTest
  @ValueSource(longs = {3600, -3600})
  void outputIsNewsWhereverTheClockWasSetTo(long seconds) throws IOException {
    AtomicReference<Instant> wall = new AtomicReference<>(trueNow);
    OutputWatch watch = OutputWatch.begin(run(), AGE, wall::get);
    Files.writeString(run().outputLog(), "more text");
    wall.set(trueNow.plusSeconds(seconds));
    assertAbout(watch.silence(), Duration.ofMillis(50));
  }

  @Test
  void outputIsNewsThoughTheLogIsAsLongAsBefore() throws IOException {
    OutputWatch watch = OutputWatch.begin(run(), AGE, () -> trueNow);
    Files.writeString(run().outputLog(), "TEXT");
    assertAbout(watch.silence(), Duration.ofMillis(50));
  }

  @Test
  void aRunWithoutALogIsNotSilentYet() throws IOException {
    Files.delete(run().outputLog());
    assertAbout(OutputWatch.begin(run(), AGE, () -> trueNow).silence(), Duration.ofMillis(50));
  }
}
