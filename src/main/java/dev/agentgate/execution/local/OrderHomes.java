package dev.agentgate.execution.local;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.COPY_ATTRIBUTES;

import dev.agentgate.agent.AgentHome;
import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.workorder.WorkOrder;
import dev.agentgate.workorder.WorkOrderId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The home directories of orders whose agents have a home for each order. All runs of an order
 * share its home, so an agent finds its sessions again. A home exists completely or not at all.
 */
public final class OrderHomes {
  /** No agent has a home for each order. */
  public static final OrderHomes NONE = new OrderHomes(Path.of("/nonexistent"), Map.of());

  private static final String UNFINISHED = ".new";
  private static final String OWNER_ONLY = "rwx------";

  private final Path root;
  private final Map<String, Optional<Path>> templates;

  /**
   * @param root the directory of all homes; is created if necessary
   * @param templates for each type of agent that has a home for each order, the directory whose
   *     content a new home gets, if any
   */
  public OrderHomes(Path root, Map<String, Optional<Path>> templates) {
    this.root = root;
    this.templates = Map.copyOf(templates);
  }

  /** Returns where the home of an order is, if it has one of its own. */
  Optional<Path> of(WorkOrder order) {
    return templates.containsKey(order.spec().agentType())
        ? Optional.of(path(order.id()))
        : Optional.empty();
  }

  private Path path(WorkOrderId order) {
    return root.resolve(order.value());
  }

  /** Creates and fills the home of an order, if it has one of its own and that is not there yet. */
  void prepare(WorkOrder order) throws IOException, InterruptedException {
    Path home = path(order.id());
    if (of(order).isEmpty() || Files.isDirectory(home, NOFOLLOW_LINKS)) {
      return;
    }
    Optional<Path> template = templates.getOrDefault(order.spec().agentType(), Optional.empty());
    DirectoryTree.create(root);
    Path unfinished = unfinished(order.id());
    if (!DirectoryTree.remove(unfinished)) {
      throw new IOException("An unfinished home is in the way");
    }
    try {
      if (template.isPresent()) {
        Path from = template.get().toRealPath();
        Files.walkFileTree(from, new Copier(from, unfinished));
      }
      DirectoryTree.create(unfinished);
      Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString(OWNER_ONLY));
      Files.createDirectories(unfinished.resolve(AgentHome.TEMPORARY));
      Files.move(unfinished, home, ATOMIC_MOVE);
    } catch (InterruptedIOException e) {
      DirectoryTree.remove(unfinished);
      throw new InterruptedException("The run was stopped");
    } catch (IOException e) {
      DirectoryTree.remove(unfinished);
      throw e;
    }
  }

  private Path unfinished(WorkOrderId order) {
    return root.resolve(order.value() + UNFINISHED);
  }

  /** Copies what is below a directory: files and directories with their modes, links as links. */
  private static final class Copier extends SimpleFileVisitor<Path> {
    private final Path from;
    private final Path to;

    Copier(Path from, Path to) {
      this.from = from;
      this.to = to;
    }

    private Path target(Path source) {
      return to.resolve(from.relativize(source).toString());
    }

    @Override
    public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
        throws IOException {
      if (Thread.interrupted()) {
        throw new InterruptedIOException();
      }
      DirectoryTree.createLeaf(target(directory));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      // Last, because a directory may be read-only.
      Files.setPosixFilePermissions(target(directory), Files.getPosixFilePermissions(directory));
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      // A socket or a pipe belongs to the program that listens to it.
      if (!attributes.isOther()) {
        Files.copy(file, target(file), NOFOLLOW_LINKS, COPY_ATTRIBUTES);
      }
      return FileVisitResult.CONTINUE;
    }
  }

  /** Removes the home of an order; returns false if a part of it is left. Idempotent. */
  boolean remove(WorkOrderId order) {
    boolean unfinishedGone = DirectoryTree.remove(unfinished(order));
    return DirectoryTree.remove(path(order)) && unfinishedGone;
  }

  /** Returns the orders that have a home, finished or not. */
  Set<WorkOrderId> list() {
    try (Stream<Path> homes = Files.list(root)) {
      return homes
          .map(home -> String.valueOf(home.getFileName()))
          .map(name ->
              name.endsWith(UNFINISHED)
                  ? name.substring(0, name.length() - UNFINISHED.length())
                  : name)
          .flatMap(name -> WorkOrderId.parse(name).stream())
          .collect(Collectors.toUnmodifiableSet());
    } catch (NoSuchFileException e) {
      return Set.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
