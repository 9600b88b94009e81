package starling.codes.uep;

/**
 * The expected loss E||C - C^||_F^2 when classes that are not decoded count as zero and the entries of all blocks are uncorrelated with
 * mean zero (Theorems 1 and 2 of the paper). A product A_ik B_kj of blocks of u x h and h x q has the energy u h q
 * sigma_A^2 sigma_B^2; variances may differ within a class, so energies are summed block by block.
 */
public final class ExpectedLoss {
    private final Windows windows;
    private final double[] energies;

    /**
     * A loss for windows and energies.
     *
     * @param energies of every class, the sum of its products' energies
     * @throws IllegalArgumentException if their number differs from that of classes, or one is negative
     */
    public ExpectedLoss(Windows windows, double... energies) {
        if (energies.length != windows.classes()) {
            throw new IllegalArgumentException("there must be an energy for each of the " + windows.classes()
                    + " classes: there are " + energies.length);
        }
        for (double energy : energies) {
            if (!(energy >= 0)) {
                throw new IllegalArgumentException("energies must not be negative: one is " + energy);
            }
        }
        this.windows = windows;
        this.energies = energies.clone();
    }

    /** The same for other windows of the same classes. */
    public ExpectedLoss with(Windows others) {
        return new ExpectedLoss(others, energies);
    }

    /** The windows. */
    public Windows windows() {
        return windows;
    }

    /** E||C||_F^2, the loss without any answer. */
    public double whole() {
        double sum = 0;
        for (double energy : energies) {
            sum += energy;
        }
        return sum;
    }

    /**
     * The loss after so many answers: sum over l of E_l (1 - P_d,l). That is (16) for rows times columns, and exact for columns times
     * rows too, where products of different blocks are uncorrelated.
     */
    public double after(int answers) {
        return of(DecodingProbabilities.after(windows, answers));
    }

    /** The loss (15) when each worker has answered with a probability F(t). */
    public double mixed(int workers, double answered) {
        return of(DecodingProbabilities.mixed(windows, workers, answered));
    }

    /**
     * The loss of an MDS code over the same products, all or nothing: all that is needed are as many answers as there are products.
     */
    public double mdsMixed(int workers, double answered) {
        double[] counts = DecodingProbabilities.binomial(workers, answered);
        double missing = 0;
        for (int n = 0; n < Math.min(windows.products(), workers + 1); n++) {
            missing += counts[n];
        }
        return whole() * missing;
    }

    /** Theorem 2's bound (18) for columns times rows: M times the loss, for M products. */
    public double theorem2(int workers, double answered) {
        return windows.products() * mixed(workers, answered);
    }

    private double of(double[] decoded) {
        double sum = 0;
        for (int l = 0; l < energies.length; l++) {
            sum += energies[l] * Math.max(0, 1 - decoded[l]);
        }
        return sum;
    }
}
