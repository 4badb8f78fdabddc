package dev.agentgate.cli.remote;

import dev.agentgate.cli.console.CommandFailed;
import dev.agentgate.cli.console.ExitCode;
import dev.agentgate.cli.console.HumanText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** Says why there is no answer, and what to do. */
final class Unreachable {
  private Unreachable() {}

  /** Whether the server cannot have seen the request. */
  static boolean isBeforeSending(IOException e) {
    return e instanceof ConnectException || e instanceof HttpConnectTimeoutException;
  }

  static CommandFailed failure(Target target, Duration patience, IOException e) {
    return new CommandFailed(ExitCode.UNREACHABLE, sentence(target, patience, e), e.toString());
  }

  private static String sentence(Target target, Duration patience, IOException e) {
    if (isCausedBy(e, UnresolvedAddressException.class)
        || isCausedBy(e, UnknownHostException.class)) {
      return "There is no host " + target.url().getHost() + ". Check --url or AGENTGATE_URL.";
    }
    if (isCausedBy(e, SSLException.class)) {
      return "The certificate of " + target.url() + " is not trusted, or it speaks no TLS.";
    }
    if (e instanceof HttpTimeoutException) {
      return target.url()
          + " did not answer within "
          + HumanText.duration(patience)
          + ". `--request-timeout` waits longer.";
    }
    if (e instanceof ConnectException) {
      return "Nothing answers at "
          + target.url()
          + ". Start the service with `agentgate serve`, or name another with --url.";
    }
    return "The connection to " + target.url() + " broke.";
  }

  private static boolean isCausedBy(Throwable e, Class<? extends Throwable> type) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }
}
