package dev.agentgate.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Real files on a disk that can be full, or fail to sync, on command. */
final class FaultyDisk implements JournalFile.Opener {
  volatile boolean full;
  volatile boolean failsToSync;
  volatile Runnable afterSync = () -> {};

  /** How often a file was synced. */
  final AtomicInteger syncs = new AtomicInteger();

  @Override
  public JournalFile open(Path path) throws IOException {
    if (full) {
      throw new IOException("No space left on device");
    }
    JournalFile file = JournalFile.open(path);
    return new JournalFile() {
      @Override
      public void write(ByteBuffer buffer, long position) throws IOException {
        if (full) {
          // As a real one does, it takes what still fits.
          file.write(buffer.slice(buffer.position(), Math.min(20, buffer.remaining())), position);
          throw new IOException("No space left on device");
        }
        file.write(buffer, position);
      }

      @Override
      public void force() throws IOException {
        if (failsToSync) {
          throw new IOException("Input/output error");
        }
        syncs.incrementAndGet();
        file.force();
        afterSync.run();
      }

      @Override
      public void truncate(long size) throws IOException {
        file.truncate(size);
      }

      @Override
      public void close() throws IOException {
        file.close();
      }
    };
  }
}
