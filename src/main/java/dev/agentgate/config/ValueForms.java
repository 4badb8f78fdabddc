package dev.agentgate.config;

import dev.agentgate.config.ConfigurationKeys.Form;
import dev.agentgate.config.ConfigurationKeys.Rule;
import dev.agentgate.config.StartupChecks.Problem;
import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Keeps values of the wrong form from the framework, which would take some silently ({@code ture}
 * for false) and end the start at the others with words of its own, before {@link StartupChecks}
 * can name them among all problems. The framework gets a placeholder, and the value a mark that
 * {@link #problems} finds.
 */
@Priority(Priorities.APPLICATION + 200)
public final class ValueForms implements ConfigSourceInterceptor {
  private static final long serialVersionUID = 1L;

  /** The name of the source of a placeholder. */
  private static final String MARK = "agentgate: not of its form";

  private static final int MAX_SHOWN = 60;

  @Override
  public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
    @Nullable ConfigValue value = context.proceed(name);
    if (value == null || value.getValue() == null) {
      return value;
    }
    String text = value.getValue();
    Optional<Rule> rule = ConfigurationKeys.rule(name);
    if (rule.isEmpty() || (text.isEmpty() ? rule.get().emptyIsUnset() : takes(rule.get(), text))) {
      return value;
    }
    return value.withValue(rule.get().form().placeholder).withConfigSourceName(MARK);
  }

  private static boolean takes(Rule rule, String text) {
    return rule.form().takes(text);
  }

  /** The values that are not of their form, in the order of their keys. */
  static List<Problem> problems(Config config) {
    Set<String> keys = new TreeSet<>(ConfigurationKeys.all());
    config.getPropertyNames().forEach(keys::add);
    List<Problem> problems = new ArrayList<>();
    for (String key : keys) {
      ConfigurationKeys.rule(key)
          .ifPresent(rule -> {
            org.eclipse.microprofile.config.ConfigValue value = config.getConfigValue(key);
            if (MARK.equals(value.getSourceName())) {
              problems.add(problem(key, rule.form(), String.valueOf(value.getRawValue())));
            }
          });
    }
    return problems;
  }

  private static Problem problem(String key, Form form, String text) {
    if (text.isEmpty()) {
      return new Problem(key, "is empty", "set a value, or take the key out");
    }
    String shown = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text;
    return new Problem(
        key, form.reason + " (" + shown.replaceAll("\\p{Cntrl}", " ") + ")", form.remedy);
  }
}
