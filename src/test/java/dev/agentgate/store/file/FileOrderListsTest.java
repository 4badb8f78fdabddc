package dev.agentgate.store.file;

import dev.agentgate.store.OrderListsContract;
import dev.agentgate.store.Store;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class FileOrderListsTest extends OrderListsContract {
  @TempDir private Path dir;

  @Override
  protected Store open() {
    return FileStore.open(dir, clock);
  }
}
