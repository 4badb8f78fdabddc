package dev.agentgate.workspace;

import dev.agentgate.git.GitException;
import dev.agentgate.git.GitFailedException;
import dev.agentgate.git.LocalGit;
import dev.agentgate.git.MirrorCache;
import dev.agentgate.git.MirrorCache.Remote;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workspace.Submodules.Submodule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Fetches what a repository refers to beside its own objects: submodules and files kept in Git LFS.
 * Fetches only what the operator allows, and reports in the run's log what is left out.
 */
final class ReferredContent {
  /** A repository can refer to itself, so the depth needs a limit. */
  private static final int DEEPEST = 8;

  /** The number of submodules needs a limit too, because each level can multiply the next. */
  private static final int MOST = 256;

  private final CheckoutExtras extras;
  private final MirrorCache mirrors;
  private final SubmoduleSource sources;
  private final WorkspaceNotes notes;

  ReferredContent(
      CheckoutExtras extras, MirrorCache mirrors, SubmoduleSource sources, WorkspaceNotes notes) {
    this.extras = extras;
    this.mirrors = mirrors;
    this.sources = sources;
    this.notes = notes;
  }

  /** Adds this content to a freshly checked out repository. */
  void addTo(RunId run, Remote remote, LocalGit repository)
      throws GitException, WorkspaceFailedException, InterruptedException, IOException {
    new Additions(run).addTo(remote, repository, 0);
  }

  /** Adds content to one workspace and counts its submodules. */
  private final class Additions {
    private final RunId run;
    private int submodules;

    Additions(RunId run) {
      this.run = run;
    }

    void addTo(Remote remote, LocalGit here, int depth)
        throws GitException, WorkspaceFailedException, InterruptedException, IOException {
      addLargeFiles(remote, here);
      if (!extras.submodules()) {
        if (Submodules.exist(here)) {
          notes.tell(
              run,
              "this repository has submodules; their directories stay empty, because"
                  + " agentgate.workspace.submodules is false");
        }
        return;
      }
      List<Submodule> named = Submodules.read(here, MOST - submodules);
      if (!named.isEmpty() && depth == DEEPEST) {
        throw new WorkspaceFailedException(
            "The submodules are nested more than " + DEEPEST + " deep");
      }
      for (Submodule submodule : named) {
        add(submodule, remote, here, depth);
      }
    }

    private void add(Submodule submodule, Remote parent, LocalGit here, int depth)
        throws GitException, WorkspaceFailedException, InterruptedException, IOException {
      submodules++;
      Remote remote =
          sources
              .find(submodule.url(), parent, submodule.commit())
              .orElseThrow(() ->
                  new WorkspaceFailedException(
                      "The submodule "
                          + submodule.shown()
                          + " has a url that is not allowed: "
                          + Submodules.shown(submodule.url())));
      Optional<Path> directory = Submodules.directory(here.directory(), submodule);
      if (directory.isEmpty()) {
        throw new WorkspaceFailedException(
            "The submodule "
                + submodule.shown()
                + " has no empty directory to be checked out into");
      }
      try {
        mirrors.checkOut(here.context(), remote, directory.get());
      } catch (GitFailedException e) {
        throw new WorkspaceFailedException(
            "The submodule " + submodule.shown() + " could not be checked out: " + e.getMessage(),
            e);
      }
      here.configure("submodule." + submodule.name() + ".url", remote.url());
      here.configure("submodule." + submodule.name() + ".active", "true");
      addTo(remote, here.at(directory.get()), depth + 1);
    }

    private void addLargeFiles(Remote remote, LocalGit here)
        throws GitException, WorkspaceFailedException, InterruptedException {
      if (here.run("ls-files", "--", ":(attr:filter=lfs)").isBlank()) {
        return;
      }
      if (extras.lfs()) {
        LargeFiles.fetch(here, remote);
      } else {
        notes.tell(
            run,
            "this repository keeps files in Git LFS; they stay pointers, because"
                + " agentgate.workspace.lfs is false");
      }
    }
  }
}
