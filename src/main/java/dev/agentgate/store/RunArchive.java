package dev.agentgate.store;

import dev.agentgate.workorder.RunId;
import java.io.IOException;

/**
 * The logs and changes of runs that are over, in a {@link Store} that several instances share: each
 * of them has only the files of its own runs. They are removed together with the record of the run.
 */
public interface RunArchive {
  /** The archive of a store that keeps no files, because every file is already here. */
  RunArchive NONE =
      new RunArchive() {
        @Override
        public boolean keepsFiles() {
          return false;
        }

        @Override
        public boolean has(RunId run) {
          return false;
        }

        @Override
        public void put(RunId run, Files files) {}

        @Override
        public boolean read(RunId run, Sink to) {
          return false;
        }
      };

  /** Whether the store keeps files. If not, {@link #put} does nothing. */
  boolean keepsFiles();

  /** Whether the files of a run are kept. */
  boolean has(RunId run);

  /**
   * Keeps the files of a run, in one step, instead of those that were kept before. Does nothing if
   * the run has no record, or if another instance has its files.
   *
   * @throws IOException if the files cannot be read; nothing is changed then
   */
  @Writes
  void put(RunId run, Files files) throws IOException;

  /**
   * Hands over the files of a run, piece by piece, in the order of their names and positions.
   *
   * @return false if they are not kept
   * @throws IOException if they cannot be taken
   */
  boolean read(RunId run, Sink to) throws IOException;

  /** Hands over the files of a run. */
  interface Files {
    void writeTo(Sink sink) throws IOException;
  }

  /** Takes pieces. */
  interface Sink {
    void take(ArchivedPiece piece) throws IOException;
  }
}
