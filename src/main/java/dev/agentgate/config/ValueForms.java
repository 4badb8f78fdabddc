package dev.agentgate.config;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * Keeps values of the wrong form from the framework. It would accept some of them silently ({@code
 * ture} for false) and end the start at the others with its own message, before all problems can be
 * listed together. The framework gets a placeholder, and the value gets a mark that {@link
 * #problems} finds.
 */
@Priority(Priorities.APPLICATION + 200)
public final class ValueForms implements ConfigSourceInterceptor {
  private static final long serialVersionUID = 1L;

  /** The source name that marks a placeholder. */
  private static final String MARK = "agentgate: wrong form";

  private static final int MAX_SHOWN = 60;

  @Override
  public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
    @Nullable ConfigValue value = context.proceed(name);
    if (value == null || value.getValue() == null) {
      return value;
    }
    return Setting.of(name)
        .filter(setting -> !setting.takes(value.getValue()))
        .map(setting -> value.withValue(setting.form().placeholder).withConfigSourceName(MARK))
        .orElse(value);
  }

  /** The values that have the wrong form or are out of bounds, in the order of their keys. */
  public static List<Problem> problems(Config config) {
    Set<String> keys = new TreeSet<>();
    Setting.all().forEach(setting -> keys.add(setting.key()));
    config.getPropertyNames().forEach(keys::add);
    // A variable does not tell the key of an agent whose type contains a hyphen.
    AgentNames.in(List.copyOf(keys)).forEach(type -> keys.addAll(Setting.keysOfAgent(type)));
    List<Problem> problems = new ArrayList<>();
    for (String key : keys) {
      Setting.of(key).ifPresent(setting -> problems.addAll(problems(setting, key, config)));
    }
    return problems;
  }

  private static List<Problem> problems(Setting setting, String key, Config config) {
    var value = config.getConfigValue(key);
    if (MARK.equals(value.getSourceName())) {
      return List.of(malformed(key, setting.form(), String.valueOf(value.getRawValue())));
    }
    @Nullable String text = value.getValue();
    return text == null || text.isEmpty()
        ? List.of()
        : setting.bounds().problems(key, setting.form(), text);
  }

  private static Problem malformed(String key, ValueForm form, String text) {
    if (text.isEmpty()) {
      return new Problem(key, "is empty", "set a value, or remove the key");
    }
    String shown = text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "…" : text;
    return new Problem(
        key, form.reason + " (" + shown.replaceAll("\\p{Cntrl}", " ") + ")", form.remedy);
  }
}
