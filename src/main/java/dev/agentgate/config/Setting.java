package dev.agentgate.config;

import io.smallrye.config.common.utils.StringUtil;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The definition of one key in the interface {@link Settings}.
 *
 * @param key with {@code *} for the name of an agent or a model
 * @param optional whether an empty value means none, rather than a mistake
 */
record Setting(String key, ValueForm form, boolean optional, Bounds bounds) {
  static final String PREFIX = Settings.ROOT + ".";

  private static final String AGENTS = PREFIX + "agents.*.";

  /** The name of one member of a map; a setting's key has {@code *} in its place. */
  private static final Pattern MEMBER =
      Pattern.compile("(agentgate\\.(?:agents|prices))\\.(?:\"[^\"]+\"|[^.]+)\\.");

  /** By key. The native executable has them from its build and needs no reflection for them. */
  private static final Map<String, Setting> ALL = new TreeMap<>();

  static {
    addAll(Settings.class, PREFIX);
  }

  static Collection<Setting> all() {
    return ALL.values();
  }

  /** The setting with this key; empty if the service has no such setting. */
  static Optional<Setting> of(String key) {
    return key.startsWith(PREFIX)
        ? Optional.ofNullable(ALL.get(MEMBER.matcher(key).replaceFirst("$1.*.")))
        : Optional.empty();
  }

  /** Returns the keys of all settings of a type of agent. */
  static List<String> keysOfAgent(String type) {
    return ALL.keySet().stream()
        .filter(key -> key.startsWith(AGENTS))
        .map(key -> key.replace(AGENTS, PREFIX + "agents." + type + "."))
        .toList();
  }

  /** Whether a value has the right form. */
  boolean takes(String text) {
    return text.isEmpty() ? optional : form.takes(text);
  }

  private static void addAll(Class<?> group, String prefix) {
    for (Method method : group.getMethods()) {
      String key = prefix + StringUtil.skewer(method.getName());
      Type type = method.getGenericReturnType();
      boolean optional = raw(type) == Optional.class;
      if (raw(type) == Map.class) {
        addAll(raw(lastArgument(type)), key + ".*.");
      } else if (raw(type).getPackage() == Settings.class.getPackage()) {
        addAll(raw(type), key + ".");
      } else {
        ValueForm form = ValueForm.of(raw(optional ? lastArgument(type) : type));
        ALL.put(key, new Setting(key, form, optional, Bounds.of(method)));
      }
    }
  }

  private static Class<?> raw(Type type) {
    return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
  }

  private static Type lastArgument(Type type) {
    Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
    return arguments[arguments.length - 1];
  }
}
