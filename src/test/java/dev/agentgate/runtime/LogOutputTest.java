package dev.agentgate.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LogOutputTest {
  private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
  private final CountDownLatch reading = new CountDownLatch(1);
  private final CountDownLatch writing = new CountDownLatch(1);

  /** Blocks until someone reads. */
  private final OutputStream pipe =
      new OutputStream() {
        @Override
        public void write(int one) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          writing.countDown();
          try {
            reading.await();
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
          synchronized (arrived) {
            arrived.write(bytes, from, length);
          }
        }
      };

  private String arrived() {
    synchronized (arrived) {
      return arrived.toString(US_ASCII);
    }
  }

  private static void log(LogOutput output, String line) {
    byte[] bytes = line.getBytes(US_ASCII);
    output.write(bytes, 0, bytes.length);
    output.flush();
  }

  @Test
  void onceTheProcessEndsALineIsOutWhenItWasLogged() {
    reading.countDown();
    LogOutput output = new LogOutput(pipe, Duration.ofMinutes(2));
    log(output, "earlier\n");
    output.settle();
    assertThat(arrived()).isEqualTo("earlier\n");

    for (int i = 0; i < 1000; i++) {
      log(output, i + "\n");
      assertThat(arrived()).endsWith(i + "\n");
    }
  }

  @Test
  void aReaderThatHangsHoldsNobodyUpAndGetsTheLinesLater() {
    LogOutput output = new LogOutput(pipe, Duration.ofHours(1));

    log(output, "first\n");
    log(output, "second\n");
    reading.countDown();

    await().until(() -> arrived().equals("first\nsecond\n"));
    log(output, "third\n");
    await().until(() -> arrived().endsWith("third\n"));
  }

  @Test
  void aReaderThatHangsHoldsTheEndUpForAMomentOnly() {
    LogOutput output = new LogOutput(pipe, Duration.ofMillis(10));
    log(output, "first\n");

    output.settle();
    log(output, "last\n");

    assertThat(arrived()).isEmpty();
    reading.countDown();
  }

  @Test
  void whatIsTooMuchToKeepIsCounted() throws InterruptedException {
    LogOutput output = new LogOutput(pipe, Duration.ofMillis(10));
    log(output, "first\n");
    writing.await();

    for (int i = 0; i < 1000; i++) {
      log(output, "x".repeat(1023) + "\n");
    }
    reading.countDown();

    await().until(() -> arrived().endsWith(" bytes of it were lost\n"));
    assertThat(arrived()).startsWith("first\nxxx").hasSizeLessThan(300 * 1024);
  }

  @Test
  void anOutputThatIsClosedIsNoTrouble() {
    LogOutput output =
        new LogOutput(
            new OutputStream() {
              @Override
              public void write(int one) throws IOException {
                throw new IOException("Broken pipe");
              }
            },
            Duration.ofMinutes(2));

    log(output, "first\n");
    log(output, "second\n");
  }
}
