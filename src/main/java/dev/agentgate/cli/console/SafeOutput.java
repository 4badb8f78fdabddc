package dev.agentgate.cli.console;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Keeps an agent's output from steering the terminal. Colours pass; every other escape sequence and
 * control character is dropped, but for line feeds, returns and tabs.
 */
public final class SafeOutput extends FilterOutputStream {
  private static final int ESCAPE = 0x1b;
  private static final int BELL = 0x07;
  private static final int MOST_OF_SEQUENCE = 64;

  private enum State {
    TEXT,
    AFTER_ESCAPE,
    IN_CSI,
    IN_STRING,
    AFTER_C2
  }

  private final ByteArrayOutputStream sequence = new ByteArrayOutputStream();
  private State state = State.TEXT;

  public SafeOutput(OutputStream out) {
    super(out);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    for (int i = from; i < from + length; i++) {
      write(bytes[i] & 0xff);
    }
  }

  @Override
  public void write(int b) throws IOException {
    switch (state) {
      case TEXT -> text(b);
      case AFTER_ESCAPE -> afterEscape(b);
      case IN_CSI -> csi(b);
      case IN_STRING -> {
        // An operating system command, such as a new title, ends with BEL or with ESC \.
        if (b == BELL || b == '\\' || b == '\n') {
          state = State.TEXT;
        }
      }
      case AFTER_C2 -> {
        // U+0080 to U+009F are control characters of one piece.
        state = State.TEXT;
        if (b >= 0xa0) {
          out.write(0xc2);
          text(b);
        }
      }
    }
  }

  private void text(int b) throws IOException {
    if (b == ESCAPE) {
      state = State.AFTER_ESCAPE;
    } else if (b == 0xc2) {
      state = State.AFTER_C2;
    } else if ((b >= 0x20 && b != 0x7f) || b == '\n' || b == '\r' || b == '\t') {
      out.write(b);
    }
  }

  private void afterEscape(int b) {
    sequence.reset();
    state =
        switch (b) {
          case '[' -> State.IN_CSI;
          case ']', 'P', 'X', '^', '_' -> State.IN_STRING;
          case ESCAPE -> State.AFTER_ESCAPE;
          default -> State.TEXT;
        };
  }

  private void csi(int b) throws IOException {
    if (b >= 0x40 || b < 0x20) {
      state = State.TEXT;
      boolean colour = b == 'm' && sequence.size() <= MOST_OF_SEQUENCE;
      if (colour && sequence.toString(StandardCharsets.US_ASCII).matches("[0-9;:]*")) {
        out.write(ESCAPE);
        out.write('[');
        sequence.writeTo(out);
        out.write('m');
      }
    } else if (sequence.size() <= MOST_OF_SEQUENCE) {
      sequence.write(b);
    }
  }
}
