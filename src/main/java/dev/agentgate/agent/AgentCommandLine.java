package dev.agentgate.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An agent's argument list with placeholders. A placeholder is filled in within its own argument,
 * and no shell sees the result. Inserted values are not searched for placeholders: a prompt that
 * contains {@code {workspace}} stays as it is. Braces around any other text are passed on to the
 * agent.
 *
 * <p>{@code {env.NAME}} is a variable of the service's environment, for agents that take as an
 * option what others read from a variable. It must not name a secret, because other users of the
 * machine can see arguments.
 *
 * @param template the arguments as configured
 */
public record AgentCommandLine(List<String> template) {
  private static final Pattern PLACEHOLDER =
      Pattern.compile(
          "\\{(prompt|promptFile|workspace|workOrderId|runId|maxIterations|model|maxCostUsd"
              + "|sessionId|env\\.[A-Za-z_][A-Za-z0-9_]*)}");

  public AgentCommandLine {
    template = List.copyOf(template);
  }

  /**
   * Whether the prompt goes to standard input, because the command contains neither {@code
   * {prompt}} nor {@code {promptFile}}.
   */
  public boolean readsPromptFromInput() {
    return template.stream()
        .noneMatch(argument -> argument.contains("{prompt}") || argument.contains("{promptFile}"));
  }

  /**
   * Whether the agent could mistake a prompt that begins with a dash for an option: an argument
   * begins with {@code {prompt}}, and there is no {@code --} before it.
   */
  public boolean mayTakePromptForOption() {
    return template.stream()
        .takeWhile(argument -> !argument.equals("--"))
        .anyMatch(argument -> argument.startsWith("{prompt}"));
  }

  /** Whether an argument contains this placeholder, which is named without its braces. */
  boolean uses(String placeholder) {
    return template.stream().anyMatch(argument -> argument.contains("{" + placeholder + "}"));
  }

  /**
   * Returns this command with more options, inserted before a {@code --}, which ends the options.
   */
  public AgentCommandLine with(List<String> options) {
    List<String> longer = new ArrayList<>(template);
    int end = longer.indexOf("--");
    longer.addAll(end < 0 ? longer.size() : end, options);
    return new AgentCommandLine(longer);
  }

  /**
   * Returns the arguments for one run. An argument is left out if one of its placeholders has no
   * value. If the argument consists of the placeholder alone, an option right before it is left out
   * too ({@code --max-turns {maxIterations}}).
   *
   * @param values returns the value of a placeholder, which is named without its braces; empty if
   *     it has none
   */
  public List<String> fill(Function<String, Optional<String>> values) {
    List<String> filled = new ArrayList<>();
    for (String argument : template) {
      if (lacksValue(argument, values)) {
        if (PLACEHOLDER.matcher(argument).matches()
            && filled.size() > 1
            && filled.getLast().startsWith("-")) {
          filled.removeLast();
        }
      } else {
        filled.add(
            PLACEHOLDER
                .matcher(argument)
                .replaceAll(
                    found -> Matcher.quoteReplacement(values.apply(found.group(1)).orElseThrow())));
      }
    }
    return filled;
  }

  private static boolean lacksValue(String argument, Function<String, Optional<String>> values) {
    return PLACEHOLDER
        .matcher(argument)
        .results()
        .map((MatchResult found) -> found.group(1))
        .anyMatch(name -> values.apply(name).isEmpty());
  }
}
