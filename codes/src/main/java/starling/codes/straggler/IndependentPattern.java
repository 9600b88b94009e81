package starling.codes.straggler;

import starling.codes.random.RandomStream;

/** Every worker is slow in every round with the same probability, independently (Krishnan et al., section 4). */
public final class IndependentPattern implements StragglerPattern {
    private final double probability;
    private final RandomStream stream;

    /**
     * The pattern of a seed.
     *
     * @param probability delta of a worker being slow, in [0, 1]
     */
    public IndependentPattern(double probability, long seed) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("a probability must be from 0 to 1: it is " + probability);
        }
        this.probability = probability;
        this.stream = new RandomStream(seed);
    }

    @Override
    public boolean slow(long round, int worker) {
        return probability == 1 || stream.branch(round).uniform(worker) < probability;
    }
}
