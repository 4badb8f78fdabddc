package dev.agentgate.output;

import dev.agentgate.execution.PortableFiles;
import dev.agentgate.linux.DirectoryTree;
import dev.agentgate.workorder.RunId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/** Takes the files of a run out of its directory, and makes such a directory elsewhere. */
public final class RunFilesTransfer implements PortableFiles {
  static final int PIECE = 256 * 1024;

  /** The name of a file in each directory that holds a copy. */
  private static final String COPY = "copy";

  /** The name of a directory that is being filled begins with it. */
  private static final String ASIDE = ".restoring-";

  private final RunDirectories directories;

  public RunFilesTransfer(RunDirectories directories) {
    this.directories = directories;
  }

  /** A part of a file. */
  private record Extent(Path file, long from, long to) {
    long length() {
      return Math.max(0, to - from);
    }
  }

  private List<Extent> extents(RunId run) throws IOException {
    RunDirectory directory = directories.of(run);
    RunLogFile log = new RunLogFile(directory);
    RunLogHole hole = log.hole();
    long size = size(log.file());
    long head = hole.exists() ? Math.min(size, hole.start()) : size;
    long tail = hole.exists() ? Math.min(size, hole.position(hole.end())) : size;
    return List.of(
        new Extent(log.file(), 0, head),
        new Extent(log.file(), tail, size),
        whole(log.holeFile()),
        whole(directory.changesFile()),
        whole(directory.patchFile()));
  }

  private static Extent whole(Path file) throws IOException {
    return new Extent(file, 0, size(file));
  }

  /** An agent may have put anything in the place of a file. */
  private static long size(Path file) throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? Files.size(file) : 0;
  }

  @Override
  public long exportSize(RunId run) throws IOException {
    return extents(run).stream().mapToLong(Extent::length).sum();
  }

  @Override
  public void export(RunId run, PieceSink to) throws IOException {
    for (Extent extent : extents(run)) {
      if (extent.length() > 0) {
        export(extent, to);
      }
    }
  }

  private static void export(Extent extent, PieceSink to) throws IOException {
    try (FileChannel in =
        FileChannel.open(
            extent.file(), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
      long position = extent.from();
      while (position < extent.to()) {
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, extent.to() - position));
        while (piece.hasRemaining() && in.read(piece, position + piece.position()) > 0) {}
        if (piece.position() == 0) {
          return;
        }
        byte[] bytes = new byte[piece.position()];
        piece.flip().get(bytes);
        to.take(String.valueOf(extent.file().getFileName()), position, bytes);
        position += bytes.length;
      }
    }
  }

  @Override
  public void restore(RunId run, PieceSource from) throws IOException {
    Path target = directories.of(run).path();
    Path aside = directories.root().resolve(ASIDE + run.value());
    boolean _ = DirectoryTree.remove(aside);
    Files.createDirectory(
        aside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try {
      from.writeTo((file, position, bytes) -> write(fileIn(aside, file), position, bytes));
      Files.createFile(aside.resolve(COPY));
      Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      boolean _ = DirectoryTree.remove(aside);
    }
  }

  @Override
  public List<RunId> restored() {
    return directories.list().stream()
        .filter(run -> Files.exists(directories.of(run).path().resolve(COPY)))
        .toList();
  }

  /** A name from elsewhere must not lead out of the directory. */
  private static Path fileIn(Path directory, String name) throws IOException {
    Path file = directory.resolve(name);
    if (!directory.equals(file.getParent())) {
      throw new IOException("Not the name of a file: " + name);
    }
    return file;
  }

  private static void write(Path file, long position, byte[] bytes) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        int _ = out.write(buffer, position + buffer.position());
      }
    }
  }
}
