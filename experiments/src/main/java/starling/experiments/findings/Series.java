package starling.experiments.findings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A small table of measurements: named columns of equal length. Filled row by row by one thread. */
public final class Series {
    private final List<String> columns;
    private final List<double[]> rows = new ArrayList<>();

    /** An empty table with these columns. */
    public Series(String... columns) {
        this.columns = List.of(columns);
    }

    /** Adds a row with one number per column; NaN stands for what could not be measured. */
    public void row(double... values) {
        if (values.length != columns.size()) {
            throw new IllegalArgumentException(
                    "a row must have one value per column: " + values.length + " for " + columns.size());
        }
        rows.add(values.clone());
    }

    /** The names of the columns. */
    public List<String> columns() {
        return columns;
    }

    /** The values of one column, top to bottom. */
    public double[] column(String name) {
        int at = columns.indexOf(name);
        if (at < 0) {
            throw new IllegalArgumentException("no column '" + name + "' among " + columns);
        }
        return rows.stream().mapToDouble(row -> row[at]).toArray();
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
