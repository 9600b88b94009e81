package starling.repurpose.values;

import java.util.Arrays;

/**
 * With B the known and F the foreign columns, S = G_FF - G_FB G_BB^-1 G_BF and Q = R_F - G_FB G_BB^-1 R_B (the Schur
 * complement). Source s with columns s then takes Q_s^T S_ss^-1 Q_s from the targets' residuals (group orthogonal matching
 * pursuit); including it eliminates its columns one by one.
 *
 * <p>Cost for F columns and T targets: O(F (F + T)) per included column, O(F T K) per round of gains. Memory: F (F + T)
 * doubles.
 */
final class CorrelatedSources implements Conditional {
    private static final double FLOOR = 1e-10;

    private final int kernel;
    private final int slots;
    private final int targets;
    private final double[] s;
    private final double[] q;
    private final double[] residual;
    private final double[] scale;
    private final boolean[] known;

    private CorrelatedSources(
            int kernel,
            int slots,
            int targets,
            double[] s,
            double[] q,
            double[] residual,
            double[] scale,
            boolean[] known) {
        this.kernel = kernel;
        this.slots = slots;
        this.targets = targets;
        this.s = s;
        this.q = q;
        this.residual = residual;
        this.scale = scale;
        this.known = known;
    }

    /**
     * The state in which a receiver knows its own sources and the bias.
     *
     * @param foreign the other sources, one slot each
     * @param columns targets to look at
     */
    static CorrelatedSources of(LayerMoments moments, int[] local, int[] foreign, int[] columns) {
        int[] base = moments.columnsOf(local, true);
        int[] rest = moments.columnsOf(foreign, false);
        double[] s = moments.gramOf(rest, rest);
        double[] q = moments.crossOf(rest, columns);
        double[] residual = new double[columns.length];
        for (int t = 0; t < residual.length; t++) {
            residual[t] = moments.power()[columns[t]];
        }
        double[] scale = new double[rest.length];
        for (int i = 0; i < scale.length; i++) {
            scale[i] = s[i * rest.length + i];
        }
        CholeskyFactor factor = CholeskyFactor.ofOwned(moments.gramOf(base, base), base.length);
        eliminate(
                factor,
                base.length,
                moments.gramOf(base, rest),
                moments.crossOf(base, columns),
                s,
                q,
                residual,
                rest.length);
        return new CorrelatedSources(
                moments.map().kernel(),
                foreign.length,
                columns.length,
                s,
                q,
                residual,
                scale,
                new boolean[foreign.length]);
    }

    /** Takes from s, q and the residual what n known columns explain, given how they go with the rest and the targets. */
    private static void eliminate(
            CholeskyFactor factor,
            int n,
            double[] withRest,
            double[] withTargets,
            double[] s,
            double[] q,
            double[] residual,
            int rest) {
        int targets = residual.length;
        factor.forward(withRest, rest);
        factor.forward(withTargets, targets);
        Products.subtract(s, 0, rest, withRest, 0, 1, rest, withRest, 0, rest, rest, n, rest);
        Products.subtract(q, 0, targets, withRest, 0, 1, rest, withTargets, 0, targets, rest, n, targets);
        for (int i = 0; i < n; i++) {
            for (int t = 0; t < targets; t++) {
                residual[t] -= withTargets[i * targets + t] * withTargets[i * targets + t];
            }
        }
    }

    @Override
    public double[] residual() {
        return residual;
    }

    @Override
    public double gain(int slot, int[] columns, double[] weights) {
        if (known[slot]) {
            return 0;
        }
        int n = slots * kernel;
        int at = slot * kernel;
        double sum = 0;
        if (kernel == 1) {
            for (int i = 0; i < columns.length; i++) {
                double value = q[at * targets + columns[i]];
                sum += weights[i] * value * value;
            }
            return sum / Math.max(s[at * n + at], FLOOR * scale[at]);
        }
        int width = columns.length;
        double[] block = new double[kernel * kernel];
        double[] explained = new double[kernel * width];
        for (int i = 0; i < kernel; i++) {
            System.arraycopy(s, (at + i) * n + at, block, i * kernel, kernel);
            for (int t = 0; t < width; t++) {
                explained[i * width + t] = q[(at + i) * targets + columns[t]];
            }
        }
        CholeskyFactor.ofOwned(block, kernel).forward(explained, width);
        for (int i = 0; i < kernel; i++) {
            for (int t = 0; t < width; t++) {
                sum += weights[t] * explained[i * width + t] * explained[i * width + t];
            }
        }
        return sum;
    }

