package dev.agentgate.config;

import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Every key of the service's own, the form of its value, and the variables that may set them. */
final class ConfigurationKeys {
  static final String PREFIX = "agentgate.";

  private static final String VARIABLE_PREFIX = "AGENTGATE_";
  private static final String FILE = "_FILE";
  private static final char UNDECODED = '\uFFFD';

  /** A comma that is not escaped, and after it another one or the end. */
  private static final Pattern EMPTY_ITEM = Pattern.compile("(?<!\\\\),(?=,|\\z)");

  private static final Set<String> BOOLEANS =
      Set.of("true", "yes", "y", "on", "1", "false", "no", "n", "off", "0");

  /** How a value is written. */
  enum Form {
    BOOLEAN("false", "is neither true nor false", "write true or false") {
      @Override
      void parse(String text) {
        // The framework takes whatever it does not know for false.
        if (!BOOLEANS.contains(text.toLowerCase(Locale.ROOT))) {
          throw new IllegalArgumentException();
        }
      }
    },
    NUMBER("1", "is not a whole number", "write one like 10") {
      @Override
      void parse(String text) {
        Integer.parseInt(text);
      }
    },
    TIME("1s", "is not a valid duration", "write one like 500ms, 30s, 10m, 2h, 7d or PT20S") {
      @Override
      void parse(String text) {
        DurationConverter.parseDuration(text);
      }
    },
    SIZE("1M", "is not a valid size", "write bytes, or a unit as in 512K, 64M or 1G") {
      @Override
      void parse(String text) {
        new MemorySizeConverter().convert(text);
      }
    },
    /** Texts, separated by commas. */
    LIST(
        "-", "has an empty item", "take the extra comma out, or write \\, for a comma in an item") {
      @Override
      boolean takes(String text) {
        // The framework drops such an item, and an agent's other arguments would move up.
        return !text.startsWith(",") && !EMPTY_ITEM.matcher(text).find();
      }

      @Override
      void parse(String text) {}
    },
    /** Any text but none. */
    TEXT("-", "", "") {
      @Override
      void parse(String text) {}
    };

    /** A value of this form, for the time until the start is refused. */
    final String placeholder;

    final String reason;
    final String remedy;

    Form(String placeholder, String reason, String remedy) {
      this.placeholder = placeholder;
      this.reason = reason;
      this.remedy = remedy;
    }

    abstract void parse(String text);

    boolean takes(String text) {
      try {
        parse(text.strip());
        return true;
      } catch (IllegalArgumentException e) {
        return false;
      }
    }
  }

  /**
   * What a key takes.
   *
   * @param emptyIsUnset whether an empty value means none, rather than a mistake
   */
  record Rule(Form form, boolean emptyIsUnset) {}

  private static final Map<String, Rule> RULES = new TreeMap<>();
  private static final Map<String, Rule> AGENT_RULES =
      Map.of(
          "command",
          new Rule(Form.LIST, true),
          "environment-passthrough",
          new Rule(Form.LIST, true),
          "enabled",
          new Rule(Form.BOOLEAN, false));

  static {
    needed(
        Form.BOOLEAN,
        "auth.anonymous",
        "workspace.local-shared",
        "workspace.submodules",
        "workspace.lfs",
        "queue.auto-process");
    needed(
        Form.NUMBER,
        "queue.max-concurrent",
        "queue.max-depth",
        "queue.max-concurrent-per-repository",
        "health.queue-depth-threshold",
        "webhooks.max-attempts");
    needed(
        Form.TIME,
        "queue.stagger-delay",
        "run.max-time",
        "run.kill-grace",
        "shutdown.drain-timeout",
        "health.stuck-threshold",
        "maintenance.orphan-cleanup-every",
        "maintenance.stale-check-every",
        "webhooks.timeout");
    needed(Form.SIZE, "queue.min-available-memory", "queue.min-free-disk", "run.log-max-size");
    needed(Form.TEXT, "data-dir", "default-agent", "github.base-url");
    needed(Form.LIST, "webhooks.statuses");
    optional(Form.TIME, "queue.priority-aging", "maintenance.retention");
    optional(
        Form.TEXT,
        "auth.api-key",
        "auth.keys-file",
        "github.owner",
        "github.token",
        "webhooks.secret");
    optional(Form.LIST, "workspace.local-roots", "health.readiness-alerts", "webhooks.urls");
  }

  private static final Pattern AGENT_KEY =
      Pattern.compile("agentgate\\.agents\\.[^.]+\\.([a-z-]+)");
  private static final Pattern AGENT_VARIABLE =
      Pattern.compile("AGENTGATE_AGENTS_.+_(COMMAND|ENVIRONMENT_PASSTHROUGH|ENABLED)");

  /**
   * What Kubernetes sets for a Service whose name begins with {@code agentgate}.
   *
   * @see <a
   *     href="https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables">
   *     Environment variables of Services</a>
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "AGENTGATE(_.+)?_(SERVICE_HOST|SERVICE_PORT(_.+)?"
              + "|PORT(_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

  /** What every agent finds in its environment, and so a service that an agent starts. */
  private static final Set<String> OF_RUNS =
      Set.of(
          "AGENTGATE_WORK_ORDER_ID",
          "AGENTGATE_RUN_ID",
          "AGENTGATE_WORKSPACE",
          "AGENTGATE_PROMPT_FILE",
          "AGENTGATE_MAX_ITERATIONS");

  private ConfigurationKeys() {}

  /** The keys, but for those of agents. */
  static Set<String> all() {
    return RULES.keySet();
  }

  /** What this key takes; empty if it is none of the service's. */
  static Optional<Rule> rule(String key) {
    if (!key.startsWith(PREFIX)) {
      return Optional.empty();
    }
    var agent = AGENT_KEY.matcher(key);
    return Optional.ofNullable(agent.matches() ? AGENT_RULES.get(agent.group(1)) : RULES.get(key));
  }

  /**
   * The variables that look like the service's and set nothing.
   *
   * @param variables names of an environment
   */
  static List<String> unknown(Collection<String> variables) {
    return variables.stream()
        .filter(name -> name.startsWith(VARIABLE_PREFIX) && !isKnown(name))
        .sorted()
        .toList();
  }

  private static boolean isKnown(String variable) {
    return isOfService(variable)
        || OF_RUNS.contains(variable)
        || SERVICE_LINK.matcher(variable).matches();
  }

  private static boolean isOfService(String variable) {
    return sets(variable)
        || (variable.endsWith(FILE)
            && sets(variable.substring(0, variable.length() - FILE.length())));
  }

  private static boolean sets(String variable) {
    return AGENT_VARIABLE.matcher(variable).matches()
        || RULES.keySet().stream().anyMatch(key -> variableOf(key).equals(variable));
  }

  /**
   * The variables whose values this process could not read: its locale has no such characters, and
   * each stands as a replacement character.
   */
  static List<String> undecoded(Map<String, String> environment) {
    return environment.entrySet().stream()
        .filter(it -> it.getKey().startsWith(VARIABLE_PREFIX) && isOfService(it.getKey()))
        .filter(it -> it.getValue().indexOf(UNDECODED) >= 0)
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** The variable that sets a key. */
  static String variableOf(String key) {
    return key.replace("\"", "").replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  private static void needed(Form form, String... keys) {
    add(new Rule(form, false), keys);
  }

  private static void optional(Form form, String... keys) {
    add(new Rule(form, true), keys);
  }

  private static void add(Rule rule, String... keys) {
    Consumer<String> put = key -> RULES.put(PREFIX + key, rule);
    List.of(keys).forEach(put);
  }
}
