package starling.experiments.costmodel;

import java.util.stream.IntStream;
import starling.experiments.findings.Series;

/** Parts of a table. */
record Rows(Series table) {
    /** A column's values in the rows where another column has a value. */
    double[] column(String wanted, String key, double value) {
        double[] keys = table.column(key);
        double[] all = table.column(wanted);
        return IntStream.range(0, keys.length)
                .filter(i -> keys[i] == value)
                .mapToDouble(i -> all[i])
                .toArray();
    }
}
