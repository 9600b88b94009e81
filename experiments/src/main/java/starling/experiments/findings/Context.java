package starling.experiments.findings;

import java.io.PrintWriter;

/**
 * What a run is given.
 *
 * @param settings the values of its parameters
 * @param seed where all its random numbers come from
 * @param log where it may tell people how far it is; never standard output
 */
public record Context(Settings settings, long seed, PrintWriter log) {
    /** The value of one of the experiment's parameters. */
    public <T> T get(Parameter<T> parameter) {
        return settings.get(parameter);
    }

    /** Tells people one line. */
    public void say(String line) {
        log.println(line);
        log.flush();
    }
}
