package dev.agentgate.agent;

import dev.agentgate.workorder.RunId;
import dev.agentgate.workorder.WorkOrderId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An agent's argument list with its placeholders. Each is filled in within its one argument, no
 * shell sees the result, and what was filled in is not searched again: a prompt that says {@code
 * {workspace}} stays as it is. Braces around anything else are the agent's own.
 *
 * @param template as configured
 */
public record AgentCommandLine(List<String> template) {
  private static final String MAX_ITERATIONS = "{maxIterations}";
  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\{(prompt|promptFile|workspace|workOrderId|runId|maxIterations)}");

  public AgentCommandLine {
    template = List.copyOf(template);
  }

  /**
   * What is filled in.
   *
   * @param maxIterations empty if the order names none
   */
  public record Values(
      String prompt,
      Path promptFile,
      Path workspace,
      WorkOrderId workOrder,
      RunId run,
      OptionalInt maxIterations) {}

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

  /**
   * The arguments for one run. Where the order names no {@code maxIterations}, an argument with
   * that placeholder is left out; if it is nothing but the placeholder, so is an option right
   * before it ({@code --max-turns {maxIterations}}).
   */
  public List<String> fill(Values values) {
    List<String> filled = new ArrayList<>();
    for (String argument : template) {
      if (values.maxIterations().isEmpty() && argument.contains(MAX_ITERATIONS)) {
        if (argument.equals(MAX_ITERATIONS)
            && filled.size() > 1
            && filled.getLast().startsWith("-")) {
          filled.removeLast();
        }
      } else {
        filled.add(
            PLACEHOLDER
                .matcher(argument)
                .replaceAll(found -> Matcher.quoteReplacement(value(found.group(1), values))));
      }
    }
    return filled;
  }

  private static String value(String name, Values values) {
    return switch (name) {
      case "prompt" -> values.prompt();
      case "promptFile" -> values.promptFile().toString();
      case "workspace" -> values.workspace().toString();
      case "workOrderId" -> values.workOrder().value();
      case "runId" -> values.run().value();
      case "maxIterations" -> Integer.toString(values.maxIterations().orElseThrow());
      default -> throw new IllegalStateException("No placeholder: " + name);
    };
  }
}
