package dev.agentgate.store.file;

import dev.agentgate.store.RunsContract;
import dev.agentgate.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class FileRunsTest extends RunsContract {
  @TempDir private Path dir;

  @Override
  protected Store open() {
    return FileStore.open(dir, clock);
  }
}
