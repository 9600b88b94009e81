package starling.router.product;

import java.util.BitSet;
import java.util.List;
import starling.codes.computation.Matrix;

/**
 * A round of a stream of products. Seconds count from when the first order was made.
 *
 * @param enough whether it ended with enough results, not for want of agents or of time
 * @param arrived for every agent the places of its tasks whose results came
 * @param seconds that it took
 * @param works what each agent that was asked did
 * @param bytesDown of orders
 * @param bytesUp of replies
 * @param refused results that did not count, late ones of earlier rounds among them
 */
public record Round(
        boolean enough,
        List<BitSet> arrived,
        double seconds,
        List<Work> works,
        long bytesDown,
        long bytesUp,
        int refused) {

    /** Takes the results of a round. */
    @FunctionalInterface
    public interface Receiver {
        /**
         * Takes a result, one at a time.
         *
         * @param worker whose it is
         * @param place of the task among those of this worker
         * @throws starling.codes.computation.RefusedAnswerException if it does not count
         */
        void accept(int worker, int place, Matrix value);
    }
}
