package dev.agentgate.bench;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One kept-alive HTTP connection that costs next to nothing, so that the load generator does not
 * eat the cores it measures. Reads answers with a length only.
 */
final class HttpConnection implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 60_000;

  private final Socket socket;
  private final InputStream in;

  HttpConnection(int port) throws IOException {
    this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    this.in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
  }

  /** An answer's status and body. */
  record Answer(int status, String body) {
    /** The text of a field, found without a parser; fails if it is not there. */
    String field(String name) {
      String start = "\"" + name + "\":";
      int from = body.indexOf(start);
      if (from < 0) {
        throw new IllegalStateException("No " + name + " in " + body);
      }
      from += start.length();
      int to = from;
      while (",}]".indexOf(body.charAt(to)) < 0) {
        to++;
      }
      return body.substring(from, to).replace("\"", "");
    }

    Answer expect(int expected) {
      if (status != expected) {
        throw new IllegalStateException(status + " instead of " + expected + ": " + body);
      }
      return this;
    }
  }

  static byte[] request(String method, String path, String body) {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    return (method
            + " "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
            + content.length
            + "\r\n\r\n"
            + body)
        .getBytes(StandardCharsets.UTF_8);
  }

  Answer get(String path) throws IOException {
    return send(request("GET", path, ""));
  }

  Answer post(String path, String body) throws IOException {
    return send(request("POST", path, body));
  }

  Answer send(byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    int length = 0;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).strip());
      }
    }
    return new Answer(status, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  /** Asks for an endless answer and hands out what comes, headers and framing included. */
  InputStream stream(String path) throws IOException {
    socket.getOutputStream().write(request("GET", path, ""));
    return in;
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException("The service closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
