package dev.agentgate.execution.local;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says, in sentences for clients, why a command cannot be started. */
final class LaunchChecks {
  /** MAX_ARG_STRLEN of execve(2) with pages of 4 KiB, without the closing NUL. */
  private static final int MAX_ARGUMENT_BYTES = 128 * 1024 - 1;

  private static final Pattern ERRNO = Pattern.compile("error[=:] ?(\\d+)");

  private final Charset argumentCharset =
      Charset.forName(
          System.getProperty("sun.jnu.encoding", System.getProperty("native.encoding", "UTF-8")));

  /**
   * Returns the program of a command, absolute.
   *
   * @throws SpawnFailedException if the command cannot be started
   */
  Path programOf(LaunchRequest request) throws SpawnFailedException {
    Path program = findProgram(request);
    checkArguments(request);
    checkEnvironment(request);
    return program;
  }

  private static Path findProgram(LaunchRequest request) throws SpawnFailedException {
    if (request.command().isEmpty()) {
      throw new SpawnFailedException("The agent has no command");
    }
    if (!Files.isDirectory(request.workspace())) {
      throw new SpawnFailedException("The workspace does not exist");
    }
    String name = request.command().getFirst();
    if (name.contains("/")) {
      Path program = request.workspace().toAbsolutePath().resolve(name);
      if (RunScript.isProgram(program)) {
        return program;
      }
    } else if (!name.isEmpty()) {
      String path = request.environment().getOrDefault("PATH", RunScript.DEFAULT_PATH);
      Optional<Path> program = RunScript.findOn(path, name);
      if (program.isPresent()) {
        return program.get();
      }
    }
    throw new SpawnFailedException(
        "The command '" + Path.of(name).getFileName() + "' is not an executable program");
  }

  private void checkArguments(LaunchRequest request) throws SpawnFailedException {
    for (String argument : request.command()) {
      if (argument.indexOf('\0') >= 0) {
        throw new SpawnFailedException("An argument of the command contains a NUL character");
      }
      if (!argumentCharset.newEncoder().canEncode(argument)) {
        throw new SpawnFailedException(
            "An argument of the command has characters that the service's locale cannot pass on;"
                + " start the service with LANG=C.UTF-8");
      }
      if (argument.getBytes(StandardCharsets.UTF_8).length > MAX_ARGUMENT_BYTES) {
        throw new SpawnFailedException(
            "An argument of the command is longer than 128 KiB, which Linux does not allow; let"
                + " the agent read the prompt from {promptFile} or from standard input");
      }
    }
  }

  /**
   * Checks that the locale can express all values, except those that the service itself has: these
   * are passed on as bytes.
   */
  private void checkEnvironment(LaunchRequest request) throws SpawnFailedException {
    for (Map.Entry<String, String> variable : request.environment().entrySet()) {
      if (!variable.getValue().equals(System.getenv(variable.getKey()))
          && !argumentCharset.newEncoder().canEncode(variable.getValue())) {
        throw new SpawnFailedException(
            "The value of the environment variable "
                + variable.getKey()
                + " has characters that the service's locale cannot pass on;"
                + " start the service with LANG=C.UTF-8");
      }
    }
  }

  /**
   * Returns why a start failed. Uses only the error number of Java's message, because the message
   * names the directory.
   */
  static String reason(IOException e) {
    Matcher errno = ERRNO.matcher(String.valueOf(e.getMessage()));
    return switch (errno.find() ? errno.group(1) : "") {
      case "2" -> "The command could not be started: its workspace or a program has vanished";
      case "7" -> "The command could not be started: its arguments and environment are too long";
      case "11" -> "The command could not be started: the system has no room for a process";
      case "12" -> "The command could not be started: the system has no memory for a process";
      case "" -> "The command could not be started: a file of the run cannot be opened";
      default -> "The command could not be started: error " + errno.group(1);
    };
  }
}
