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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * Measures what a large repository costs: its checkout from the mirror, against {@code git worktree
 * add}; collecting a small change, against the checkout; and the removal of the workspace, against
 * {@code rm -rf}. Run by hand.
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
    checkOut(workspaces, root);
    List<Checkout> checkouts = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      checkouts.add(checkOut(workspaces, root));
    }
    // Not after each checkout: ext4 without a journal searches long for the inode of a new file
    // if many were removed in the minutes before.
    List<Removal> removals = new ArrayList<>();
    for (Checkout checkout : checkouts) {
      removals.add(remove(workspaces, root, checkout));
    }
    print("checkout / git worktree add", checkouts, it -> it.own / it.worktree);
    print("collect / checkout", checkouts, it -> it.collect / it.own);
    print("remove / rm -rf", removals, it -> it.own / it.rm);
  }

  private static <T> void print(String name, List<T> rounds, ToDoubleFunction<T> ratio) {
    double[] ratios = rounds.stream().mapToDouble(ratio).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "%s: median %.2f (%.2f to %.2f)%n",
        name,
        ratios[ratios.length / 2],
        ratios[0],
        ratios[ratios.length - 1]);
  }

  /** What a checkout and what follows took, in milliseconds. */
  private record Checkout(RunId run, double own, double worktree, double collect) {}

  /** What the removal of a checkout took, in milliseconds. */
  private record Removal(double own, double rm) {}

  private static Checkout checkOut(GitWorkspaces workspaces, Path root) throws Exception {
    RunId run = RunId.next(Clock.systemUTC().instant());
    Path workspace = root.resolve("workspaces").resolve(run.value());
    double own =
        millis(() -> {
          Path prepared =
              workspaces.prepare(
                  run, new WorkspaceSource.GitHub("acme", "large", Optional.empty()), LIMIT);
          require(prepared.equals(workspace), prepared);
        });
    double worktree =
        millis(() ->
            git(
                root.resolve("author"),
                "worktree",
                "add",
                "-q",
                "--detach",
                worktree(root, run).toString()));
    for (int i = 0; i < CHANGED; i++) {
      Files.writeString(workspace.resolve(name(i * 1_000)), "changed\n");
    }
    Files.writeString(workspace.resolve("new"), "new\n");
    double collect =
        millis(() -> {
          CollectedChanges changes =
              workspaces.collect(run, root.resolve("patch"), Long.MAX_VALUE, LIMIT);
          require(
              changes instanceof CollectedChanges.Collected collected
                  && collected.files().count() == CHANGED + 1,
              changes);
        });
    System.out.printf(
        Locale.ROOT,
        "checkout %.0f ms, git worktree add %.0f ms; collect %.0f ms%n",
        own,
        worktree,
        collect);
    return new Checkout(run, own, worktree, collect);
  }

  private static Removal remove(GitWorkspaces workspaces, Path root, Checkout checkout)
      throws Exception {
    double own = millis(() -> require(workspaces.remove(checkout.run), checkout.run));
    double rm = millis(() -> execute(root, "rm", "-rf", worktree(root, checkout.run).toString()));
    System.out.printf(Locale.ROOT, "remove %.0f ms, rm -rf %.0f ms%n", own, rm);
    return new Removal(own, rm);
  }

  private static Path worktree(Path root, RunId run) {
    return root.resolve("worktree-" + run.value());
  }

  private static double millis(ThrowingRunnable action) throws Exception {
    long began = System.nanoTime();
    action.run();
    return (System.nanoTime() - began) / 1e6;
  }

  private interface ThrowingRunnable {
    void run() throws Exception;
  }

  private static void require(boolean condition, Object found) {
    if (!condition) {
      throw new IllegalStateException("Not what was expected: " + found);
    }
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
    execute(directory, command);
  }

  private static void execute(Path directory, String... command)
      throws IOException, InterruptedException {
    int exit =
        new ProcessBuilder(command).directory(directory.toFile()).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
  }
}
