package starling.experiments.findings;

import java.util.List;

/**
 * One table, figure or promise, computed again by one command. An experiment keeps no state between runs, draws all random
 * numbers from the seed it is given and writes nothing itself: figures are part of its findings.
 */
public interface Experiment {
    /** What it is called on the command line: lower case words joined by hyphens. */
    String name();

    /** One sentence: what is measured against what. */
    String description();

    /** What can be set, in the order in which it is to be listed; names are unique. */
    List<Parameter<?>> parameters();

    /**
     * Runs it.
     *
     * @throws starling.models.UnfitException if it cannot run with these settings or here, saying why
     */
    Findings run(Context context);
}
