package dev.agentgate.store.file;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * The file operations that the journal needs; an interface so that tests can simulate a failing
 * disk.
 */
interface JournalFile extends AutoCloseable {

  /** Opens files. */
  interface Opener {
    JournalFile open(Path path) throws IOException;
  }

  /** Writes the rest of the buffer. */
  void write(ByteBuffer buffer, long position) throws IOException;

  /** Syncs the content: fdatasync(2). */
  void force() throws IOException;

  void truncate(long size) throws IOException;

  @Override
  void close() throws IOException;

  /** Opens a real file; creates it if missing. */
  static JournalFile open(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path, CREATE, WRITE);
    return new JournalFile() {
      @Override
      public void write(ByteBuffer buffer, long position) throws IOException {
        long at = position;
        while (buffer.hasRemaining()) {
          at += channel.write(buffer, at);
        }
      }

      @Override
      public void force() throws IOException {
        channel.force(false);
      }

      @Override
      public void truncate(long size) throws IOException {
        channel.truncate(size);
      }

      @Override
      public void close() throws IOException {
        channel.close();
      }
    };
  }
}
