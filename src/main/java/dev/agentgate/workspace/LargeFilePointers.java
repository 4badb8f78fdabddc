package dev.agentgate.workspace;

import dev.agentgate.git.GitException;
import dev.agentgate.git.LocalGit;
import dev.agentgate.git.NulSeparated;
import dev.agentgate.git.RawName;
import dev.agentgate.workorder.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The files that Git LFS pointers of a base stand for. The work tree contains the files themselves.
 * Since no filter runs, only this class can tell whether a file still is the one that its pointer
 * names.
 *
 * @see <a href="https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md">Git LFS
 *     specification</a>
 */
final class LargeFilePointers {
  private static final Pattern POINTER =
      Pattern.compile("version \\S+\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\nsize (\\d{1,18})\n");
  private static final Pattern LINE =
      Pattern.compile("([0-9a-f]{64}) (\\d{1,18})\t(.+)", Pattern.DOTALL);
  private static final int MAX_POINTER = 1024;
  private static final int MAX_FILES = 100_000;

  private final Map<String, Pointer> pointers = new HashMap<>();

  private LargeFilePointers() {}

  private record Pointer(String sha256, long size) {}

  private record Entry(String name, String blob) {}

  /**
   * Records what the pointers of a checkout stand for. Call it before the agent gets the checkout.
   */
  static void remember(LocalGit checkout, Path file)
      throws IOException, GitException, InterruptedException {
    List<Entry> entries = new ArrayList<>();
    checkout.stream(
        Path.of("/dev/null"),
        output -> readEntries(output, entries),
        "ls-files",
        "-s",
        "-z",
        "--",
        ":(attr:filter=lfs)");
    if (entries.isEmpty()) {
      return;
    }
    Path blobs = file.resolveSibling(file.getFileName() + ".blobs");
    Files.write(blobs, entries.stream().map(Entry::blob).toList());
    checkout.stream(blobs, output -> write(output, entries, file), "cat-file", "--batch");
    Files.delete(blobs);
  }

  /**
   * Reads the record.
   *
   * @param file does not exist if there are no large files
   */
  static LargeFilePointers read(Path file) throws IOException {
    LargeFilePointers read = new LargeFilePointers();
    try (InputStream stream = Files.newInputStream(file)) {
      NulSeparated fields = new NulSeparated(stream);
      for (Optional<byte[]> field = fields.next(); field.isPresent(); field = fields.next()) {
        Matcher line = LINE.matcher(RawName.key(field.get()));
        if (line.matches()) {
          read.pointers.put(
              line.group(3), new Pointer(line.group(1), Long.parseLong(line.group(2))));
        }
      }
    } catch (NoSuchFileException e) {
      // There are no large files.
    }
    return read;
  }

  /** Whether a file is the one that the pointer of this name stands for. */
  boolean isUnchanged(byte[] name, Path file) throws IOException {
    Pointer pointer = pointers.get(RawName.key(name));
    return pointer != null
        && !Files.isSymbolicLink(file)
        && !Files.isExecutable(file)
        && Files.size(file) == pointer.size()
        && sha256(file).equals(pointer.sha256());
  }

  private static void readEntries(InputStream output, List<Entry> entries) throws IOException {
    NulSeparated fields = new NulSeparated(output);
    for (Optional<byte[]> field = fields.next(); field.isPresent(); field = fields.next()) {
      String entry = RawName.key(field.get());
      if (entry.startsWith("100644 ") && entries.size() < MAX_FILES) {
        entries.add(new Entry(entry.substring(entry.indexOf('\t') + 1), entry.split(" ", 3)[1]));
      }
    }
  }

  /** Reads {@code cat-file --batch}: {@code id SP type SP size LF content LF} for each blob. */
  private static void write(InputStream output, List<Entry> entries, Path file) throws IOException {
    DataInputStream blobs = new DataInputStream(new BufferedInputStream(output));
    try (OutputStream lines = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (Entry entry : entries) {
        String head = readLine(blobs);
        long size = Long.parseLong(head.substring(head.lastIndexOf(' ') + 1));
        if (size > MAX_POINTER) {
          blobs.skipNBytes(size + 1);
          continue;
        }
        String content = new String(blobs.readNBytes((int) size), StandardCharsets.ISO_8859_1);
        blobs.skipNBytes(1);
        Matcher pointer = POINTER.matcher(content);
        if (pointer.matches()) {
          String line = pointer.group(1) + " " + pointer.group(2) + "\t" + entry.name() + "\0";
          lines.write(RawName.ofKey(line));
        }
      }
    }
  }

  private static String readLine(DataInputStream stream) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = stream.readUnsignedByte(); b != '\n'; b = stream.readUnsignedByte()) {
      line.append((char) b);
    }
    return line.toString();
  }

  private static String sha256(Path file) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      MessageDigest digest = Sha256.start();
      new DigestInputStream(stream, digest).transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(digest.digest());
    }
  }
}
