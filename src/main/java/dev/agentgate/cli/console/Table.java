package dev.agentgate.cli.console;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Rows in columns. It fits a terminal: the columns that may shrink give way to the others. */
public final class Table {
  private static final String GAP = "  ";
  private static final int LEAST = 8;

  private final List<Column> columns;
  private final List<List<Cell>> rows = new ArrayList<>();

  /**
   * A column.
   *
   * @param shrinks whether its values may be cut
   * @param right whether its values stand at the right, as numbers do
   */
  public record Column(String title, boolean shrinks, boolean right) {
    public static Column of(String title) {
      return new Column(title, false, false);
    }

    public static Column shrinking(String title) {
      return new Column(title, true, false);
    }

    public static Column number(String title) {
      return new Column(title, false, true);
    }
  }

  /**
   * A value.
   *
   * @param dress adds its colour; the width is that of the plain text
   */
  public record Cell(String text, UnaryOperator<String> dress) {
    public static Cell of(String text) {
      return new Cell(text, UnaryOperator.identity());
    }
  }

  public Table(Column... columns) {
    this.columns = List.of(columns);
  }

  public void add(Cell... cells) {
    rows.add(List.of(cells));
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /**
   * Prints the table.
   *
   * @param width of the terminal; nothing is cut for {@link Integer#MAX_VALUE}
   */
  public void print(PrintStream out, Style style, int width) {
    int[] widths = widths(width);
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      append(line, i, widths, new Cell(columns.get(i).title(), style::dim));
    }
    out.println(line.toString().stripTrailing());
    for (List<Cell> row : rows) {
      line.setLength(0);
      for (int i = 0; i < columns.size(); i++) {
        append(line, i, widths, row.get(i));
      }
      out.println(line.toString().stripTrailing());
    }
  }

  private void append(StringBuilder line, int column, int[] widths, Cell cell) {
    if (widths[column] == 0) {
      return;
    }
    String text = HumanText.cut(cell.text(), widths[column]);
    String padding = " ".repeat(widths[column] - length(text));
    boolean right = columns.get(column).right();
    line.append(line.isEmpty() ? "" : GAP)
        .append(right ? padding : "")
        .append(cell.dress().apply(text))
        .append(right ? "" : padding);
  }

  private int[] widths(int width) {
    int[] widths = new int[columns.size()];
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      int longest = rows.stream().mapToInt(row -> length(row.get(column).text())).max().orElse(0);
      // A column without any value would only say its name.
      widths[i] = longest == 0 ? 0 : Math.max(longest, length(columns.get(i).title()));
    }
    while (total(widths) > width) {
      int widest = widestThatShrinks(widths);
      if (widest < 0) {
        return dropLast(widths, width);
      }
      widths[widest]--;
    }
    return widths;
  }

  private int widestThatShrinks(int[] widths) {
    int widest = -1;
    for (int i = 0; i < widths.length; i++) {
      if (columns.get(i).shrinks()
          && widths[i] > LEAST
          && (widest < 0 || widths[i] > widths[widest])) {
        widest = i;
      }
    }
    return widest;
  }

  /** On a very narrow terminal the last columns are left out, but never the first. */
  private static int[] dropLast(int[] widths, int width) {
    for (int i = widths.length - 1; i > 0 && total(widths) > width; i--) {
      widths[i] = 0;
    }
    return widths;
  }

  private static int total(int[] widths) {
    int total = -GAP.length();
    for (int width : widths) {
      total += width == 0 ? 0 : width + GAP.length();
    }
    return total;
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
