package dev.agentgate.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One kept-alive HTTP connection that costs next to nothing, so that the load generator does not
 * eat the cores it measures.
 */
public final class HttpConnection implements AutoCloseable {
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
  public record Answer(int status, String body) {
    /** The text of a field, found without a parser; fails if it is not there. */
    public String field(String name) {
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

    public Answer expect(int expected) {
      if (status != expected) {
        throw new IllegalStateException(status + " instead of " + expected + ": " + body);
      }
      return this;
    }
  }

  public static byte[] request(String method, String path, String body) {
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

  public Answer get(String path) throws IOException {
    return send(request("GET", path, ""));
  }

  public Answer post(String path, String body) throws IOException {
    return send(request("POST", path, body));
  }

  public Answer send(byte[] request) throws IOException {
    socket.getOutputStream().write(request);
    int status = Integer.parseInt(line().split(" ", 3)[1]);
    int length = 0;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(header.substring("content-length:".length()).strip());
      }
      chunked |= lower.equals("transfer-encoding: chunked");
    }
    byte[] body = chunked ? chunks() : in.readNBytes(length);
    return new Answer(status, new String(body, StandardCharsets.UTF_8));
  }

  private byte[] chunks() throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      all.write(in.readNBytes(size));
      line();
    }
    line();
    return all.toByteArray();
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line(), 16);
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
