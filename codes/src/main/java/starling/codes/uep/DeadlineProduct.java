package starling.codes.uep;

import java.util.ArrayList;
import java.util.List;
import starling.codes.computation.CodedJob;
import starling.codes.computation.ComputationCode;
import starling.codes.computation.JobDecoder;
import starling.codes.computation.Matrix;
import starling.codes.computation.Task;
import starling.codes.random.RandomStream;
import starling.codes.straggler.StragglerModel;

/**
 * Products C = A B with a deadline (section II-A of Tegin et al.): workers begin together, their times are drawn, and what has been
 * answered at T_max is decoded, the rest of C being zero. Coding and decoding are real: coded blocks are made, multiplied and
 * decoded by linear algebra, for those workers alone that are in time. Products are numbered; the same number gives the same
 * times, windows and coefficients.
 *
 * <p>Cost of a product: importance, O(|A| + |B|) and sorting; encoding, computing and decoding for the workers in time.
 */
public final class DeadlineProduct {
    private final ProtectionScheme scheme;
    private final StragglerModel model;
    private final double deadline;
    private final boolean charged;
    private final boolean even;
    private final RandomStream stream;

    /**
     * Products under one scheme.
     *
     * @param model a worker's time for a product of two blocks
     * @param deadline T_max, in the model's time, not negative
     * @param charged whether a worker that has to multiply several pairs of blocks takes so many times as long; if not, every task
     *     takes the time of one product, as in the paper's simulations
     * @param even whether dimensions that do not divide are cut into parts of equal size up to one, not into parts of the size of
     *     the first, of which the last ones are filled up with zeros
     * @param seed of windows and coefficients
     * @throws IllegalArgumentException if the deadline is negative or not a number
     */
    public DeadlineProduct(
            ProtectionScheme scheme, StragglerModel model, double deadline, boolean charged, boolean even, long seed) {
        if (!(deadline >= 0)) {
            throw new IllegalArgumentException("the deadline must not be negative: it is " + deadline);
        }
        this.scheme = scheme;
        this.model = model;
        this.deadline = deadline;
        this.charged = charged;
        this.even = even;
        this.stream = new RandomStream(seed);
    }

    /**
     * What became of a product.
     *
     * @param product C as far as it was known at the deadline, zero elsewhere
     * @param answers workers that were in time
     * @param load mean number of products of blocks that a worker had to compute
     * @param complete whether all of C was known
     */
    public record Outcome(Matrix product, int answers, double load, boolean complete) {}

    /** The scheme. */
    public ProtectionScheme scheme() {
        return scheme;
    }

    /**
     * The product with this number.
     *
     * @throws IllegalArgumentException if the factors do not agree in their inner dimension or have a number that is not finite
     */
    public Outcome multiply(long number, Matrix a, Matrix b) {
        return multiply(number, a, b, deadline);
    }

    /**
     * What the answers give that came after the deadline: C decoded from all answers less what was known. For a product with the
     * same number and factors; it adds up with that to C, unless the code leaves part of C unknown even then.
     */
    public Matrix late(long number, Matrix a, Matrix b, Matrix known) {
        Matrix late = multiply(number, a, b, Double.POSITIVE_INFINITY).product();
        for (int i = 0; i < late.values().length; i++) {
            late.values()[i] -= known.values()[i];
        }
        return late;
    }

    private Outcome multiply(long number, Matrix a, Matrix b, double until) {
        if (!scheme.awaited()) {
            return new Outcome(a.times(b), 1, 1, true);
        }
        NormOrder order = scheme.order(a, b, even);
        Matrix left = order.left(a);
        Matrix right = order.right(b);
        ComputationCode code = scheme.code(left, right, stream.bits(number));
        List<List<Task>> inTime = new ArrayList<>();
        double load = 0;
        for (int worker = 0; worker < code.workers().size(); worker++) {
            int own = code.load(worker);
            load += own;
            if (model.pace(number, worker) * (charged ? own : 1) <= until) {
                inTime.add(code.workers().get(worker));
            }
        }
        load /= code.workers().size();
        if (inTime.isEmpty()) {
            return new Outcome(Matrix.zeros(a.rows(), b.columns()), 0, load, false);
        }
        ComputationCode arrived =
                new ComputationCode(code.name(), code.partition(), inTime, code.pieces(), code.conditionLimit());
        CodedJob job = CodedJob.of(number, arrived, left, right);
        JobDecoder decoder = job.decoder();
        for (int worker = 0; worker < inTime.size(); worker++) {
            decoder.accept(job.answer(worker, 0));
        }
        return new Outcome(order.restore(decoder.decode().result()), inTime.size(), load, decoder.complete());
    }
}
