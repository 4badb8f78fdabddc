package dev.agentgate.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.runtime.OwnJvm.End;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class StopDeadlineTest {
  private static final int TERMINATED = 143;
  private static final String TOO_LATE = "did not stop in time";

  /** A service of its own whose stop hangs, or does not. */
  static final class Service {
    public static void main(String[] arguments) throws IOException {
      StopDeadline.arm(Duration.parse(arguments[0]));
      if (arguments[1].equals("hangs")) {
        Runtime.getRuntime().addShutdownHook(new Thread(Service::hang));
      }
      System.out.println("ready");
      int _ = System.in.read();
      // Not asked to stop: nothing that runs before it counts.
      Runtime.getRuntime().halt(OwnJvm.WENT_ON);
    }

    private static void hang() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void aStopThatHangsEndsWithTheExitCodeOfAnyStop() throws IOException, InterruptedException {
    OwnJvm service = OwnJvm.start(Service.class, "PT0.2S", "hangs");
    service.awaitReady();
    service.terminate();
    End end = service.end();
    assertThat(end.exitCode()).isEqualTo(TERMINATED);
    assertThat(end.said()).contains(TOO_LATE);
  }

  @Test
  void aStopThatEndsIsLeftAlone() throws IOException, InterruptedException {
    OwnJvm service = OwnJvm.start(Service.class, "PT1H", "ends");
    service.awaitReady();
    service.terminate();
    End end = service.end();
    assertThat(end.exitCode()).isEqualTo(TERMINATED);
    assertThat(end.said()).doesNotContain(TOO_LATE);
  }

  @Test
  void theTimeBeginsWithTheStop() throws IOException, InterruptedException {
    OwnJvm service = OwnJvm.start(Service.class, "PT0.001S", "hangs");
    service.awaitReady();
    service.say("go on");
    End end = service.end();
    assertThat(end.exitCode()).isEqualTo(OwnJvm.WENT_ON);
    assertThat(end.said()).doesNotContain(TOO_LATE);
  }
}
