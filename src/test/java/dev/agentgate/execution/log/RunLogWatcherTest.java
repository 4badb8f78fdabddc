package dev.agentgate.execution.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.agentgate.agent.SecretMask;
import dev.agentgate.execution.log.RunLogWatcher.Listener;
import dev.agentgate.execution.log.RunLogWatcher.News;
import dev.agentgate.output.RunDirectory;
import dev.agentgate.output.RunLogFile;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunLogWatcherTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private static final RunId RUN = RunId.next(Instant.EPOCH);

  @TempDir Path directory;
  private final RunLogWatcher watcher = new RunLogWatcher(Duration.ofMillis(20));
  private final AtomicBoolean over = new AtomicBoolean();

  @AfterEach
  void close() {
    watcher.close();
  }

  private RunLog log() {
    return new RunLogFile(new RunDirectory(directory));
  }

  private void append(String text) throws IOException {
    Files.writeString(
        directory.resolve("output.log"),
        text,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  @Test
  void aListenerLearnsOfGrowthAndOfTheEnd() throws Exception {
    try (Listener listener = watcher.listen(RUN, log(), over::get)) {
      assertThat(listener.await(Duration.ofMillis(100))).isEqualTo(News.NOTHING);
      append("a");
      assertThat(listener.await(LONG)).isEqualTo(News.GROWN);
      assertThat(listener.await(Duration.ofMillis(100))).isEqualTo(News.NOTHING);
      over.set(true);
      assertThat(listener.await(LONG)).isEqualTo(News.ENDED);
    }
    assertThat(watcher.watchedLogs()).isZero();
  }

  @Test
  void aRunThatIsGoneHasEnded() throws Exception {
    try (Listener listener =
        watcher.listen(
            RUN,
            log(),
            () -> {
              throw new IllegalStateException("purged");
            })) {
      assertThat(listener.await(LONG)).isEqualTo(News.ENDED);
    }
  }

  @Test
  void closingWakesEveryListener() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<News> waiting =
          threads.submit(() -> {
            try (Listener listener = watcher.listen(RUN, log(), over::get)) {
              return listener.await(LONG);
            }
          });
      await().until(() -> watcher.watchedLogs() == 1);
      watcher.close();
      assertThat(waiting.get(120, TimeUnit.SECONDS)).isEqualTo(News.CLOSED);
    }
  }

  @Test
  void aThousandListenersReadAGrowingLogWithoutAThreadEach() throws Exception {
    int listeners = 1_000;
    int platformThreads = Thread.getAllStackTraces().size();
    int most = 0;
    StringBuilder written = new StringBuilder();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < listeners; i++) {
        all.add(threads.submit(this::readToTheEnd));
      }
      for (int line = 0; line < 200; line++) {
        String text = "line " + line + "\n";
        written.append(text);
        append(text);
        most = Math.max(most, Thread.getAllStackTraces().size());
      }
      over.set(true);
      for (Future<Integer> one : all) {
        assertThat(one.get(120, TimeUnit.SECONDS)).isEqualTo(written.toString().hashCode());
      }
    }
    assertThat(most - platformThreads).isLessThan(100);
  }

  private int readToTheEnd() throws InterruptedException {
    RunLogText text = new RunLogText(log(), SecretMask.NONE, 0);
    StringBuilder read = new StringBuilder();
    try (Listener listener = watcher.listen(RUN, log(), over::get)) {
      boolean growing = true;
      while (true) {
        Optional<String> piece = text.next(growing);
        if (piece.isPresent()) {
          read.append(piece.get());
        } else if (growing) {
          growing = listener.await(LONG) != News.ENDED;
        } else {
          return new String(read.toString().getBytes(UTF_8), UTF_8).hashCode();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
