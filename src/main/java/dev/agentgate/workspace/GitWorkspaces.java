package dev.agentgate.workspace;

import dev.agentgate.git.Access;
import dev.agentgate.git.BranchName;
import dev.agentgate.git.BranchPush;
import dev.agentgate.git.Deadline;
import dev.agentgate.git.GitCommand;
import dev.agentgate.git.GitContext;
import dev.agentgate.git.GitException;
import dev.agentgate.git.GitHubHost;
import dev.agentgate.git.GitUrl;
import dev.agentgate.git.LocalGit;
import dev.agentgate.git.MirrorCache;
import dev.agentgate.git.MirrorCache.Remote;
import dev.agentgate.git.Revision;
import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkspaceSource;
import dev.agentgate.workspace.Baselines.Baseline;
import dev.agentgate.workspace.CommitBuilder.Built;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Creates workspaces with the {@code git} command line, one directory per run, for this user only.
 * Safe for use by many threads. Orders for the same repository wait for each other only during a
 * fetch. After a crash, a half-made workspace is left under its run's id, and {@link #remove}
 * removes it.
 */
public final class GitWorkspaces implements Workspaces, WorkspaceChanges, WorkspaceCommits {
  private static final Logger LOG = Logger.getLogger(GitWorkspaces.class);
  private static final String MIRRORS = ".mirrors";

  private final Path root;
  private final GitHubHost host;
  private final LocalRoots localRoots;
  private final MirrorCache mirrors;
  private final ReferredContent referred;
  private final GitCommand git;
  private final Baselines baselines;

