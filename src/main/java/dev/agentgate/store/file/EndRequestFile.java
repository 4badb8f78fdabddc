package dev.agentgate.store.file;

import dev.agentgate.workorder.EndCause;
import dev.agentgate.workorder.Run;
import dev.agentgate.workorder.RunState;
import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The file next to a run's record in which earlier versions noted why the run was asked to end.
 * This version only reads it, because the record now contains the reason.
 */
final class EndRequestFile {
  private EndRequestFile() {}

  /**
   * Adds the content of such a file, if there is one, to the record of a run that is not over.
   *
   * @throws IOException if the file exists but cannot be read now
   */
  static Run addTo(Run run, Path directory) throws IOException {
    if (run.state() instanceof RunState.Ended || run.endRequested().isPresent()) {
      return run;
    }
    return read(directory).map(run::endRequested).orElse(run);
  }

  private static Optional<EndCause> read(Path directory) throws IOException {
    File file = directory.resolve("end-requested").toFile();
    if (FileRuns.isReplaced(file)) {
      return Optional.empty();
    }
    try {
      OrderFiles.Content content = OrderFiles.read(file);
      String name = new String(content.bytes(), 0, content.length(), StandardCharsets.US_ASCII);
      return EndCause.parse(name.strip().toLowerCase(Locale.ROOT));
    } catch (FileNotFoundException e) {
      // Java also throws this if there is no descriptor left to open the file.
      if (file.exists()) {
        throw new IOException("The request to end a run cannot be read", e);
      }
      return Optional.empty();
    }
  }
}
