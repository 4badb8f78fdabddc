package dev.agentgate.workspace;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workspace.GitCommand.Access;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs git in one repository of this machine, without access to other hosts, for one run. */
record LocalGit(GitCommand git, RunId run, Path directory, Deadline deadline) {

  /**
   * Runs {@code git} in the repository.
   *
   * @return the end of its output
   * @throws GitFailedException if it failed
   */
  String run(String... arguments) throws WorkspaceFailedException, InterruptedException {
    return git.run(run, Access.LOCAL, deadline, here(arguments));
  }

  /**
   * Runs {@code git} in the repository and returns its whole output.
   *
   * @throws GitFailedException if it failed
   * @throws WorkspaceFailedException if the output was too long to keep
   */
  String readAll(String... arguments) throws WorkspaceFailedException, InterruptedException {
    return git.readAll(run, Access.LOCAL, deadline, here(arguments));
  }

  /**
   * Runs {@code git} in the repository, for output of any length.
   *
   * @see GitCommand#stream
   */
  void stream(Path input, GitCommand.Reader reader, String... arguments)
      throws WorkspaceFailedException, InterruptedException {
    git.stream(run, deadline, input, reader, here(arguments));
  }

  /** Returns the same for another directory. */
  LocalGit at(Path other) {
    return new LocalGit(git, run, other, deadline);
  }

  private String[] here(String... arguments) {
    List<String> all = new ArrayList<>(List.of("-C", directory.toString()));
    all.addAll(List.of(arguments));
    return all.toArray(String[]::new);
  }

  void configure(String key, String value) throws WorkspaceFailedException, InterruptedException {
    run("config", "--local", "--replace-all", key, value);
  }
}
