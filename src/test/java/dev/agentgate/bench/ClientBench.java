package dev.agentgate.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Measures how long commands of the client take that ask no server; run by hand. */
public final class ClientBench {
  private static final int TIMES = 20;

  private ClientBench() {}

  /**
   * Runs it.
   *
   * @param args the runnable jar or the native executable
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path application = Path.of(args[0]);
    boolean isNative = !application.toString().endsWith(".jar");
    for (String command : List.of("version", "--help")) {
      Samples samples = new Samples();
      // The first one reads the files from disk.
      run(application, command);
      for (int i = 0; i < TIMES; i++) {
        samples.add(run(application, command));
      }
      System.out.printf(
          "client: agentgate %s: %s%s%n",
          command,
          samples.millis(),
          command.equals("version") ? " (goal p50 " + (isNative ? 30 : 400) + ")" : "");
    }
  }

  private static double run(Path application, String command)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>();
    if (application.toString().endsWith(".jar")) {
      all.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      all.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar"));
    }
    all.addAll(List.of(application.toString(), command));
    long began = System.nanoTime();
    int code =
        new ProcessBuilder(all)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start()
            .waitFor();
    if (code != 0) {
      throw new IOException(all + " ended with " + code);
    }
    return PackagedService.millisSince(began);
  }
}
