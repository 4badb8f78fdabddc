package dev.agentgate.cli.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The version of this executable. */
public final class Version {
  private static final String RESOURCE = "/dev/agentgate/cli/version.txt";

  private Version() {}

  /** As the build wrote it. */
  public static String text() {
    try (InputStream resource = Version.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        return "development";
      }
      return new String(resource.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether this is the native executable. */
  public static boolean isNative() {
    return System.getProperty("org.graalvm.nativeimage.imagecode") != null;
  }

  /** What runs it, for people. */
  public static String runtime() {
    return isNative() ? "native" : "Java " + System.getProperty("java.version");
  }
}
