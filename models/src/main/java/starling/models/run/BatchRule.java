package starling.models.run;

/**
 * How many samples run together: as many as keep {@value #MOST_FLOATS} floats (64 MiB) in the largest place that grows with the
 * batch, but at most {@value #MOST_SAMPLES}, since more make nothing faster, and always one.
 */
public final class BatchRule {
    /** Most floats of one batch in one place. */
    public static final int MOST_FLOATS = 16 << 20;
    /** Most samples of one batch. */
    public static final int MOST_SAMPLES = 250;

    private BatchRule() {}

    /**
     * The size of a batch.
     *
     * @param floats of one sample, in the place that needs most
     */
    public static int samples(long floats) {
        return (int) Math.max(1, Math.min(MOST_SAMPLES, MOST_FLOATS / Math.max(1, floats)));
    }
}
