package dev.agentgate.cli.doctor;

import dev.agentgate.cli.console.Console;
import dev.agentgate.cli.console.HumanText;
import dev.agentgate.cli.console.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Whether the service can work on this machine. */
final class MachineChecks {
  private static final List<String> NEEDED = List.of("sh", "setsid", "fallocate");
  private static final Pattern CGROUP = Pattern.compile("(?m)^0::(/.*)$");
  private static final Pattern DESCRIPTORS = Pattern.compile("Max open files +(\\d+)");
  private static final long FEW_DESCRIPTORS = 4_096;

  /** The default of agentgate.queue.min-free-disk. */
  private static final long LEAST_DISK = 1L << 30;

  private static final long LITTLE_DISK = 5 * LEAST_DISK;

  private final Console console;
  private final Programs programs;

  MachineChecks(Console console, Programs programs) {
    this.console = console;
    this.programs = programs;
  }

  List<Finding> findings() {
    return Stream.of(version(), git(), tools(), cgroup(), descriptors(), dataDirectory(), disk())
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Finding> version() {
    return Optional.of(Finding.ok("agentgate", Version.text() + ", " + Version.runtime()));
  }

  private Optional<Finding> git() {
    return Optional.of(
        programs
            .version("git")
            .map(version -> Finding.ok("git", version.replaceFirst("^git version ", "")))
            .orElseGet(() ->
                Finding.problem("git", "is missing", "Install git; every checkout needs it.")));
  }

  private Optional<Finding> tools() {
    List<String> missing = NEEDED.stream().filter(name -> !programs.has(name)).toList();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Finding.problem(
                "programs",
                String.join(", ", missing) + " missing",
                "Install util-linux and a POSIX shell."));
  }

  private static Optional<Finding> cgroup() {
    Matcher own = CGROUP.matcher(read("/proc/self/cgroup"));
    boolean writable = own.find() && Files.isWritable(Path.of("/sys/fs/cgroup" + own.group(1)));
    return Optional.of(
        writable
            ? Finding.ok("cgroup", "each run can have its own")
            : Finding.warning(
                "cgroup",
                "cannot be created here",
                "Runs are supervised without one. With systemd, Delegate=yes gives the service"
                    + " its own."));
  }

  private static Optional<Finding> descriptors() {
    Matcher limit = DESCRIPTORS.matcher(read("/proc/self/limits"));
    if (!limit.find()) {
      return Optional.empty();
    }
    long most = Long.parseLong(limit.group(1));
    return Optional.of(
        most >= FEW_DESCRIPTORS
            ? Finding.ok("descriptors", "up to " + most)
            : Finding.warning(
                "descriptors",
                "only " + most,
                "Raise the limit: `ulimit -n 65536`, or LimitNOFILE=65536 with systemd."));
  }

  private Path data() {
    return console
        .variable("AGENTGATE_DATA_DIR")
        .map(Path::of)
        .orElseGet(() -> console.home().resolve(".agentgate"));
  }

  private Optional<Finding> dataDirectory() {
    Path data = data();
    if (Files.isDirectory(data)) {
      return Optional.of(
          Files.isWritable(data)
              ? Finding.ok("data", data.toString())
              : Finding.problem(
                  "data",
                  data + " is not writable",
                  "Give it to the user that runs the service, or set AGENTGATE_DATA_DIR."));
    }
    return Optional.of(
        Files.isWritable(existing(data))
            ? Finding.ok("data", data + " will be created")
            : Finding.problem(
                "data", data + " cannot be created", "Create it, or set AGENTGATE_DATA_DIR."));
  }

  private Optional<Finding> disk() {
    try {
      long free = Files.getFileStore(existing(data())).getUsableSpace();
      String found = HumanText.bytes(free) + " free";
      if (free >= LITTLE_DISK) {
        return Optional.of(Finding.ok("disk", found));
      }
      String advice = "Below agentgate.queue.min-free-disk (1 GiB) no run starts: make room.";
      return Optional.of(
          free < LEAST_DISK
              ? Finding.problem("disk", found, advice)
              : Finding.warning("disk", found, advice));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The directory, or the nearest one above it that exists. */
  private static Path existing(Path path) {
    Path at = path.toAbsolutePath();
    while (!Files.isDirectory(at)) {
      Path above = at.getParent();
      if (above == null) {
        return at;
      }
      at = above;
    }
    return at;
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
