package starling.experiments.coded;

import java.util.List;
import java.util.SplittableRandom;
import starling.codes.computation.Matrix;
import starling.codes.computation.Partition;
import starling.codes.uep.ImportanceLevels;
import starling.codes.uep.Windows;
import starling.experiments.findings.Context;
import starling.models.UnfitException;

/**
 * The synthetic products of section VI of Tegin et al.: blocks with independent normal entries of variances 10, 1 and 0.1. Rows times
 * columns: 3 x 3 blocks, one of each variance on each side; columns times rows: 9 blocks, three of each. Classes have three products.
 * Sizes are the paper's (300, 900, 300 and 900, 100, 900) divided by a number: the expected loss relative to the product's energy
 * does not depend on them.
 */
final class SyntheticProduct {
    static final SyntheticProduct ROWS_TIMES_COLUMNS =
            new SyntheticProduct("RxC", Partition.rowsTimesColumns(3, 3), new double[] {10, 1, 0.1}, 300, 900);
    static final SyntheticProduct COLUMNS_TIMES_ROWS = new SyntheticProduct(
            "CxR", Partition.columnsTimesRows(9), new double[] {10, 10, 10, 1, 1, 1, 0.1, 0.1, 0.1}, 900, 100);
    static final List<SyntheticProduct> ALL = List.of(ROWS_TIMES_COLUMNS, COLUMNS_TIMES_ROWS);

    static final int[] SIZES = {3, 3, 3};

    private final String name;
    private final Partition partition;
    private final double[] variances;
    private final int height;
    private final int inner;

    private SyntheticProduct(String name, Partition partition, double[] variances, int height, int inner) {
        this.name = name;
        this.partition = partition;
        this.variances = variances;
        this.height = height;
        this.inner = inner;
    }

    /** Windows over its classes with the probabilities that were set. */
    static Windows windows(Context context, Windows.Kind kind) {
        try {
            return new Windows(
                    kind,
                    SIZES,
                    context.get(DecodingFigure.GAMMA).stream()
                            .mapToDouble(Double::doubleValue)
                            .toArray());
        } catch (IllegalArgumentException e) {
            throw new UnfitException(String.valueOf(e.getMessage()), e);
        }
    }

    /** RxC or CxR. */
    String name() {
        return name;
    }

    Partition partition() {
        return partition;
    }

    ImportanceLevels levels() {
        return ImportanceLevels.of(partition, variances, variances, SIZES);
    }

    Matrix left(int shrink, long seed) {
        return normal(partition.rows() * (height / shrink), partition.inner() * (inner / shrink), shrink, true, seed);
    }

    Matrix right(int shrink, long seed) {
        return normal(
                partition.inner() * (inner / shrink), partition.columns() * (height / shrink), shrink, false, seed);
    }

    /** The expected energy of the product of such factors. */
    double energy(int shrink) {
        double sum = 0;
        for (double energy : levels().energies()) {
            sum += energy;
        }
        int side = height / shrink;
        int depth = inner / shrink;
        return sum * side * depth * side;
    }

    private Matrix normal(int rows, int columns, int shrink, boolean left, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Matrix matrix = Matrix.zeros(rows, columns);
        int blockRows = (left ? height : inner) / shrink;
        int blockColumns = (left ? inner : height) / shrink;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                int block = Math.max(i / blockRows, j / blockColumns);
                double radius = Math.sqrt(-2 * Math.log(1 - random.nextDouble()));
                matrix.values()[i * columns + j] =
                        Math.sqrt(variances[block]) * radius * Math.cos(2 * Math.PI * random.nextDouble());
            }
        }
        return matrix;
    }
}
