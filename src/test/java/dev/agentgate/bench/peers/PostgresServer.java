package dev.agentgate.bench.peers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** PostgreSQL with one database, as it comes: it syncs its log before a commit is answered. */
final class PostgresServer extends StartedServer {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

  private final Path programs;
  private final Path directory;
  private final String database;

  PostgresServer(Path programs, Path directory, String database) {
    this.programs = programs;
    this.directory = directory;
    this.database = database;
  }

  /** Returns the directory with its programs, which Debian keeps off the {@code PATH}. */
  static Optional<Path> programs() throws IOException {
    List<Path> candidates = new ArrayList<>();
    if (Files.isDirectory(DEBIAN)) {
      try (Stream<Path> versions = Files.list(DEBIAN)) {
        versions
            .sorted(Comparator.<Path>naturalOrder().reversed())
            .forEach(version -> candidates.add(version.resolve("bin")));
      }
    }
    for (String entry : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      candidates.add(Path.of(entry));
    }
    return candidates.stream()
        .filter(candidate -> Files.isExecutable(candidate.resolve("initdb")))
        .findFirst();
  }

  @Override
  public String version() throws Exception {
    return "PostgreSQL "
        + Programs.versionIn(Programs.output(program("postgres").toString(), "--version"));
  }

  private Path program(String name) {
    return programs.resolve(name);
  }

  @Override
  public void install() throws Exception {
    Files.createDirectories(directory);
    if (isRoot()) {
      Programs.output("chown", "nobody", directory.toString());
    }
    Programs.output(
        Map.of(),
        unprivileged(
            program("initdb").toString(),
            "--auth=trust",
            "--username=bench",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            directory.toString()));
    start();
    Programs.output(
        program("createdb").toString(),
        "-h",
        "127.0.0.1",
        "-p",
        "" + port(),
        "-U",
        "bench",
        database);
    close();
  }

  private static boolean isRoot() {
    return System.getProperty("user.name", "").equals("root");
  }

  /** It refuses to run as root. */
  private static List<String> unprivileged(String... command) {
    Stream<String> prefix =
        isRoot()
            ? Stream.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
            : Stream.empty();
    return Stream.concat(prefix, Stream.of(command)).toList();
  }

  @Override
  List<String> command(int servedPort) {
    return unprivileged(
        program("postgres").toString(),
        "-D",
        directory.toString(),
        "-p",
        Integer.toString(servedPort),
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "unix_socket_directories=",
        "-c",
        "fsync=on",
        "-c",
        "synchronous_commit=on",
        "-c",
        "max_connections=200");
  }

  @Override
  Path log() {
    return directory.resolveSibling(directory.getFileName() + ".log");
  }

  @Override
  long lookNanos() {
    return 5_000_000;
  }

  @Override
  boolean answers() throws IOException, InterruptedException {
    return new ProcessBuilder(
                program("pg_isready").toString(), "-q", "-h", "127.0.0.1", "-p", "" + port())
            .start()
            .waitFor()
        == 0;
  }
}
