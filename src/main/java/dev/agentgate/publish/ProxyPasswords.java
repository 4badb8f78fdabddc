package dev.agentgate.publish;

/** Lets passwords reach the proxies of tunnels, which the JDK does not by default. */
public final class ProxyPasswords {
  /** A property of the JDK, read once: what it names is not sent to the proxy of a tunnel. */
  private static final String NOT_IN_TUNNELS = "jdk.http.auth.tunneling.disabledSchemes";

  private ProxyPasswords() {}

  /** Call it before the first HTTP client of the process is made. */
  public static void allow() {
    if (System.getProperty(NOT_IN_TUNNELS) == null) {
      System.setProperty(NOT_IN_TUNNELS, "");
    }
  }
}
