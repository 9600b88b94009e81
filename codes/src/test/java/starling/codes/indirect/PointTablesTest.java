package starling.codes.indirect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.api.Test;

/** The tables against matrices of the gradient's size, and the points against equations solved by another library. */
class PointTablesTest {
    private final LayerSignals signals = IndirectCodesTest.signals(7, 11, 6, true, 3);
    private final int[] cellsX = cells(signals.forward(), 0.1f, 0.8f);
    private final int[] cellsDelta = cells(signals.backward(), -0.05f, 0.05f);
    private final PointTables tables = new PointTables(signals, cellsX, 3, cellsDelta, 3);

    private static int[] cells(float[] numbers, float low, float high) {
        int[] cells = new int[numbers.length];
        for (int i = 0; i < cells.length; i++) {
            cells[i] = numbers[i] < low ? 0 : numbers[i] < high ? 1 : 2;
        }
        return cells;
    }

    private Matrix gradient() {
        Matrix gradient = new Matrix(6, 12);
        float[] numbers = signals.gradient();
        for (int i = 0; i < numbers.length; i++) {
            gradient.set(i / 12, i % 12, numbers[i]);
        }
        return gradient;
    }

    /** C_ki = B_i^T A_k; cell 3 of X is the bias. */
    private Matrix part(int k, int i) {
        Matrix a = new Matrix(7, 12);
        Matrix b = new Matrix(7, 6);
        for (int s = 0; s < 7; s++) {
            for (int c = 0; c < 11; c++) {
                a.set(s, c, cellsX[s * 11 + c] == k ? 1 : 0);
            }
            a.set(s, 11, k == 3 ? 1 : 0);
            for (int c = 0; c < 6; c++) {
                b.set(s, c, cellsDelta[s * 6 + c] == i ? 1 : 0);
            }
        }
        return b.transpose().mult(a);
    }

    @Test
    void tablesAreTracesOfMatrices() {
        Matrix g = gradient();
        assertEquals(g.dot(g), tables.squaredNorm, 1e-5);
        assertEquals(g.elementSum(), tables.total, 1e-5);
        for (int k = 0; k < 4; k++) {
            for (int i = 0; i < 3; i++) {
                assertEquals(part(k, i).elementSum(), tables.sums[k][i]);
                assertEquals(part(k, i).dot(g), tables.matches[k][i], 1e-5);
                for (int l = 0; l < 4; l++) {
                    for (int j = 0; j < 3; j++) {
                        assertEquals(part(k, i).dot(part(l, j)), tables.products[k][i][l][j]);
                    }
                }
            }
        }
    }

    @Test
    void eachStepSolvesItsLeastSquaresProblem() {
        double lambda = 0.3;
        double[] alpha = {0.05, 0.4, 1.2, 1};
        double[] beta = {-0.2, 0.01, 0.3};
        PointFit fit = new PointFit(tables, lambda, true, alpha, beta);
        assertEquals(objective(alpha, beta, lambda), fit.objective(), 1e-4);
        double before = fit.objective();
        fit.iterate();
        assertTrue(fit.objective() < before);
        assertEquals(1, alpha[3]);
        assertEquals(objective(alpha, beta, lambda), fit.objective(), 1e-4);
        // alpha was fitted last: against the normal equations of the design with a row for the bias, by EJML.
        Matrix design = new Matrix(73, 3);
        Matrix wanted = new Matrix(73, 1);
        Matrix fixed = columns(3, beta);
        for (int k = 0; k < 3; k++) {
            Matrix column = columns(k, beta);
            for (int row = 0; row < 72; row++) {
                design.set(row, k, column.get(row));
            }
            design.set(72, k, Math.sqrt(lambda) * column.elementSum());
        }
        Matrix rest = gradient().minus(fixed);
        for (int row = 0; row < 72; row++) {
            wanted.set(row, 0, rest.get(row));
        }
        wanted.set(72, 0, Math.sqrt(lambda) * rest.elementSum());
        Matrix solved = design.solve(wanted);
        for (int k = 0; k < 3; k++) {
            assertEquals(solved.get(k), alpha[k], 1e-5);
        }
    }

    private Matrix columns(int k, double[] beta) {
        Matrix sum = new Matrix(6, 12);
        for (int i = 0; i < 3; i++) {
            sum = sum.plus(part(k, i).scale(beta[i]));
        }
        return sum;
    }

    private double objective(double[] alpha, double[] beta, double lambda) {
        Matrix error = gradient();
        for (int k = 0; k < 4; k++) {
            error = error.minus(columns(k, beta).scale(alpha[k]));
        }
        return error.dot(error) + lambda * error.elementSum() * error.elementSum();
    }

    @Test
    void aCellThatIsEmptyKeepsItsPoint() {
        PointTables wide = new PointTables(signals, cellsX, 4, cellsDelta, 3);
        double[] alpha = {0.05, 0.4, 1.2, 9, 1};
        PointFit fit = new PointFit(wide, 0, true, alpha, new double[] {-0.2, 0.01, 0.3});
        fit.iterate();
        assertEquals(9, alpha[3]);
        assertEquals(objective(new double[] {alpha[0], alpha[1], alpha[2], 1}, fit.beta, 0), fit.objective(), 1e-4);
    }

    /** Dense matrices, as they are written. */
    private record Matrix(DMatrixRMaj values) {
        Matrix(int rows, int columns) {
            this(new DMatrixRMaj(rows, columns));
        }

        void set(int row, int column, double value) {
            values.set(row, column, value);
        }

        double get(int place) {
            return values.get(place);
        }

        Matrix transpose() {
            return new Matrix(CommonOps_DDRM.transpose(values, null));
        }

        Matrix mult(Matrix other) {
            return new Matrix(CommonOps_DDRM.mult(values, other.values, null));
        }

        Matrix plus(Matrix other) {
            return new Matrix(CommonOps_DDRM.add(values, other.values, null));
        }

        Matrix minus(Matrix other) {
            return plus(other.scale(-1));
        }

        Matrix scale(double factor) {
            DMatrixRMaj scaled = values.copy();
            CommonOps_DDRM.scale(factor, scaled);
            return new Matrix(scaled);
        }

        double dot(Matrix other) {
            return CommonOps_DDRM.elementSum(CommonOps_DDRM.elementMult(values, other.values, null));
        }

        double elementSum() {
            return CommonOps_DDRM.elementSum(values);
        }

        Matrix solve(Matrix right) {
            DMatrixRMaj solution = new DMatrixRMaj(values.numCols, 1);
            assertTrue(CommonOps_DDRM.solve(values, right.values, solution));
            return new Matrix(solution);
        }
    }
}
