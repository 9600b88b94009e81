package starling.codes.straggler;

import java.util.ArrayList;
import java.util.List;

/**
 * Paces that were measured: a line for each iteration with the seconds of every worker for a unit of load, separated by commas
 * or white space. Empty lines and those that begin with # are skipped; after the last line the first comes again.
 */
public final class PaceTrace implements StragglerModel {
    private final List<double[]> paces;

    private PaceTrace(List<double[]> paces) {
        this.paces = paces;
    }

    /**
     * Reads the lines of a trace.
     *
     * @throws IllegalArgumentException if there is no line, lines differ in their number of workers or a pace is not a positive
     *     number; the sentence says where
     */
    public static PaceTrace of(List<String> lines) {
        List<double[]> paces = new ArrayList<>();
        for (int line = 0; line < lines.size(); line++) {
            String text = lines.get(line).strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            String[] parts = text.split("[,\\s]+", -1);
            double[] row = new double[parts.length];
            for (int worker = 0; worker < row.length; worker++) {
                row[worker] = pace(parts[worker], line, worker);
            }
            if (!paces.isEmpty() && paces.get(0).length != row.length) {
                throw new IllegalArgumentException("every line of a trace must have as many workers as the first, "
                        + paces.get(0).length + ": line " + (line + 1) + " has " + row.length);
            }
            paces.add(row);
        }
        if (paces.isEmpty()) {
            throw new IllegalArgumentException("a trace must have at least one line of paces: it has none");
        }
        return new PaceTrace(paces);
    }

    private static double pace(String text, int line, int worker) {
        double pace;
        try {
            pace = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            pace = Double.NaN;
        }
        if (!(pace > 0) || pace == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("paces must be positive numbers: in line " + (line + 1) + " worker "
                    + worker + " has '" + text + "'");
        }
        return pace;
    }

    /** Number of workers. */
    public int workers() {
        return paces.get(0).length;
    }

    /** Number of iterations before they repeat. */
    public int iterations() {
        return paces.size();
    }

    @Override
    public double pace(long iteration, int worker) {
        double[] row = paces.get((int) (iteration % paces.size()));
        if (worker < 0 || worker >= row.length) {
            throw new IllegalArgumentException(
                    "the trace has " + row.length + " workers: there is no worker " + worker);
        }
        return row[worker];
    }
}
