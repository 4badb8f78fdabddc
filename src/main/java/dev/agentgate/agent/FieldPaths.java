package dev.agentgate.agent;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The wanted fields of an event, as a tree. A path is a list of names separated by dots. {@code *}
 * stands for every element of an array and every field of an object.
 */
final class FieldPaths {
  private final Map<String, FieldPaths> children = new HashMap<>();
  private @Nullable FieldPaths every;
  private String path = "";
  private boolean wanted;

  private FieldPaths() {}

  /** Returns the tree of these paths. */
  static FieldPaths of(List<String> paths) {
    return of(paths, List.of());
  }

  /** Returns the tree of the paths in both lists. */
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

  /** Returns the wanted part of this field; null if none of it is wanted. */
  @Nullable FieldPaths field(String name) {
    FieldPaths child = children.get(name);
    return child == null ? every : child;
  }

  /** Returns the wanted part of each element of an array; null if nothing is wanted. */
  @Nullable FieldPaths element() {
    return every;
  }

  /** Returns the whole path of this node. */
  String path() {
    return path;
  }

  /**
   * Whether the value itself is wanted: a scalar, or the name of a field that {@code *} stands for.
   */
  boolean isWanted() {
    return wanted;
  }

  /**
   * Returns the path under which this object's field names are wanted; empty if they are not
   * wanted.
   */
  String namesPath() {
    return every != null && every.wanted ? every.path : "";
  }
}
