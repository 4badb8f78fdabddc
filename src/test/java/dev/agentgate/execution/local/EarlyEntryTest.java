package dev.agentgate.execution.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.agentgate.linux.MountInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlyEntryTest {
  private static final Path PROC = Path.of("/proc");

  @TempDir Path directory;

  @Test
  void theServiceStaysInItsCgroup() throws Exception {
    Optional<Path> home = MountInfo.ownCgroup(PROC);
    assumeThat(home).isPresent();
    try (EarlyEntry entry = new EarlyEntry(home.get(), EarlyEntry.place())) {
      entry.enter();
      entry.begin();
    }

    assertThat(MountInfo.ownCgroup(PROC)).isEqualTo(home);
  }

  @Test
  void aServiceThatWasMovedIsNotMovedBack() throws Exception {
    Path former = Files.createFile(directory.resolve("cgroup.procs"));
    try (EarlyEntry entry = new EarlyEntry(directory, "0::/elsewhere\n")) {
      entry.enter();
    }

    assertThat(former).isEmptyFile();
  }
}
