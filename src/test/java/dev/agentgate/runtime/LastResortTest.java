package dev.agentgate.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.agentgate.runtime.OwnJvm.End;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class LastResortTest {
  /** How a thread dies. */
  enum Death {
    OUT_OF_MEMORY(LastResort.OUT_OF_MEMORY) {
      @Override
      void die() {
        throw new OutOfMemoryError("as the heap says");
      }
    },
    ERROR(LastResort.DEFECT) {
      @Override
      void die() {
        throw new NoClassDefFoundError("dev/agentgate/Gone");
      }
    },
    EXCEPTION_IN_OWN_CODE(LastResort.DEFECT) {
      @Override
      void die() {
        throw new IllegalStateException("a defect");
      }
    },
    EXCEPTION_ELSEWHERE(OwnJvm.WENT_ON) {
      @Override
      void die() {
        throw elsewhere();
      }
    };

    private final int exitCode;

    Death(int exitCode) {
      this.exitCode = exitCode;
    }

    abstract void die();
  }

  /** One that passed through no code of the service. */
  private static RuntimeException elsewhere() {
    RuntimeException cause = new RuntimeException("a library's");
    cause.setStackTrace(
        Stream.of(cause.getStackTrace())
            .filter(frame -> !frame.getClassName().startsWith("dev.agentgate."))
            .toArray(StackTraceElement[]::new));
    return cause;
  }

  /** A service of its own whose thread dies. */
  static final class Service {
    public static void main(String[] arguments) throws InterruptedException {
      LastResort.install();
      Death death = Death.valueOf(arguments[0]);
      Thread thread = Thread.ofPlatform().name("the-thread").start(death::die);
      thread.join();
      System.exit(OwnJvm.WENT_ON);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theServiceEndsUnlessTheThreadWasNoneOfItsOwn(Death death)
      throws IOException, InterruptedException {
    End end = OwnJvm.start(Service.class, death.name()).end();
    assertThat(end.exitCode()).as(end.said()).isEqualTo(death.exitCode);
    assertThat(end.said()).contains("The thread the-thread died");
  }

  @Test
  void whatEndsTheServiceIsAnErrorOrADefectOfItsOwn() {
    assertThat(LastResort.endsTheService(elsewhere())).isFalse();
    assertThat(LastResort.endsTheService(new IllegalStateException("here"))).isTrue();
    assertThat(LastResort.endsTheService(new StackOverflowError())).isTrue();
  }
}
