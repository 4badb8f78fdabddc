package dev.agentgate.bench;

import dev.agentgate.git.GitHubHost;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.CheckoutExtras;
import dev.agentgate.workspace.CollectedChanges;
import dev.agentgate.workspace.GitWorkspaces;
import dev.agentgate.workspace.LocalRoots;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/**
 * Measures how long it takes to collect a small change of a large repository, against its checkout;
 * run by hand.
 */
public final class ChangesBench {
  private static final int FILES = 23_000;
  private static final int FILES_PER_DIRECTORY = 50;
  private static final int LINES = 150;
  private static final int CHANGED = 12;
  private static final Duration LIMIT = Duration.ofMinutes(10);

  private ChangesBench() {}

  /**
   * Runs everything.
   *
   * @param arguments the directory to work in, and the number of rounds
   */
  public static void main(String[] arguments) throws Exception {
    Path root = Files.createDirectories(Path.of(arguments[0])).toRealPath();
    int rounds = Integer.parseInt(arguments[1]);
    makeRepository(root);
    GitWorkspaces workspaces =
        new GitWorkspaces(
            root.resolve("workspaces"),
            new GitHubHost("file://" + root.resolve("remotes")),
            Optional.empty(),
            new LocalRoots(List.of()),
            CheckoutExtras.NONE,
            (_, _) -> {},
            Clock.systemUTC());
    // The first checkout fetches into the mirror, which the later ones only update.
    round(workspaces, root);
    double[] ratios = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      ratios[i] = round(workspaces, root);
    }
    Arrays.sort(ratios);
    System.out.printf(Locale.ROOT, "collect / checkout: median %.2f%n", ratios[rounds / 2]);
  }

  private static double round(GitWorkspaces workspaces, Path root) throws Exception {
    RunId run = RunId.next(Clock.systemUTC().instant());
    long began = System.nanoTime();
    Path workspace =
        workspaces.prepare(
            run, new WorkspaceSource.GitHub("acme", "large", Optional.empty()), LIMIT);
    long checkout = System.nanoTime() - began;
    for (int i = 0; i < CHANGED; i++) {
      Files.writeString(workspace.resolve(name(i * 1_000)), "changed\n");
    }
    Files.writeString(workspace.resolve("new"), "new\n");
    began = System.nanoTime();
    CollectedChanges changes =
        workspaces.collect(run, root.resolve("patch"), Long.MAX_VALUE, LIMIT);
    long collect = System.nanoTime() - began;
    if (!(changes instanceof CollectedChanges.Collected collected)
        || collected.files().count() != CHANGED + 1) {
      throw new IllegalStateException("Not what was changed: " + changes);
    }
    workspaces.remove(run);
    double ratio = (double) collect / checkout;
    System.out.printf(
        Locale.ROOT,
        "checkout %d ms, collect %d ms = %.2f%n",
        checkout / 1_000_000,
        collect / 1_000_000,
        ratio);
    return ratio;
  }

  private static String name(int file) {
    return "src/package" + file / FILES_PER_DIRECTORY + "/File" + file + ".java";
  }

  private static void makeRepository(Path root) throws IOException, InterruptedException {
    Path author = Files.createDirectories(root.resolve("author"));
    git(author, "init", "-q", "-b", "main");
    Random random = new Random(7);
    for (int file = 0; file < FILES; file++) {
      Path path = author.resolve(name(file));
      Files.createDirectories(path.resolveSibling(""));
      StringBuilder text = new StringBuilder();
      for (int line = random.nextInt(LINES); line >= 0; line--) {
        text.append("    int value")
            .append(line)
            .append(" = ")
            .append(random.nextInt())
            .append(";\n");
      }
      Files.writeString(path, text, StandardCharsets.UTF_8);
    }
    git(author, "add", "-A");
    git(author, "-c", "user.name=b", "-c", "user.email=b@example.com", "commit", "-q", "-m", "all");
    Files.createDirectories(root.resolve("remotes/acme"));
    git(root, "clone", "-q", "--bare", author.toString(), "remotes/acme/large.git");
  }

  private static void git(Path directory, String... arguments)
      throws IOException, InterruptedException {
    String[] command = new String[arguments.length + 1];
    command[0] = "git";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    int exit =
        new ProcessBuilder(command).directory(directory.toFile()).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new IOException("git " + arguments[0] + " failed");
    }
  }
}
