package starling.codes.straggler;

import java.util.BitSet;
import starling.codes.random.RandomStream;

/**
 * Stragglers in bursts: every worker is a Markov chain of its own with one good state and k bad ones in a row (Fritchman, A
 * binary channel characterization using partitioned Markov chains, 1967). From good it goes to the first bad state with probability
 * {@code onset}, from each bad state to the next - from the last to good - with probability {@code progress}, else it stays. In
 * the good state it is slow all the same with probability {@code isolated}. Bursts last k / progress rounds in the mean; chains
 * begin in their stationary law, in which a worker is bad with probability (k / progress) / (k / progress + 1 / onset).
 */
public final class FritchmanPattern implements StragglerPattern {
    private final int workers;
    private final int rounds;
    private final BitSet slow = new BitSet();

    /**
     * The law of one worker.
     *
     * @param badStates k, at least 1
     * @param onset probability of leaving the good state, in (0, 1]
     * @param progress probability of leaving a bad state, in (0, 1]
     * @param isolated probability of being slow in the good state, in [0, 1]
     */
    public record Law(int badStates, double onset, double progress, double isolated) {
        /** @throws IllegalArgumentException if a number is out of its range */
        public Law {
            if (badStates < 1) {
                throw new IllegalArgumentException("there must be at least one bad state: " + badStates);
            }
            if (!(onset > 0 && onset <= 1 && progress > 0 && progress <= 1 && isolated >= 0 && isolated <= 1)) {
                throw new IllegalArgumentException(
                        "onset and progress must be above 0 and at most 1, isolated from 0 to 1: they are " + onset
                                + ", " + progress + ", " + isolated);
            }
        }

        /** The probability of a bad state. */
        public double bad() {
            double burst = badStates / progress;
            return burst / (burst + 1 / onset);
        }

        /** The probability of being slow. */
        public double slow() {
            return bad() + (1 - bad()) * isolated;
        }
    }

    /**
     * Draws all rounds at once; after the last they begin again.
     *
     * @throws IllegalArgumentException if there are no workers or rounds
     */
    public FritchmanPattern(Law law, int workers, int rounds, long seed) {
        if (workers < 1 || rounds < 1) {
            throw new IllegalArgumentException(
                    "a pattern must have workers and rounds: it has " + workers + " and " + rounds);
        }
        this.workers = workers;
        this.rounds = rounds;
        for (int worker = 0; worker < workers; worker++) {
            RandomStream stream = new RandomStream(seed).branch(worker);
            int state = stream.uniform(0) < law.bad() ? 1 + stream.below(1, law.badStates()) : 0;
            for (int round = 0; round < rounds; round++) {
                if (state > 0 || stream.uniform(3L * round + 2) < law.isolated()) {
                    slow.set(round * workers + worker);
                }
                boolean moves = stream.uniform(3L * round + 3) < (state == 0 ? law.onset() : law.progress());
                state = moves ? (state + 1) % (law.badStates() + 1) : state;
            }
        }
    }

    @Override
    public boolean slow(long round, int worker) {
        if (worker < 0 || worker >= workers) {
            throw new IllegalArgumentException("the pattern has " + workers + " workers: there is no worker " + worker);
        }
        return slow.get((int) (round % rounds) * workers + worker);
    }
}
