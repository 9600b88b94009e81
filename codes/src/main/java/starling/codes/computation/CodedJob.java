package starling.codes.computation;

/**
 * One product to be computed by a code: the inputs of its tasks, its cost, and the decoder that takes the answers.
 */
public final class CodedJob {
    private final long number;
    private final CodedFactor left;
    private final CodedFactor right;

    /**
     * A job of two coded factors.
     *
     * @param number by which answers name it
     * @throws IllegalArgumentException if the factors are not of one code, on the wrong side, or differ in their inner dimension
     */
    public CodedJob(long number, CodedFactor left, CodedFactor right) {
        if (!left.code().equals(right.code())) {
            throw new IllegalArgumentException("factors of a job must be coded by one code: they are by '"
                    + left.code().name() + "' and '" + right.code().name() + "'");
        }
        if (!left.isLeft() || right.isLeft()) {
            throw new IllegalArgumentException(
                    "a job must have a left and a right factor: it has a " + left + " and a " + right);
        }
        if (left.columns() != right.rows()) {
            throw new IllegalArgumentException("factors must agree in their inner dimension: " + left.rows() + " x "
                    + left.columns() + " times " + right.rows() + " x " + right.columns());
        }
        this.number = number;
        this.left = left;
        this.right = right;
    }

    /** A job of two matrices, both coded now. */
    public static CodedJob of(long number, ComputationCode code, Matrix a, Matrix b) {
        return of(number, code, a, b, 1);
    }

    /** The same on at most so many threads. */
    public static CodedJob of(long number, ComputationCode code, Matrix a, Matrix b, int threads) {
        return new CodedJob(number, CodedFactor.left(code, a, threads), CodedFactor.right(code, b, threads));
    }

    /** By which answers name it. */
    public long number() {
        return number;
    }

    /** The code. */
    public ComputationCode code() {
        return left.code();
    }

    /** The coded inputs of a task. */
    public Inputs inputs(int worker, int task) {
        return new Inputs(left.input(worker, task), right.input(worker, task));
    }

    /** What a worker that does its duty answers. */
    public Answer answer(int worker, int task) {
        return new Answer(number, worker, task, inputs(worker, task).compute());
    }

    /** A decoder that has no answer yet. */
    public JobDecoder decoder() {
        return new JobDecoder(code(), number, left.rows(), right.columns());
    }

    /** What it costs. */
    public Cost cost() {
        return Cost.of(code(), left, right);
    }
}