    @Override
    public void include(int slot) {
        int n = slots * kernel;
        for (int k = 0; k < kernel; k++) {
            int p = slot * kernel + k;
            double pivot = s[p * n + p];
            if (pivot > FLOOR * scale[p]) {
                double[] row = Arrays.copyOfRange(s, p * n, (p + 1) * n);
                double[] with = Arrays.copyOfRange(q, p * targets, (p + 1) * targets);
                for (int t = 0; t < targets; t++) {
                    residual[t] -= with[t] * with[t] / pivot;
                }
                for (int i = 0; i < n; i++) {
                    double factor = row[i] / pivot;
                    if (factor != 0) {
                        subtract(s, i * n, factor, row, n);
                        subtract(q, i * targets, factor, with, targets);
                    }
                }
            }
        }
        known[slot] = true;
    }

    private static void subtract(double[] from, int at, double factor, double[] row, int length) {
        for (int j = 0; j < length; j++) {
            from[at + j] -= factor * row[j];
        }
    }

    @Override
    public double[] residualWith(int[] among, int[] wanted) {
        int[] columns = columns(among, true);
        int width = wanted.length;
        double[] explained = part(columns, wanted);
        double[] left = new double[width];
        for (int t = 0; t < width; t++) {
            left[t] = residual[wanted[t]];
        }
        CholeskyFactor.ofOwned(block(columns, columns), columns.length).forward(explained, width);
        for (int i = 0; i < columns.length; i++) {
            for (int t = 0; t < width; t++) {
                left[t] -= explained[i * width + t] * explained[i * width + t];
            }
        }
        return left;
    }

    @Override
    public CorrelatedSources without(int[] gone, int[] wanted) {
        int[] out = columns(gone, true);
        boolean[] leaves = new boolean[slots];
        for (int slot : gone) {
            leaves[slot] = true;
        }
        int[] staying = new int[slots - gone.length];
        boolean[] stayKnown = new boolean[staying.length];
        int count = 0;
        for (int slot = 0; slot < slots; slot++) {
            if (!leaves[slot]) {
                stayKnown[count] = known[slot];
                staying[count++] = slot;
            }
        }
        int[] rest = columns(staying, false);
        double[] restScale = new double[rest.length];
        for (int i = 0; i < rest.length; i++) {
            restScale[i] = scale[rest[i]];
        }
        double[] newS = block(rest, rest);
        double[] newQ = part(rest, wanted);
        double[] newResidual = new double[wanted.length];
        for (int t = 0; t < newResidual.length; t++) {
            newResidual[t] = residual[wanted[t]];
        }
        eliminate(
                CholeskyFactor.ofOwned(block(out, out), out.length),
                out.length,
                block(out, rest),
                part(out, wanted),
                newS,
                newQ,
                newResidual,
                rest.length);
        return new CorrelatedSources(
                kernel, staying.length, wanted.length, newS, newQ, newResidual, restScale, stayKnown);
    }

    /** Columns of some slots; those of known sources, which are spent, only if asked for. */
    private int[] columns(int[] among, boolean unknownOnly) {
        int[] found = new int[among.length * kernel];
        int count = 0;
        for (int slot : among) {
            if (!unknownOnly || !known[slot]) {
                for (int k = 0; k < kernel; k++) {
                    found[count++] = slot * kernel + k;
                }
            }
        }
        return Arrays.copyOf(found, count);
    }

    private double[] block(int[] rows, int[] columns) {
        int n = slots * kernel;
        double[] part = new double[rows.length * columns.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                part[i * columns.length + j] = s[rows[i] * n + columns[j]];
            }
        }
        return part;
    }

    private double[] part(int[] rows, int[] wanted) {
        double[] part = new double[rows.length * wanted.length];
        for (int i = 0; i < rows.length; i++) {
            for (int t = 0; t < wanted.length; t++) {
                part[i * wanted.length + t] = q[rows[i] * targets + wanted[t]];
            }
        }
        return part;
    }

    @Override
    public CorrelatedSources copy() {
        return new CorrelatedSources(
                kernel, slots, targets, s.clone(), q.clone(), residual.clone(), scale, known.clone());
    }
}
