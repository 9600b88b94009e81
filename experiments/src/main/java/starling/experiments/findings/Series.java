package starling.experiments.findings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A small table of measurements: named columns of equal length. Filled row by row by one thread. In JSON it is an object of
 * columns; if it was made by {@link #ofRecords}, a list of objects, one a row; by {@link #ofObject}, the object of its only row.
 */
public final class Series {
    /** What a table is in JSON. */
    enum Form {
        COLUMNS,
        RECORDS,
        OBJECT
    }

    private final List<String> columns;
    private final Form form;
    private final List<Object[]> rows = new ArrayList<>();

    /** An empty table of numbers with these columns. */
    public Series(String... columns) {
        this(Form.COLUMNS, columns);
    }

    private Series(Form form, String... columns) {
        this.columns = List.of(columns);
        this.form = form;
    }

    /** An empty table whose rows are objects with these keys: numbers, texts, truths. */
    public static Series ofRecords(String... keys) {
        return new Series(Form.RECORDS, keys);
    }

    /** An empty table that takes one row: an object with these keys, of numbers, texts, truths and lists. */
    public static Series ofObject(String... keys) {
        return new Series(Form.OBJECT, keys);
    }

    /** Adds a row with one number per column; NaN stands for what could not be measured. */
    public void row(double... values) {
        add(Arrays.stream(values).boxed().toArray());
    }

    /** Adds a row of numbers (Double, Integer, Long), texts and truths, one per key. */
    public void entry(Object... values) {
        add(values.clone());
    }

    private void add(Object[] values) {
        if (values.length != columns.size()) {
            throw new IllegalArgumentException(
                    "a row must have one value per column: " + values.length + " for " + columns.size());
        }
        if (form == Form.OBJECT && !rows.isEmpty()) {
            throw new IllegalArgumentException("an object has one row: " + columns + " have one");
        }
        rows.add(values);
    }

    /** The names of the columns. */
    public List<String> columns() {
        return columns;
    }

    /** How it is written. */
    Form form() {
        return form;
    }

    /** All rows, top to bottom. */
    List<Object[]> rows() {
        return rows;
    }

    /** The values of one column of numbers, top to bottom. */
    public double[] column(String name) {
        int at = columns.indexOf(name);
        if (at < 0) {
            throw new IllegalArgumentException("no column '" + name + "' among " + columns);
        }
        return rows.stream()
                .mapToDouble(row -> ((Number) row[at]).doubleValue())
                .toArray();
    }

    /** Number of rows. */
    public int size() {
        return rows.size();
    }

    @Override
    public String toString() {
        return columns + " " + rows.stream().map(Arrays::toString).toList();
    }
}
