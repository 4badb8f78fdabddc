package dev.agentgate.config;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.DocTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.doctree.SeeTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import io.smallrye.config.WithDefault;
import io.smallrye.config.common.utils.StringUtil;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** The manual's table of keys, made of the interfaces: their methods, annotations and Javadoc. */
final class ManualTable {
  static final String HEADER =
      "| key | environment | default | meaning |\n| --- | --- | --- | --- |\n";

  /** No variable can contain the name of a model. */
  private static final String OF_MODELS = "agentgate.prices.";

  private static final Path SOURCES = Path.of("src", "main", "java");

  private final StringBuilder rows = new StringBuilder(HEADER);

  private ManualTable() {}

  static String generate() throws IOException, ReflectiveOperationException {
    ManualTable table = new ManualTable();
    table.addAll(Settings.class, Setting.PREFIX);
    return table.rows.toString();
  }

  /** Adds the settings in the order of their declaration, which reflection does not know. */
  private void addAll(Class<?> group, String prefix)
      throws IOException, ReflectiveOperationException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Path source = SOURCES.resolve(group.getName().replace('.', '/') + ".java");
    try (var files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, List.of("-proc:none"), null, files.getJavaFileObjects(source));
      CompilationUnitTree file = task.parse().iterator().next();
      ClassTree type = (ClassTree) file.getTypeDecls().getFirst();
      for (Tree member : type.getMembers()) {
        if (member instanceof MethodTree method) {
          DocCommentTree comment =
              DocTrees.instance(task).getDocCommentTree(TreePath.getPath(file, method));
          add(group.getMethod(method.getName().toString()), prefix, comment);
        }
      }
    }
  }

  private void add(Method method, String prefix, DocCommentTree comment)
      throws IOException, ReflectiveOperationException {
    String key = prefix + StringUtil.skewer(method.getName());
    Class<?> type = method.getReturnType();
    if (type == Map.class) {
      var generic = (ParameterizedType) method.getGenericReturnType();
      addAll((Class<?>) generic.getActualTypeArguments()[1], key + ".*.");
    } else if (type.getPackage() == Settings.class.getPackage()) {
      addAll(type, key + ".");
    } else {
      Setting setting = Setting.of(key).orElseThrow();
      WithDefault value = method.getAnnotation(WithDefault.class);
      Objects.requireNonNull(comment, () -> key + " has no Javadoc");
      rows.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  named(key),
                  key.startsWith(OF_MODELS)
                      ? "–"
                      : "`" + EnvironmentTest.variableOf(named(key)) + "`",
                  value == null ? "–" : code(value.value()),
                  meaning(setting, comment).replace("|", "\\|")));
    }
  }

  private static String named(String key) {
    return key.replace("*", key.startsWith(OF_MODELS) ? "\"MODEL\"" : "TYPE");
  }

  private static String meaning(Setting setting, DocCommentTree comment) {
    Bounds bounds = setting.bounds();
    List<String> sentences = new ArrayList<>();
    if (setting.form() == ValueForm.SIZE) {
      sentences.add("Size.");
    }
    if (bounds.isAbsolutePath()) {
      sentences.add(setting.form() == ValueForm.LIST ? "Absolute paths." : "Absolute path.");
    }
    sentences.add(textOf(comment.getFullBody()));
    // That there is no less than none goes without saying.
    if (bounds.most().isPresent() || !isZero(setting, bounds.least().orElse("0"))) {
      sentences.add(
          bounds.range().substring(0, 1).toUpperCase(Locale.ROOT)
              + bounds.range().substring(1)
              + ".");
    }
    bounds
        .words()
        .ifPresent(words ->
            sentences.add(
                Arrays.stream(words.value())
                    .map(ManualTable::code)
                    .collect(Collectors.joining(", ", "Choose from ", "."))));
    for (DocTree tag : comment.getBlockTags()) {
      if (tag instanceof SeeTree see) {
        sentences.add(linkTo(textOf(see.getReference()).replace("\"", "")));
      }
    }
    return String.join(" ", sentences).replaceFirst("\\.$", "");
  }

  private static boolean isZero(Setting setting, String amount) {
    return setting.form().amount(amount).filter(it -> it.signum() != 0).isEmpty();
  }

  private static String textOf(List<? extends DocTree> trees) {
    return trees.stream()
        .map(tree ->
            tree instanceof LiteralTree literal
                ? code(literal.getBody().getBody().strip())
                : tree.toString())
        .collect(Collectors.joining())
        .replaceAll("\\s+", " ")
        .strip();
  }

  private static String linkTo(String heading) {
    String anchor = heading.toLowerCase(Locale.ROOT).replace(' ', '-');
    return "See [" + heading + "](#" + anchor + ").";
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
