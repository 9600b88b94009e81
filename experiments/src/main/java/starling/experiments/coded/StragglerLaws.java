package starling.experiments.coded;

import java.util.List;
import starling.codes.sequential.FirstOrderClock;
import starling.codes.straggler.FritchmanPattern;
import starling.codes.straggler.IndependentPattern;
import starling.codes.straggler.StragglerPattern;
import starling.experiments.findings.Context;
import starling.experiments.findings.Parameter;

/** The two laws of stragglers of Krishnan et al., section 5, as parameters. That of bursts has numbers only in a supplement: ours are chosen. */
final class StragglerLaws {
    static final Parameter<Double> DELTA =
            Parameter.number("delta", 0.3, 0.3, 0, 1, "probability of a straggler, each round on its own");
    static final Parameter<Integer> STATES =
            Parameter.integer("bad-states", 2, 2, 1, 100, "bad states in a row of a burst");
    static final Parameter<Double> ONSET =
            Parameter.number("onset", 0.1, 0.1, 1e-9, 1, "probability that a burst begins");
    static final Parameter<Double> PROGRESS =
            Parameter.number("progress", 0.5, 0.5, 1e-9, 1, "probability of leaving a bad state");
    static final Parameter<Double> ISOLATED =
            Parameter.number("isolated", 0.05, 0.05, 0, 1, "probability of a straggler outside bursts");
    static final Parameter<Double> ALPHA = Parameter.number("alpha", 5, 5, 1, 1000, "times that a straggler takes");
    static final Parameter<Double> MU =
            Parameter.number("mu", 0.25, 0.25, 0, 1000, "how much longer than for the first worker is waited at least");
    static final List<Parameter<?>> ALL = List.of(DELTA, STATES, ONSET, PROGRESS, ISOLATED, ALPHA, MU);

    private StragglerLaws() {}

    /**
     * The law of a seed.
     *
     * @param bursts whether stragglers come in bursts
     * @param rounds that are drawn
     */
    static StragglerPattern pattern(Context context, boolean bursts, long rounds, long seed) {
        return bursts
                ? new FritchmanPattern(law(context), ModelJobs.WORKERS, (int) rounds, seed)
                : new IndependentPattern(context.get(DELTA), seed);
    }

    static FritchmanPattern.Law law(Context context) {
        return new FritchmanPattern.Law(
                context.get(STATES), context.get(ONSET), context.get(PROGRESS), context.get(ISOLATED));
    }

    /** A clock for these jobs. */
    static FirstOrderClock clock(Context context, boolean bursts, ModelJobs jobs, int steps, long seed) {
        return new FirstOrderClock(
                pattern(context, bursts, jobs.jobs(steps) + ModelJobs.DELAY, seed),
                context.get(ALPHA),
                context.get(MU),
                jobs::time);
    }
}
