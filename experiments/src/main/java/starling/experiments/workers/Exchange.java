package starling.experiments.workers;

import java.util.List;
import starling.codes.random.Draw;

/** How the gradients of one parameter come from all workers to the server. May keep state from round to round. */
public interface Exchange {

    /** What it is called in tables and figures. */
    String name();

    /**
     * Carries one parameter's gradients.
     *
     * @param workers what each has, in order
     * @param tensor which parameter
     * @param draw of this round and parameter; {@link Draw#withNode} makes a worker's own
     * @param mean what the server takes for the mean of the workers' gradients, written
     * @return what all workers sent
     */
    Bits carry(List<Gradients> workers, Tensor tensor, Draw draw, float[] mean);
}
