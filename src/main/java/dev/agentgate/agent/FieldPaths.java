package dev.agentgate.agent;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which fields of an event are wanted, as a tree. A path is a list of names with dots between them;
 * {@code *} stands for every element of an array and every field of an object.
 */
final class FieldPaths {
  private final Map<String, FieldPaths> children = new HashMap<>();
  private @Nullable FieldPaths every;
  private String path = "";
  private boolean wanted;

  private FieldPaths() {}

  /** The tree of these paths. */
  static FieldPaths of(List<String> paths) {
    return of(paths, List.of());
  }

  /** The tree of these paths and those. */
  static FieldPaths of(List<String> paths, List<String> more) {
    FieldPaths root = new FieldPaths();
    paths.forEach(root::add);
    more.forEach(root::add);
    return root;
  }

  private void add(String wholePath) {
    FieldPaths node = this;
    for (String name : wholePath.split("\\.", -1)) {
      if (name.equals("*")) {
        FieldPaths below = node.every == null ? new FieldPaths() : node.every;
        node.every = below;
        node = below;
      } else {
        node = node.children.computeIfAbsent(name, _ -> new FieldPaths());
      }
    }
    node.path = wholePath;
    node.wanted = true;
  }

  /** What is wanted of this field; null: nothing. */
  @Nullable FieldPaths field(String name) {
    FieldPaths child = children.get(name);
    return child == null ? every : child;
  }

  /** What is wanted of each element of an array; null: nothing. */
  @Nullable FieldPaths element() {
    return every;
  }

  /** The whole path. */
  String path() {
    return path;
  }

  /** Whether the value itself is wanted: of a scalar, or the name of a field of {@code *}. */
  boolean isWanted() {
    return wanted;
  }

  /** Under which path the names of this object's fields are wanted; empty: they are not. */
  String namesPath() {
    return every != null && every.wanted ? every.path : "";
  }
}
