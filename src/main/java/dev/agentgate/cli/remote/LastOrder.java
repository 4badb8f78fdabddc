package dev.agentgate.cli.remote;

import dev.agentgate.cli.console.Console;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** Remembers the order that was last submitted to a server, for {@code @last}. */
public final class LastOrder {
  private final Path directory;

  public LastOrder(Console console) {
    this.directory = console.directory("XDG_STATE_HOME", ".local/state").resolve("agentgate");
  }

  Optional<String> of(URI server) {
    try {
      return Optional.of(Files.readString(file(server)).strip());
    } catch (IOException none) {
      return Optional.empty();
    }
  }

  /** Remembers an order. A directory that cannot be written only costs the convenience. */
  public void remember(URI server, String id) {
    try {
      Files.createDirectories(directory);
      Path written = Files.createTempFile(directory, "last", ".tmp");
      Files.writeString(written, id + "\n");
      Files.move(written, file(server), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException unwritable) {
      // `@last` will say that nothing was submitted from here.
    }
  }

  private Path file(URI server) {
    return directory.resolve("last-" + server.toString().replaceAll("[^A-Za-z0-9.-]+", "_"));
  }
}
