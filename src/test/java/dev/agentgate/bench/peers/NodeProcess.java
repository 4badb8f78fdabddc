package dev.agentgate.bench.peers;

import dev.agentgate.bench.StartedProcesses;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** A Node process that answers commands, one line each: see {@code bench/npm/driver.mjs}. */
final class NodeProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final BufferedWriter commands;

  private NodeProcess(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = process.outputWriter(StandardCharsets.UTF_8);
  }

  /** Starts a script and waits until it answers commands. */
  static NodeProcess start(Path script, Map<String, String> environment, Path log)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder("node", script.toString());
    builder.environment().putAll(environment);
    builder.environment().put("NODE_ENV", "production");
    Process process = builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
    StartedProcesses.add(process.toHandle());
    NodeProcess node = new NodeProcess(process);
    String line = node.line();
    if (!line.equals("ready")) {
      throw new IOException(script + " says " + line);
    }
    return node;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Sends a command and returns its result once there is one. */
  synchronized String ask(String command) throws IOException {
    commands.write(command + "\n");
    commands.flush();
    String line = line();
    if (!line.startsWith("ok ")) {
      throw new IOException(command.split(" ", 2)[0] + ": " + line);
    }
    return line.substring("ok ".length());
  }

  private String line() throws IOException {
    String line = answers.readLine();
    if (line == null) {
      throw new EOFException("A peer's process ended; see its log");
    }
    return line;
  }

  @Override
  public void close() throws IOException {
    commands.close();
    StartedProcesses.end(process);
  }
}
