package dev.agentgate.runtime.check;

import dev.agentgate.config.AgentConfig;
import dev.agentgate.config.ConfiguredPaths;
import dev.agentgate.config.Problem;
import dev.agentgate.config.Settings;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks that the homes of orders can be filled. */
@Singleton
class HomesCheck implements StartCheck {
  private final Map<String, AgentConfig> agents;
  private final Optional<Path> dataDirectory;

  HomesCheck(Settings settings) {
    agents = new TreeMap<>(settings.agents());
    dataDirectory = ConfiguredPaths.absolute(settings.dataDir());
  }

  @Override
  public Stream<Problem> problems() {
    return agents.entrySet().stream()
        .flatMap(agent -> problem(agent.getKey(), agent.getValue()).stream());
  }

  private Optional<Problem> problem(String type, AgentConfig agent) {
    Optional<Path> template = agent.homeTemplate().flatMap(ConfiguredPaths::absolute);
    if (template.isEmpty()) {
      return Optional.empty();
    }
    String key = "agentgate.agents.\"" + type + "\".home-template";
    if (!agent.home().equals("order")) {
      return Optional.of(
          new Problem(
              key,
              "has no effect, because orders of this agent have no homes of their own",
              "set agentgate.agents.\"" + type + "\".home to order, or remove the key"));
    }
    if (!Files.isDirectory(template.get())) {
      return Optional.of(
          new Problem(
              key, "is not a directory (" + template.get() + ")", "create it, or remove the key"));
    }
    if (dataDirectory.filter(data -> data.startsWith(template.get())).isPresent()) {
      return Optional.of(
          new Problem(
              key,
              "contains the data directory (" + template.get() + ")",
              "name a directory that holds only what a new home needs"));
    }
    return unreadable(template.get())
        .map(path ->
            new Problem(
                key,
                "contains something that the service may not read (" + path + ")",
                "let the service's user read it, or remove it from the directory"));
  }

  /** Returns the first file or directory below this one that cannot be read. */
  private static Optional<Path> unreadable(Path directory) {
    FirstUnreadable visitor = new FirstUnreadable();
    try {
      Files.walkFileTree(directory.toRealPath(), visitor);
    } catch (IOException e) {
      return Optional.of(directory);
    }
    return Optional.ofNullable(visitor.found);
  }

  private static final class FirstUnreadable extends SimpleFileVisitor<Path> {
    private @Nullable Path found;

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      return !attributes.isRegularFile() || Files.isReadable(file)
          ? FileVisitResult.CONTINUE
          : stop(file);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return stop(file);
    }

    private FileVisitResult stop(Path at) {
      found = at;
      return FileVisitResult.TERMINATE;
    }
  }
}
