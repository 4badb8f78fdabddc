package dev.agentgate.config;

import io.smallrye.config.common.utils.StringUtil;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The limits on a value of the right form, as the annotations of its setting give them. */
record Bounds(
    Optional<String> least, Optional<String> most, Optional<OneOf> words, boolean isAbsolutePath) {

  static Bounds of(Method setting) {
    return new Bounds(
        Optional.ofNullable(setting.getAnnotation(AtLeast.class)).map(AtLeast::value),
        Optional.ofNullable(setting.getAnnotation(AtMost.class)).map(AtMost::value),
        Optional.ofNullable(setting.getAnnotation(OneOf.class)),
        setting.isAnnotationPresent(AbsolutePath.class));
  }

  /** The range in words, like {@code at least 1 and at most 10}; empty if there is no limit. */
  String range() {
    return Stream.of(least.map("at least "::concat), most.map("at most "::concat))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(" and "));
  }

  /** Returns the fault of a value of this form. */
  List<Problem> problems(String key, ValueForm form, String text) {
    List<Problem> problems = new ArrayList<>();
    if (isOutOfRange(form, text)) {
      problems.add(new Problem(key, "is " + text.strip(), "set " + range()));
    }
    List<String> items = form == ValueForm.LIST ? List.of(StringUtil.split(text)) : List.of(text);
    words.flatMap(allowed -> unknownWord(allowed, key, items)).ifPresent(problems::add);
    if (isAbsolutePath) {
      items.forEach(item -> pathProblem(key, item).ifPresent(problems::add));
    }
    return problems;
  }

  private boolean isOutOfRange(ValueForm form, String text) {
    BigDecimal amount = form.amount(text).orElse(BigDecimal.ZERO);
    return least.flatMap(form::amount).filter(it -> amount.compareTo(it) < 0).isPresent()
        || most.flatMap(form::amount).filter(it -> amount.compareTo(it) > 0).isPresent();
  }

  private static Optional<Problem> unknownWord(
      OneOf allowed, String key, Collection<String> words) {
    TreeSet<String> choice = new TreeSet<>(List.of(allowed.value()));
    TreeSet<String> unknown = new TreeSet<>(words);
    unknown.removeAll(choice);
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Problem(
                key,
                "has an unknown " + allowed.kind() + ": " + String.join(", ", unknown),
                "choose from " + String.join(", ", choice)));
  }

  private static Optional<Problem> pathProblem(String key, String name) {
    try {
      return Path.of(name).isAbsolute()
          ? Optional.empty()
          : Optional.of(
              new Problem(
                  key,
                  "is not absolute (" + name + ")",
                  "write the path starting with /; ~ is not expanded"));
    } catch (InvalidPathException e) {
      return Optional.of(
          new Problem(
              key,
              "is not a path that this locale can express",
              "write an absolute path, and start the service with LC_ALL=C.UTF-8 if it is not"
                  + " ASCII"));
    }
  }
}
