package dev.agentgate.execution;

import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.util.List;

/** The kept files of a run that is over, in pieces, so that they can be moved elsewhere. */
public interface PortableFiles {

  /** Returns how many bytes {@link #export} hands over. */
  long exportSize(RunId run) throws IOException;

  /** Hands over the log and the changes of a run. What was dropped from a log is left out. */
  void export(RunId run, PieceSink to) throws IOException;

  /**
   * Makes the files of a run that has none here. They appear together, or not at all.
   *
   * @param from hands over what {@link #export} handed over elsewhere
   */
  void restore(RunId run, PieceSource from) throws IOException;

  /** Returns the runs whose files {@link #restore} has made here. */
  List<RunId> restored();

  /** Takes pieces of files. */
  interface PieceSink {
    void take(String file, long position, byte[] bytes) throws IOException;
  }

  /** Hands over pieces of files. */
  interface PieceSource {
    void writeTo(PieceSink sink) throws IOException;
  }
}
