package dev.agentgate.config;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.Priorities;
import jakarta.annotation.Priority;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Treats {@code agentgate.agents."shell".enabled} and {@code agentgate.agents.shell.enabled} as the
 * same key.
 *
 * <p>A properties file may quote a map's key; a variable ({@code AGENTGATE_AGENTS_SHELL_ENABLED})
 * cannot. SmallRye Config takes the two for different agents, and the second one lacks its command.
 * If a key has both spellings, the one from the stronger source wins, as always.
 */
@Priority(Priorities.APPLICATION + 100)
public final class AgentNames implements ConfigSourceInterceptor {
  private static final long serialVersionUID = 1L;

  private static final String PREFIX = "agentgate.agents.";
  private static final Pattern QUOTED =
      Pattern.compile("agentgate\\.agents\\.\"([A-Za-z0-9_-]+)\"\\.(.+)");
  private static final Pattern PLAIN =
      Pattern.compile("agentgate\\.agents\\.([A-Za-z0-9_-]+)\\.(.+)");

  /** Returns the types of agents that these keys name. */
  static Set<String> in(Collection<String> keys) {
    Set<String> types = new TreeSet<>();
    for (String key : keys) {
      Matcher plain = PLAIN.matcher(key);
      if (plain.matches()) {
        types.add(plain.group(1));
      }
    }
    return types;
  }

  @Override
  public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
    @Nullable ConfigValue value = context.proceed(name);
    if (!name.startsWith(PREFIX)) {
      return value;
    }
    Matcher plain = PLAIN.matcher(name);
    if (!plain.matches()) {
      return value;
    }
    @Nullable ConfigValue quoted =
        context.proceed(PREFIX + '"' + plain.group(1) + "\"." + plain.group(2));
    if (quoted == null) {
      return value;
    }
    return value == null || quoted.getConfigSourceOrdinal() > value.getConfigSourceOrdinal()
        ? quoted.withName(name)
        : value;
  }

  @Override
  public Iterator<String> iterateNames(ConfigSourceInterceptorContext context) {
    Set<String> names = new LinkedHashSet<>();
    context
        .iterateNames()
        .forEachRemaining(name -> {
          Matcher quoted = QUOTED.matcher(name);
          names.add(quoted.matches() ? PREFIX + quoted.group(1) + "." + quoted.group(2) : name);
        });
    return names.iterator();
  }
}
