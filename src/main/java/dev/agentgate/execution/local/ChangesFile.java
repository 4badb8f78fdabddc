package dev.agentgate.execution.local;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.agentgate.workspace.ChangedFile;
import dev.agentgate.workspace.CollectedChanges.Collected;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;

/** Writes the list of the files that a run changed, in the form in which the API shows it. */
final class ChangesFile {
  private static final JsonFactory JSON = new JsonFactory();

  private ChangesFile() {}

  /** Writes the list, replacing an earlier one in one step. */
  static void write(Path file, Collected collected) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
    Files.deleteIfExists(unfinished);
    try (OutputStream out =
            Channels.newOutputStream(
                Files.newByteChannel(
                    unfinished,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString("rw-------"))));
        JsonGenerator to = JSON.createGenerator(out)) {
      write(to, collected);
    }
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void write(JsonGenerator to, Collected collected) throws IOException {
    to.writeStartObject();
    to.writeStringField("baseCommit", collected.baseCommit());
    if (collected.headCommit().isPresent()) {
      to.writeStringField("headCommit", collected.headCommit().get());
    }
    to.writeArrayFieldStart("files");
    for (ChangedFile file : collected.files().listed()) {
      write(to, file);
    }
    to.writeEndArray();
    if (collected.files().isTruncated()) {
      to.writeBooleanField("truncated", true);
    }
    to.writeEndObject();
  }

  private static void write(JsonGenerator to, ChangedFile file) throws IOException {
    to.writeStartObject();
    to.writeStringField("path", file.path());
    if (file.oldPath().isPresent()) {
      to.writeStringField("oldPath", file.oldPath().get());
    }
    to.writeStringField("status", file.status().name().toLowerCase(Locale.ROOT));
    to.writeBooleanField("binary", file.binary());
    to.writeNumberField("insertions", file.insertions());
    to.writeNumberField("deletions", file.deletions());
    to.writeEndObject();
  }
}