  /**
   * Creates the root if it is missing.
   *
   * @param root {@code workspaces/} in the data directory; only this object writes there
   * @param token for private repositories on the host; sent nowhere else
   * @param notes receives notes about what a checkout leaves out
   */
  public GitWorkspaces(
      Path root,
      GitHubHost host,
      Optional<String> token,
      LocalRoots localRoots,
      CheckoutExtras extras,
      WorkspaceNotes notes,
      Clock clock) {
    this.host = host;
    this.localRoots = localRoots;
    try {
      DirectoryTree.create(root);
      this.root = root.toRealPath();
      List<String> hidden = new ArrayList<>(List.of(this.root.toString()));
      host.directory().ifPresent(hidden::add);
      this.git = new GitCommand(this.root.resolve(".gitconfig"), host, token, hidden);
      this.mirrors = new MirrorCache(this.root.resolve(MIRRORS), git, clock);
      this.baselines = new Baselines(this.root.resolve(".baselines"));
      this.referred =
          new ReferredContent(extras, mirrors, new SubmoduleSource(host, localRoots), notes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Path prepare(RunId run, WorkspaceSource source, Duration limit)
      throws WorkspaceFailedException, InterruptedException {
    return switch (source) {
      case WorkspaceSource.Local local ->
          localRoots
              .find(local.path())
              .orElseThrow(() ->
                  new WorkspaceFailedException(
                      "Local path is not a directory below an allowed root: " + local.path()));
      case WorkspaceSource.Empty empty -> make(run, Optional.empty(), limit);
      case WorkspaceSource.GitHub gitHub -> make(run, Optional.of(remote(gitHub)), limit);
      case WorkspaceSource.Git git -> make(run, Optional.of(remote(git)), limit);
    };
  }

  @Override
  public Path locate(RunId run, WorkspaceSource source) {
    if (source instanceof WorkspaceSource.Local local) {
      return localRoots.find(local.path()).orElse(Path.of(local.path()));
    }
    return directory(run);
  }

  @Override
  public Optional<DirectoryIdentity> identify(WorkspaceSource.Local source) {
    return localRoots.find(source.path()).flatMap(LocalRoots::identify);
  }

  @Override
  public boolean remove(RunId run) {
    boolean baselineGone = baselines.remove(run);
    boolean comparisonGone = DirectoryTree.remove(comparison(run));
    boolean publishingGone = DirectoryTree.remove(publishing(run));
    return DirectoryTree.remove(directory(run)) && baselineGone && comparisonGone && publishingGone;
  }

  @Override
  public Set<RunId> list() {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .map(entry -> RunId.parse(String.valueOf(entry.getFileName())))
          .flatMap(Optional::stream)
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean isOlder(RunId run, Instant than) {
    try {
      return Files.getLastModifiedTime(directory(run)).toInstant().isBefore(than);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public long size(RunId run) {
    return DirectorySize.of(directory(run));
  }

  @Override
  public int removeUnusedMirrors(Duration age) {
    return mirrors.removeUnused(age);
  }

  @Override
  public Optional<String> baseCommit(RunId run) {
    return baselines.find(run, root.resolve(MIRRORS)).map(Baseline::commit);
  }

  @Override
  public CollectedChanges collect(RunId run, Path patch, long maxPatchBytes, Duration limit)
      throws InterruptedException {
    Optional<Baseline> baseline;
    try {
      baseline = baselines.find(run, root.resolve(MIRRORS));
    } catch (UncheckedIOException e) {
      return new CollectedChanges.Failed(e.getMessage() + ".");
    }
    if (baseline.isEmpty()) {
      return new CollectedChanges.NoBase();
    }
    return new ChangeCollector(
            local(run, limit), baseline.get(), comparison(run), new PatchFile(patch, maxPatchBytes))
        .collect();
  }

  @Override
  public Optional<WorkspaceCommit> commit(
      RunId run, WorkspaceSource source, Signature signature, Duration limit)
      throws WorkspaceFailedException, InterruptedException {
    Optional<Remote> remote = remoteOf(source);
    Optional<Baseline> baseline = baselines.find(run, root.resolve(MIRRORS));
    if (remote.isEmpty() || baseline.isEmpty()) {
      throw new WorkspaceFailedException("The run has no checkout of a repository");
    }
    LocalGit workspace = unmarked(run, directory(run), limit);
    WorkTreeCapture capture = new WorkTreeCapture(workspace, baseline.get(), publishing(run));
    return commit(
        run,
        remote.get(),
        () -> new CommitBuilder(workspace, baseline.get(), capture).build(signature),
        capture::discard);
  }

  @Override
  public Optional<WorkspaceCommit> commit(
      RunId run, WorkspaceSource source, Patch patch, Signature signature, Duration limit)
      throws WorkspaceFailedException, InterruptedException {
    Remote remote =
        remoteOf(source)
            .orElseThrow(
                () -> new WorkspaceFailedException("The run has no checkout of a repository"));
    Path scratch = publishing(run);
    LocalGit checkout = unmarked(run, scratch.resolve("checkout"), limit);
    return commit(
        run,
        remote,
        () -> new PatchCommit(mirrors, checkout, scratch).build(remote, patch, signature),
        () -> {
          if (!DirectoryTree.remove(scratch)) {
            LOG.errorf("The files for publishing %s could not all be removed", run);
          }
        });
  }

  private interface Building {
    Optional<Built> build()
        throws IOException, GitException, WorkspaceFailedException, InterruptedException;
  }

  private static Optional<WorkspaceCommit> commit(
      RunId run, Remote remote, Building building, Runnable discard)
      throws WorkspaceFailedException, InterruptedException {
    boolean built = false;
    try {
      Optional<WorkspaceCommit> commit =
          building
              .build()
              .map(it ->
                  new WorkspaceCommit(
                      it.id(), new BranchPush(it.repository(), remote, it.id()), discard));
      built = commit.isPresent();
      return commit;
    } catch (GitException e) {
      throw new WorkspaceFailedException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      LOG.errorf(e, "The changes of %s cannot be committed", run);
      throw new WorkspaceFailedException("The changes could not be read or written", e);
    } finally {
      if (!built) {
        discard.run();
      }
    }
  }

  @Override
  public boolean isHere(RunId run) {
    return Files.isDirectory(directory(run));
  }

  private Path publishing(RunId run) {
    return root.resolve(".publishing").resolve(run.value());
  }

  private Optional<Remote> remoteOf(WorkspaceSource source) throws WorkspaceFailedException {
    return switch (source) {
      case WorkspaceSource.GitHub gitHub -> Optional.of(remote(gitHub));
      case WorkspaceSource.Git git -> Optional.of(remote(git));
      case WorkspaceSource.Local _, WorkspaceSource.Empty _ -> Optional.empty();
    };
  }

  /** Every git process carries the run's id, so that stopping the run finds it. */
  private LocalGit local(RunId run, Duration limit) {
    return unmarked(run, directory(run), limit).with(Map.of("AGENTGATE_RUN_ID", run.value()));
  }

  /** For a run that is over: a search for its processes must not find these. */
  private LocalGit unmarked(RunId run, Path directory, Duration limit) {
    return new LocalGit(git, new GitContext(run.value(), Map.of(), Deadline.in(limit)), directory);
  }

  private Path comparison(RunId run) {
    return root.resolve(".comparisons").resolve(run.value());
  }

  private Path directory(RunId run) {
    return root.resolve(run.value());
  }

  private Path make(RunId run, Optional<Remote> remote, Duration limit)
      throws WorkspaceFailedException, InterruptedException {
    LocalGit checkout = local(run, limit);
    Path directory = checkout.directory();
    boolean made = false;
    try {
      createEmpty(directory);
      if (remote.isPresent()) {
        Path mirror = mirrors.checkOut(checkout.context(), remote.get(), directory);
        referred.addTo(run, remote.get(), checkout);
        baselines.remember(run, checkout, mirror);
      }
      made = true;
      return directory;
    } catch (GitException e) {
      throw new WorkspaceFailedException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      LOG.errorf(e, "The workspace of %s cannot be written", run);
      throw new WorkspaceFailedException("The workspace could not be written", e);
    } finally {
      if (!made && !remove(run)) {
        LOG.errorf("The failed workspace of %s could not be removed completely", run);
      }
    }
  }

  private static void createEmpty(Path directory) throws IOException {
    try {
      DirectoryTree.createLeaf(directory);
    } catch (FileAlreadyExistsException e) {
      // An earlier process of the service may have begun it.
      DirectoryTree.remove(directory);
      DirectoryTree.createLeaf(directory);
    }
  }

  private Remote remote(WorkspaceSource.GitHub source) throws WorkspaceFailedException {
    if (!GitHubHost.isOwner(source.owner()) || !GitHubHost.isRepository(source.repo())) {
      throw new WorkspaceFailedException("The order does not name a GitHub repository");
    }
    return new Remote(
        host.remote(source.owner(), source.repo()),
        new Access(host.protocol(), true),
        revision(source.branch(), source.ref()));
  }

  private Remote remote(WorkspaceSource.Git source) throws WorkspaceFailedException {
    GitUrl.Accepted accepted =
        GitUrl.accept(source.url(), localRoots::find)
            .orElseThrow(() -> new WorkspaceFailedException("The order's git URL is not allowed"));
    return new Remote(
        accepted.url(),
        new Access(accepted.protocol(), false),
        revision(source.branch(), source.ref()));
  }

  /**
   * Checks the name again: it was valid when submitted, but the order's file may have been edited
   * since.
   */
  private static Revision revision(Optional<String> branch, Optional<String> ref)
      throws WorkspaceFailedException {
    if (branch.filter(name -> !BranchName.isValid(name)).isPresent()) {
      throw new WorkspaceFailedException("The order's branch name is not valid");
    }
    if (branch.isPresent()) {
      return new Revision.BranchOrTag(branch.get());
    }
    if (ref.isEmpty()) {
      return new Revision.DefaultBranch();
    }
    return Revision.ofRef(ref.get())
        .orElseThrow(() -> new WorkspaceFailedException("The order's ref is not valid"));
  }
}
