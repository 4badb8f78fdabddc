package dev.agentgate.api.access;

import dev.agentgate.workorder.ByteOrderMark;
import dev.agentgate.workorder.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The keys that callers may send. Only their digests are kept. */
public final class ApiKeys {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern DIGEST = Pattern.compile("[0-9A-Fa-f]{64}");
  private static final Pattern BLANKS = Pattern.compile("\\s+");
  private static final String ADMIN_KEY_NAME = "api-key";

  private final List<Key> keys;

  private ApiKeys(List<Key> keys) {
    this.keys = List.copyOf(keys);
  }

  /**
   * Reads the configured keys.
   *
   * @param adminKey one key with the role admin, in plain text
   * @param keysFile the lines of the keys file: {@code name role sha256-of-key-in-hex}; {@code #}
   *     starts a comment. A file without any key is refused, because it would open the service.
   * @throws InvalidKeysException if a line cannot be read, or if a name or a key appears twice
   */
  public static ApiKeys of(Optional<String> adminKey, Optional<List<String>> keysFile) {
    List<Key> keys = new ArrayList<>();
    adminKey.ifPresent(key -> keys.add(new Key(ADMIN_KEY_NAME, Role.ADMIN, Sha256.of(key))));
    if (keysFile.isPresent()) {
      keys.addAll(read(keysFile.get(), keys));
    }
    return new ApiKeys(keys);
  }

  /**
   * Reads the configured keys, as {@link #of} does.
   *
   * @throws IOException if the keys file cannot be read
   */
  public static ApiKeys read(Optional<String> adminKey, Optional<Path> keysFile)
      throws IOException {
    return of(
        adminKey,
        keysFile.isPresent() ? Optional.of(Files.readAllLines(keysFile.get())) : Optional.empty());
  }

  private static List<Key> read(List<String> lines, List<Key> others) {
    List<Key> known = new ArrayList<>(others);
    List<Key> read = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (int number = 1; number <= lines.size(); number++) {
      String line = lines.get(number - 1);
      if (number == 1) {
        line = ByteOrderMark.strip(line);
      }
      line = line.replaceFirst("#.*", "").strip();
      if (line.isEmpty()) {
        continue;
      }
      Optional<Key> key = parse(line);
      if (key.isEmpty()) {
        problems.add("line " + number + " is not of the form: name role sha256-of-key-in-hex");
      } else if (known.stream().anyMatch(other -> other.clashesWith(key.get()))) {
        problems.add("line " + number + " repeats a name or a key");
      } else {
        known.add(key.get());
        read.add(key.get());
      }
    }
    if (problems.isEmpty() && read.isEmpty()) {
      problems.add("it contains no key");
    }
    if (!problems.isEmpty()) {
      throw new InvalidKeysException(String.join("; ", problems));
    }
    return read;
  }

  private static Optional<Key> parse(String line) {
    String[] parts = BLANKS.split(line, -1);
    if (parts.length != 3
        || !NAME.matcher(parts[0]).matches()
        || !DIGEST.matcher(parts[2]).matches()) {
      return Optional.empty();
    }
    return Role.parse(parts[1])
        .map(role -> new Key(parts[0], role, HexFormat.of().parseHex(parts[2])));
  }

  /** Whether no key is configured. */
  public boolean isEmpty() {
    return keys.isEmpty();
  }

  /**
   * Finds the owner of a key. It takes the same time whichever key matches, and whether one does.
   *
   * @param presented the key in plain text
   */
  public Optional<Caller> find(String presented) {
    byte[] digest = Sha256.of(presented);
    Optional<Caller> found = Optional.empty();
    for (Key key : keys) {
      if (MessageDigest.isEqual(key.digest, digest)) {
        found = Optional.of(new Caller(key.name, key.role));
      }
    }
    return found;
  }

  /** The keys cannot be used. The message names lines, but never their content. */
  public static final class InvalidKeysException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidKeysException(String message) {
      super(message);
    }
  }

  private static final class Key {
    private final String name;
    private final Role role;
    private final byte[] digest;

    private Key(String name, Role role, byte[] digest) {
      this.name = name;
      this.role = role;
      this.digest = digest;
    }

    private boolean clashesWith(Key other) {
      return name.equals(other.name) || MessageDigest.isEqual(digest, other.digest);
    }
  }
}
