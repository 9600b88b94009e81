package starling.experiments.findings;

import java.io.PrintWriter;
import starling.models.UnfitException;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;

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

    /**
     * Opens the data that a parameter names.
     *
     * @throws UnfitException if they cannot be read; the sentence names the parameter
     */
    public Dataset open(Parameter<DataSpec> parameter, Split part) {
        return open(parameter, get(parameter), part);
    }

    /** {@link #open(Parameter, Split)} of a part or of groups of what the parameter names. */
    public Dataset open(Parameter<DataSpec> parameter, DataSpec made, Split part) {
        try {
            return made.open(part, seed);
        } catch (UnfitException e) {
            throw new UnfitException(
                    e.getMessage() + "; '--set " + parameter.name() + "=DATA' names other data, " + parameter.type(),
                    e);
        }
    }

    /** Tells people one line. */
    public void say(String line) {
        log.println(line);
        log.flush();
    }
}
