package dev.agentgate.it;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * The virtual machine's cache of the application's classes, which saves a third of the processor
 * time of a start. It is made once for each build, by a service that is started and stopped.
 */
final class AotCache {
  private static final Path DIRECTORY = Service.PROJECT.resolve("target/aot");
  private static final Path FILE = DIRECTORY.resolve("service.aot");

  private AotCache() {}

  /**
   * Returns the options that use the cache, and makes it if there is none of this application.
   *
   * @param javaOptions the other options; the cache is of use only with the same ones
   */
  static synchronized List<String> options(Path jar, List<String> javaOptions) {
    // Tests run in several processes.
    try (FileChannel lock =
        FileChannel.open(Files.createDirectories(DIRECTORY).resolve("lock"), CREATE, WRITE)) {
      var _ = lock.lock();
      if (!Files.exists(FILE) || isOlder(FILE, jar)) {
        make(javaOptions);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return List.of("-XX:AOTCache=" + FILE, "-Xlog:aot=off", "-Xlog:cds=off");
  }

  private static boolean isOlder(Path file, Path other) throws IOException {
    return Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(other)) < 0;
  }

  private static void make(List<String> javaOptions) throws IOException {
    Path made = DIRECTORY.resolve("made.aot");
    Path home = Files.createTempDirectory(DIRECTORY, "home");
    List<String> options =
        Stream.concat(javaOptions.stream(), Stream.of("-XX:AOTCacheOutput=" + made)).toList();
    try (Service training = Service.in(home).withJavaOptions(options.toArray(String[]::new))) {
      training.start();
    }
    if (!Files.exists(made)) {
      throw new IOException("No cache was written; see the newest log in target/it-logs");
    }
    Files.move(made, FILE, StandardCopyOption.REPLACE_EXISTING);
    Service.run("rm", "-rf", home.toString());
  }
}
