package dev.agentgate.cli.console;

/** What the exit code of a command means. */
public enum ExitCode {
  OK(0, "it worked"),
  ORDER_FAILED(
      1,
      "the order failed or was cancelled (`wait`, `submit --wait`, `logs --follow`), or `doctor` found a problem"),
  USAGE(2, "the command or a value in it is wrong"),
  NOT_FOUND(3, "there is no such order, run or agent"),
  REFUSED(4, "the key is missing, wrong, or its role is too low"),
  UNREACHABLE(5, "the server is out of reach or cannot answer now"),
  CONFLICT(6, "the state of the order does not allow it, or the queue is full"),
  TIMED_OUT(124, "the wait took longer than `--timeout`"),
  /** Given by the virtual machine. */
  INTERRUPTED(130, "Ctrl-C ended the command; orders continue");

  private final int number;
  private final String meaning;

  ExitCode(int number, String meaning) {
    this.number = number;
    this.meaning = meaning;
  }

  public int number() {
    return number;
  }

  public String meaning() {
    return meaning;
  }

  /** The code for an HTTP status that is not a success. */
  public static ExitCode ofStatus(int status) {
    return switch (status) {
      case 401, 403 -> REFUSED;
      case 404 -> NOT_FOUND;
      case 409, 429 -> CONFLICT;
      default -> status >= 500 ? UNREACHABLE : USAGE;
    };
  }
}
