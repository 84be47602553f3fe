package io.trapline.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Text in columns: numbers to the right, the rest to the left, two blanks between. */
final class Table<T> {
    private record Column<T>(String title, boolean number, Function<T, String> text) {}

    private final String nothing;
    private final List<Column<T>> columns = new ArrayList<>();

    /**
     * A table without columns.
     *
     * @param nothing what is printed where there is no row
     */
    Table(String nothing) {
        this.nothing = nothing;
    }

    Table<T> text(String title, Function<T, ?> value) {
        columns.add(new Column<>(title, false, row -> String.valueOf(value.apply(row))));
        return this;
    }

    Table<T> number(String title, Function<T, ?> value) {
        columns.add(new Column<>(title, true, row -> String.valueOf(value.apply(row))));
        return this;
    }

    /** All rows below their titles, a line each, no line feed at the end. */
    String print(List<? extends T> rows) {
        if (rows.isEmpty()) {
            return nothing;
        }
        List<String[]> lines = new ArrayList<>();
        lines.add(columns.stream().map(Column::title).toArray(String[]::new));
        for (T row : rows) {
            lines.add(
                    columns.stream().map(column -> column.text.apply(row)).toArray(String[]::new));
        }
        StringBuilder out = new StringBuilder();
        for (String[] line : lines) {
            print(line, lines, out);
        }
        return out.substring(0, out.length() - 1);
    }

    private void print(String[] line, List<String[]> lines, StringBuilder out) {
        int start = out.length();
        for (int i = 0; i < line.length; i++) {
            int column = i;
            int width = lines.stream().mapToInt(l -> l[column].length()).max().orElse(0);
            String padding = " ".repeat(width - line[i].length());
            out.append(i == 0 ? "" : "  ");
            out.append(columns.get(i).number ? padding + line[i] : line[i] + padding);
        }
        int end = out.length();
        while (end > start && out.charAt(end - 1) == ' ') {
            end--;
        }
        out.setLength(end);
        out.append('\n');
    }
}
