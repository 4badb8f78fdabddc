package dev.agentgate.store.file;

import dev.agentgate.store.ChangeFeedContract;
import dev.agentgate.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class FileChangeFeedTest extends ChangeFeedContract {
  @TempDir private Path dir;

  FileChangeFeedTest() {
    super(RecentChanges.KEPT);
  }

  @Override
  protected Store open() {
    return FileStore.open(dir, clock);
  }
}
