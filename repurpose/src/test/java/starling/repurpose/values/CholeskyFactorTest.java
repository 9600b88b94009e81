package starling.repurpose.values;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against EJML, at sizes on both sides of the block sizes. */
class CholeskyFactorTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 47, 48, 49, 97, 130})
    void solvesAsEjmlDoes(int n) {
        int m = n > 90 ? 530 : 7;
        float[] given = new SmallNets(n).weights(n * (n + 3) + n * m, 1);
        DMatrixRMaj rows = new DMatrixRMaj(n, n + 3);
        DMatrixRMaj right = new DMatrixRMaj(n, m);
        for (int i = 0; i < n * (n + 3); i++) {
            rows.data[i] = given[i];
        }
        for (int i = 0; i < n * m; i++) {
            right.data[i] = given[n * (n + 3) + i];
        }
        DMatrixRMaj gram = new DMatrixRMaj(n, n);
        CommonOps_DDRM.multTransB(rows, rows, gram);
        for (int i = 0; i < n; i++) {
            gram.add(i, i, 0.5);
        }
        double[] solution = right.data.clone();
        CholeskyFactor factor = CholeskyFactor.ofOwned(gram.data.clone(), n);
        factor.forward(solution, m);
        double[] half = solution.clone();
        factor.backward(solution, m);

        DMatrixRMaj expected = new DMatrixRMaj(n, m);
        CommonOps_DDRM.solve(gram, right, expected);
        assertArrayEquals(expected.data, solution, 1e-9);
        DMatrixRMaj quadratic = new DMatrixRMaj(m, m);
        CommonOps_DDRM.multTransA(right, expected, quadratic);
        double energy = 0;
        for (int i = 0; i < n; i++) {
            energy += half[i * m] * half[i * m];
        }
        assertArrayEquals(new double[] {quadratic.get(0, 0)}, new double[] {energy}, 1e-8 * (1 + energy));
    }
}
