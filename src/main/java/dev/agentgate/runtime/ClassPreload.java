package dev.agentgate.runtime;

import io.quarkus.runtime.Application;
import io.quarkus.runtime.ImageMode;
import io.quarkus.runtime.LaunchMode;
import jakarta.ws.rs.ext.RuntimeDelegate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.jboss.logging.Logger;

/**
 * Loads classes before they are needed: all that were written or generated for the service, and
 * those of its libraries that a list names. A class that is loaded on demand has two dangers:
 *
 * <ul>
 *   <li>It cannot be loaded after an upgrade has removed the application's directory, or while no
 *       descriptor is left to open its jar. Then an event loop hangs, or the stop does.
 *   <li>It pins a virtual thread to its carrier. Every carrier may be waiting for the lock of a jar
 *       while the owner of the lock waits for a monitor. If that monitor goes next to a virtual
 *       thread without a carrier, the whole service stands still. A cold JVM that adopts a few runs
 *       is enough to cause this.
 * </ul>
 *
 * <p>A native executable has all its classes.
 */
final class ClassPreload {
  private static final Logger LOG = Logger.getLogger(ClassPreload.class);

  private static final String SUFFIX = ".class";

  /** The client in the same jar, which the service never uses. */
  private static final String COMMAND_LINE = "dev/agentgate/cli/";

  /** The classes that every service loads in its life, one a line; see docs/contributing.md. */
  private static final String LIST = "classes.txt";

  /** What it also loads if its orders are in PostgreSQL. */
  private static final String POSTGRES_LIST = "classes-postgres.txt";

  /**
   * The loggers of the transaction manager that comes with the connections to a database. They look
   * for translations once, by classes that do not exist.
   */
  private static final List<String> LOOK_FOR_TRANSLATIONS =
      List.of(
          "com.arjuna.common.logging.commonLogger",
          "com.arjuna.ats.arjuna.logging.tsLogger",
          "com.arjuna.ats.jta.logging.jtaLogger");

  private static final List<Thread> LOADING = new CopyOnWriteArrayList<>();

  private ClassPreload() {}

  /** Loads them in a separate thread, while the start continues with slower work. */
  static void begin() {
    begin(() -> {
      List<String> names = new ArrayList<>(listed(LIST));
      names.addAll(besides(ClassPreload.class));
      names.addAll(besides(find(Application.APP_CLASS_NAME)));
      // A file names its implementation, and Java looks for the file once.
      RuntimeDelegate _ = RuntimeDelegate.getInstance();
      LOOK_FOR_TRANSLATIONS.forEach(ClassPreload::initialize);
      return names;
    });
  }

  /** Loads what is needed for orders in PostgreSQL. */
  static void beginForPostgres() {
    begin(() -> listed(POSTGRES_LIST));
  }

  private interface Names {
    List<String> list() throws ClassNotFoundException, IOException, URISyntaxException;
  }

  private static void begin(Names names) {
    if (ImageMode.current() == ImageMode.JVM && LaunchMode.current() == LaunchMode.NORMAL) {
      LOADING.add(Thread.ofPlatform().daemon().name("class-preload").start(() -> load(names)));
    }
  }

  /**
   * Waits until the classes are loaded, if loading has begun. Call it before the first virtual
   * thread.
   */
  static void await() {
    try {
      for (Thread thread : LOADING) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void load(Names names) {
    long began = System.nanoTime();
    try {
      long loaded = names.list().stream().filter(ClassPreload::load).count();
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
      LOG.debugf("Loaded %d classes in advance in %d ms", loaded, millis);
    } catch (ClassNotFoundException | IOException | URISyntaxException e) {
      LOG.warn("Classes are loaded only when they are needed", e);
    }
  }

  /** Ignores a class that cannot be loaded: it fails where it is needed. */
  private static boolean load(String name) {
    try {
      find(name);
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      LOG.debugf("%s cannot be loaded: %s", name, e);
      return false;
    }
  }

  private static void initialize(String name) {
    try {
      Class<?> _ = Class.forName(name, true, ClassPreload.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      LOG.debugf("%s cannot be initialized: %s", name, e);
    }
  }

  private static Class<?> find(String name) throws ClassNotFoundException {
    return Class.forName(name, false, ClassPreload.class.getClassLoader());
  }

  /** The classes in the jar that contains this class. */
  private static List<String> besides(Class<?> known) throws IOException, URISyntaxException {
    URI file = known.getProtectionDomain().getCodeSource().getLocation().toURI();
    try (JarFile jar = new JarFile(Path.of(file).toFile())) {
      return jar.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.endsWith(SUFFIX) && !name.startsWith(COMMAND_LINE))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()).replace('/', '.'))
          .toList();
    }
  }

  private static List<String> listed(String name) throws IOException {
    try (InputStream list = ClassPreload.class.getResourceAsStream(name)) {
      if (list == null) {
        throw new IOException("The list of classes is missing from the application");
      }
      return new BufferedReader(new InputStreamReader(list, StandardCharsets.UTF_8))
          .lines()
          .toList();
    }
  }
}
