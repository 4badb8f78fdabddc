package dev.agentgate.api.page;

import dev.agentgate.api.access.Area;
import dev.agentgate.workorder.Sha256;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * The files of the page. The document, {@code index.html}, names every other file, so it is also
 * the list of what is served. One hash over all files is part of their paths: they may be cached
 * forever, and a module imports another by its plain name.
 */
final class PageFiles {
  private static final String DOCUMENT = "index.html";

  /** What the document says in place of the directory of the files. */
  private static final String PLACEHOLDER = "{files}";

  private static final Pattern NAMED =
      Pattern.compile("\"" + Pattern.quote(PLACEHOLDER) + "/([A-Za-z0-9./-]+)\"");
  private static final int HASH_LENGTH = 16;

  /** A file with its media type. */
  record PageFile(String type, Buffer plain, Buffer gzipped) {
    private static PageFile of(String name, byte[] content) {
      return new PageFile(typeOf(name), Buffer.buffer(content), Buffer.buffer(gzip(content)));
    }
  }

  private final String hash;
  private final PageFile document;
  private final Map<String, PageFile> files;

  private PageFiles(String hash, PageFile document, Map<String, PageFile> files) {
    this.hash = hash;
    this.document = document;
    this.files = files;
  }

  /** Reads all files from the application. */
  static PageFiles read() {
    byte[] template = resource(DOCUMENT);
    String html = new String(template, StandardCharsets.UTF_8);
    MessageDigest digest = Sha256.start();
    digest.update(template);
    Map<String, PageFile> files = new LinkedHashMap<>();
    Matcher named = NAMED.matcher(html);
    while (named.find()) {
      byte[] content = resource(named.group(1));
      digest.update(content);
      files.put(named.group(1), PageFile.of(named.group(1), content));
    }
    String hash = HexFormat.of().formatHex(digest.digest()).substring(0, HASH_LENGTH);
    String filled = html.replace(PLACEHOLDER, Area.PAGE_FILES + hash);
    return new PageFiles(
        hash, PageFile.of(DOCUMENT, filled.getBytes(StandardCharsets.UTF_8)), files);
  }

  /** The hash over all files. */
  String hash() {
    return hash;
  }

  /** The document, which is the same for every screen. */
  PageFile document() {
    return document;
  }

  /**
   * Finds a file.
   *
   * @param path below {@link Area#PAGE_FILES}: the hash, a slash and the name
   */
  Optional<PageFile> find(String path) {
    String prefix = hash + "/";
    return path.startsWith(prefix)
        ? Optional.ofNullable(files.get(path.substring(prefix.length())))
        : Optional.empty();
  }

  private static String typeOf(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "html" -> "text/html;charset=UTF-8";
      case "css" -> "text/css;charset=UTF-8";
      case "js" -> "text/javascript;charset=UTF-8";
      case "svg" -> "image/svg+xml";
      default -> throw new IllegalStateException("The page has no files such as " + name);
    };
  }

  private static byte[] resource(String name) {
    try (InputStream file = PageFiles.class.getResourceAsStream("/dev/agentgate/page/" + name)) {
      if (file == null) {
        throw new IllegalStateException("The page lacks its file " + name);
      }
      return file.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
