package starling.codes.computation;

import java.util.ArrayList;
import java.util.List;

/** An orthonormal basis of the rows added so far, by Gram and Schmidt's procedure, done twice for accuracy. */
final class Span {
    /** Rows nearer to the span than this part of their length bring nothing new. */
    private static final double NOTHING = 1e-9;

    private final int length;
    private final List<double[]> basis = new ArrayList<>();

    Span(int length) {
        this.length = length;
    }

    int rank() {
        return basis.size();
    }

    /** Whether the row is new. */
    boolean add(double[] row) {
        if (basis.size() == length) {
            return false;
        }
        double norm = norm(row);
        if (norm == 0) {
            return false;
        }
        double[] rest = new double[length];
        for (int d = 0; d < length; d++) {
            rest[d] = row[d] / norm;
        }
        project(rest);
        project(rest);
        double left = norm(rest);
        if (left <= NOTHING) {
            return false;
        }
        for (int d = 0; d < length; d++) {
            rest[d] /= left;
        }
        basis.add(rest);
        return true;
    }

    /** Takes from a row its part along the row added last. */
    void projectLast(double[] rest) {
        project(rest, basis.get(basis.size() - 1));
    }

    private void project(double[] rest) {
        for (double[] direction : basis) {
            project(rest, direction);
        }
    }

    private static void project(double[] rest, double[] direction) {
        double product = 0;
        for (int d = 0; d < rest.length; d++) {
            product += direction[d] * rest[d];
        }
        if (product != 0) {
            for (int d = 0; d < rest.length; d++) {
                rest[d] -= product * direction[d];
            }
        }
    }

    static double norm(double[] row) {
        double largest = 0;
        for (double value : row) {
            largest = Math.max(largest, Math.abs(value));
        }
        if (largest == 0) {
            return 0;
        }
        double sum = 0;
        for (double value : row) {
            double scaled = value / largest;
            sum += scaled * scaled;
        }
        return largest * Math.sqrt(sum);
    }
}
