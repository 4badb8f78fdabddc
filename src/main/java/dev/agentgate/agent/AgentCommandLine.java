package dev.agentgate.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An agent's argument list with its placeholders. Each is filled in within its one argument, no
 * shell sees the result, and a value is not searched again: a prompt that says {@code {workspace}}
 * stays as it is. Braces around anything else are the agent's own.
 *
 * <p>{@code {env.NAME}} is a variable of the service's environment, for agents that take by option
 * what others read from a variable. It must not name a secret: other users can see arguments.
 *
 * @param template as configured
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
   * Whether the prompt goes to standard input, because the command names neither {@code {prompt}}
   * nor {@code {promptFile}}.
   */
  public boolean readsPromptFromInput() {
    return template.stream()
        .noneMatch(argument -> argument.contains("{prompt}") || argument.contains("{promptFile}"));
  }

  /**
   * Whether a prompt that begins with a dash would stand where the agent looks for options: {@code
   * {prompt}} begins an argument and no {@code --} comes before it.
   */
  public boolean mayTakePromptForOption() {
    return template.stream()
        .takeWhile(argument -> !argument.equals("--"))
        .anyMatch(argument -> argument.startsWith("{prompt}"));
  }

  /** Whether an argument has this placeholder, named without its braces. */
  boolean uses(String placeholder) {
    return template.stream().anyMatch(argument -> argument.contains("{" + placeholder + "}"));
  }

  /** This command with more options. They come before a {@code --}, which ends the options. */
  public AgentCommandLine with(List<String> options) {
    List<String> longer = new ArrayList<>(template);
    int end = longer.indexOf("--");
    longer.addAll(end < 0 ? longer.size() : end, options);
    return new AgentCommandLine(longer);
  }

  /**
   * The arguments for one run. An argument with a placeholder that has no value is left out; if it
   * is nothing but the placeholder, so is an option right before it ({@code --max-turns
   * {maxIterations}}).
   *
   * @param values the value of a placeholder, named without its braces; empty if it has none
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
