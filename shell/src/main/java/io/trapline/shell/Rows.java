package io.trapline.shell;

import java.util.AbstractList;
import java.util.List;

/** Rows of one kind; knows which even where there are none. */
final class Rows<T> extends AbstractList<T> {
    private final Class<T> kind;
    private final List<T> rows;

    Rows(Class<T> kind, List<T> rows) {
        this.kind = kind;
        this.rows = List.copyOf(rows);
    }

    Class<T> kind() {
        return kind;
    }

    @Override
    public T get(int index) {
        return rows.get(index);
    }

    @Override
    public int size() {
        return rows.size();
    }
}
