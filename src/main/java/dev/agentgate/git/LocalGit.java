package dev.agentgate.git;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs git in one repository of this machine, without access to other hosts. */
public record LocalGit(GitCommand git, GitContext context, Path directory) {

  /**
   * Runs {@code git} in the repository.
   *
   * @return the end of its output
   * @throws GitFailedException if it failed
   */
  public String run(String... arguments) throws GitException, InterruptedException {
    return git.run(context, Access.LOCAL, here(arguments));
  }

  /**
   * Runs {@code git} in the repository and returns its whole output.
   *
   * @throws GitFailedException if it failed
   * @throws GitException if the output was too long to keep
   */
  public String readAll(String... arguments) throws GitException, InterruptedException {
    return git.readAll(context, Access.LOCAL, here(arguments));
  }

  /**
   * Runs {@code git} in the repository, for output of any length.
   *
   * @see GitCommand#stream
   */
  public void stream(Path input, GitCommand.Reader reader, String... arguments)
      throws GitException, InterruptedException {
    git.stream(context, input, reader, here(arguments));
  }

  /** Returns the same with more variables in the environment of git. */
  public LocalGit with(Map<String, String> variables) {
    return new LocalGit(git, context.with(variables), directory);
  }

  /** Returns the same for another directory. */
  public LocalGit at(Path other) {
    return new LocalGit(git, context, other);
  }

  private String[] here(String... arguments) {
    List<String> all = new ArrayList<>(List.of("-C", directory.toString()));
    all.addAll(List.of(arguments));
    return all.toArray(String[]::new);
  }

  public void configure(String key, String value) throws GitException, InterruptedException {
    run("config", "--local", "--replace-all", key, value);
  }
}
