package starling.repurpose.values;

import starling.repurpose.space.LinearMap;

/**
 * Second moments of a layer's input columns x (the modified network's) and of the pre-activations z it should make (the
 * original's): G = E[x x^T] + Lambda, R = E[x z^T] + Lambda W, power = E[z^2] + w^T Lambda w, where W are the original weights and
 * Lambda the ridge that draws towards them. The least-squares weights on a support s are G_ss^-1 R_s; what they leave of
 * target t is power_t - R_st^T G_ss^-1 R_st.
 *
 * <p>Columns: source s has the K columns s K .. s K + K - 1 (its patch where the layer is a convolution); the last column is the
 * constant 1 of the bias.
 *
 * <p>Where moments are not known there is only an energy for every source and target, w^2 (summed over a channel's kernel):
 * sources then count as uncorrelated and alike, and the weights stay what they are.
 *
 * @param map the layer
 * @param gram [C][C] of all C = S K + 1 columns, or empty
 * @param cross [C][T], or empty
 * @param power [T]; the sum of the energies where moments are not known
 * @param energy [T][S], or empty where moments are known or a source is one column: then it is its weight squared
 */
record LayerMoments(LinearMap map, double[] gram, double[] cross, double[] power, float[] energy) {

    /** Whether the moments are known. */
    boolean known() {
        return gram.length > 0;
    }

    /**
     * What a source means for a target by the weights alone, rounded to float32. Targets that follow each other are far apart in
     * memory, sources are neighbours.
     */
    float energy(int source, int target) {
        int at = target * map.sources() + source;
        if (energy.length > 0) {
            return energy[at];
        }
        float weight = map.weights()[at];
        return weight * weight;
    }

    /** Columns, with that of the bias. */
    int columns() {
        return map.sources() * map.kernel() + 1;
    }

    /** What the weights alone say. */
    static LayerMoments unknown(LinearMap map) {
        int targets = map.targets();
        float[] energy = new float[map.kernel() == 1 ? 0 : map.sources() * targets];
        double[] power = new double[targets];
        for (int t = 0; t < targets; t++) {
            for (int s = 0; s < map.sources(); s++) {
                double sum = 0;
                int at = (t * map.sources() + s) * map.kernel();
                for (int k = 0; k < map.kernel(); k++) {
                    sum += (double) map.weights()[at + k] * map.weights()[at + k];
                }
                if (energy.length > 0) {
                    energy[t * map.sources() + s] = (float) sum;
                }
                power[t] += sum;
            }
        }
        return new LayerMoments(map, new double[0], new double[0], power, energy);
    }

    /**
     * Moments with the ridge added.
     *
     * @param sum sum over rows of (x, z)(x, z)^T, [S K + T][S K + T]
     * @param sums sum over rows of (x, z)
     * @param rows number of rows
     * @param ridge of the mean of E[x^2], the strength of the prior
     */
    static LayerMoments measured(LinearMap map, double[] sum, double[] sums, long rows, double ridge) {
        int inputs = map.sources() * map.kernel();
        int targets = map.targets();
        int wide = inputs + targets;
        int columns = inputs + 1;
        double[] gram = new double[columns * columns];
        double[] cross = new double[columns * targets];
        double[] power = new double[targets];
        double trace = 0;
        for (int c = 0; c < inputs; c++) {
            for (int d = 0; d < inputs; d++) {
                gram[c * columns + d] = sum[c * wide + d] / rows;
            }
            gram[c * columns + inputs] = sums[c] / rows;
            gram[inputs * columns + c] = sums[c] / rows;
            trace += gram[c * columns + c];
            for (int t = 0; t < targets; t++) {
                cross[c * targets + t] = sum[c * wide + inputs + t] / rows;
            }
        }
        gram[inputs * columns + inputs] = 1;
        double lambda = Math.max(ridge * trace / inputs, 1e-12);
        for (int c = 0; c < inputs; c++) {
            gram[c * columns + c] += lambda;
        }
        for (int t = 0; t < targets; t++) {
            cross[inputs * targets + t] = sums[inputs + t] / rows;
            power[t] = sum[(inputs + t) * wide + inputs + t] / rows;
            for (int c = 0; c < inputs; c++) {
                double w = map.weights()[t * inputs + c];
                cross[c * targets + t] += lambda * w;
                power[t] += lambda * w * w;
            }
        }
        return new LayerMoments(map, gram, cross, power, new float[0]);
    }

    /** The columns of some sources, in their order, the bias last if wanted. */
    int[] columnsOf(int[] sources, boolean bias) {
        int kernel = map.kernel();
        int[] found = new int[sources.length * kernel + (bias ? 1 : 0)];
        for (int i = 0; i < sources.length; i++) {
            for (int k = 0; k < kernel; k++) {
                found[i * kernel + k] = sources[i] * kernel + k;
            }
        }
        if (bias) {
            found[found.length - 1] = map.sources() * kernel;
        }
        return found;
    }

    /** Rows and columns of the Gram matrix. */
    double[] gramOf(int[] rows, int[] columns) {
        int all = columns();
        double[] part = new double[rows.length * columns.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < columns.length; j++) {
                part[i * columns.length + j] = gram[rows[i] * all + columns[j]];
            }
        }
        return part;
    }

    /** Rows of R for some targets. */
    double[] crossOf(int[] rows, int[] targets) {
        double[] part = new double[rows.length * targets.length];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < targets.length; j++) {
                part[i * targets.length + j] = cross[rows[i] * map.targets() + targets[j]];
            }
        }
        return part;
    }
}
