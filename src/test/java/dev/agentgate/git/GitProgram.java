package dev.agentgate.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Git as a person uses it, without what this machine's user configured. */
public final class GitProgram {
  private GitProgram() {}

  public static String git(Path directory, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    return execute(directory, command);
  }

  /**
   * Makes the repository {@code acme/shop.git} with one commit of a file, below a directory.
   *
   * @return the repository, which is bare
   */
  public static Path publishShop(Path repositories) throws Exception {
    git(repositories, "init", "-q", "-b", "main", "author");
    Path author = repositories.resolve("author");
    Files.writeString(author.resolve("file.txt"), "old\n");
    git(author, "add", "-A");
    git(author, "commit", "-q", "-m", "base");
    git(repositories, "clone", "-q", "--bare", "author", "acme/shop.git");
    return repositories.resolve("acme/shop.git");
  }

  public static String execute(Path directory, List<String> command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.redirectErrorStream(true);
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    builder.environment().put("GIT_CONFIG_NOSYSTEM", "1");
    for (String role : List.of("AUTHOR", "COMMITTER")) {
      builder.environment().put("GIT_" + role + "_NAME", "Tester");
      builder.environment().put("GIT_" + role + "_EMAIL", "tester@example.com");
    }
    Process process = builder.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(() -> command + ": " + output).isZero();
    return output;
  }
}
