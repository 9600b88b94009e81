package starling.router.product;

import java.util.List;
import starling.codes.computation.Decoded;

/**
 * A product, and how it came about. Seconds count from when the first order was made.
 *
 * @param decoded what is known of the product
 * @param met whether the goal was met; with a deadline, whether all is known
 * @param seconds until it was, or until no more was waited for
 * @param decoding seconds that putting the result together took
 * @param works what each agent that was asked did
 * @param bytesDown of orders
 * @param bytesUp of replies
 * @param refused answers that did not count, late ones of an earlier product among them
 */
public record Outcome(
        Decoded decoded,
        boolean met,
        double seconds,
        double decoding,
        List<Work> works,
        long bytesDown,
        long bytesUp,
        int refused) {}
