package dev.agentgate.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A wall clock for one service that a test can set: a library, loaded before all others, adds so
 * many seconds to what the kernel says. The monotonic clocks and the times of files stay true.
 */
final class WallClock {
  private static final String SOURCE =
      """
      #define _GNU_SOURCE
      #include <fcntl.h>
      #include <stdint.h>
      #include <stdlib.h>
      #include <sys/mman.h>
      #include <sys/syscall.h>
      #include <sys/time.h>
      #include <time.h>
      #include <unistd.h>

      static volatile int64_t *ahead;

      __attribute__((constructor)) static void open_step(void) {
        const char *name = getenv("WALL_CLOCK_STEP");
        int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
        if (file < 0) return;
        void *at = mmap(0, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
        close(file);
        if (at != MAP_FAILED) ahead = at;
      }

      int clock_gettime(clockid_t clock, struct timespec *at) {
        int failed = syscall(SYS_clock_gettime, clock, at);
        if (!failed && ahead && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
          at->tv_sec += *ahead;
        return failed;
      }

      int gettimeofday(struct timeval *restrict at, void *restrict zone) {
        struct timespec now;
        (void) zone;
        clock_gettime(CLOCK_REALTIME, &now);
        at->tv_sec = now.tv_sec;
        at->tv_usec = now.tv_nsec / 1000;
        return 0;
      }

      time_t time(time_t *at) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        if (at) *at = now.tv_sec;
        return now.tv_sec;
      }
      """;

  private final Path library;
  private final Path step;

  private WallClock(Path library, Path step) {
    this.library = library;
    this.step = step;
  }

  /**
   * A clock that is right so far. Skips the test where there is no C compiler.
   *
   * @param directory that the service can read
   */
  static WallClock in(Path directory) {
    Optional<Path> compiler =
        Stream.of("/usr/bin/cc", "/usr/bin/gcc").map(Path::of).filter(Files::exists).findFirst();
    assumeThat(compiler).as("a C compiler, to set the clock of one process").isPresent();
    try {
      Path source = Files.writeString(directory.resolve("wall-clock.c"), SOURCE);
      WallClock clock =
          new WallClock(directory.resolve("wall-clock.so"), directory.resolve("wall-clock-step"));
      clock.set(Duration.ZERO);
      Service.run(
          compiler.orElseThrow().toString(),
          "-shared",
          "-fPIC",
          "-O1",
          "-o",
          clock.library.toString(),
          source.toString());
      return clock;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes this the clock of a service that is not started yet. */
  Service of(Service service) {
    return service.with("LD_PRELOAD", library).with("WALL_CLOCK_STEP", step);
  }

  /** Sets it, at once also for a service that runs, to so much ahead of the true time. */
  void set(Duration ahead) {
    byte[] seconds =
        ByteBuffer.allocate(Long.BYTES)
            .order(ByteOrder.nativeOrder())
            .putLong(ahead.toSeconds())
            .array();
    try {
      // Written over, not anew: the service has mapped the file.
      if (Files.exists(step)) {
        try (SeekableByteChannel file = Files.newByteChannel(step, StandardOpenOption.WRITE)) {
          assertThat(file.write(ByteBuffer.wrap(seconds))).isEqualTo(Long.BYTES);
        }
      } else {
        Files.write(step, seconds);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
