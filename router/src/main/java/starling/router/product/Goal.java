package starling.router.product;

import java.time.Duration;
import starling.codes.computation.ComputationCode;

/** When a product is done: whatever it is, nothing is waited for longer than the terms say. */
public sealed interface Goal {
    /** All of the product is known. */
    record All() implements Goal {}

    /**
     * A part of the pieces that the code names is known.
     *
     * @param part above 0, at most 1
     */
    record Fraction(double part) implements Goal {
        /** @throws IllegalArgumentException if it is out of its range */
        public Fraction {
            if (!(part > 0 && part <= 1)) {
                throw new IllegalArgumentException("a fraction must be above 0 and at most 1: it is " + part);
            }
        }

        int pieces(ComputationCode code) {
            return (int) Math.ceil(part * code.pieces().size());
        }
    }

    /**
     * All is known, or this time is over: then what is known counts.
     *
     * @param time from when the orders leave
     */
    record Deadline(Duration time) implements Goal {
        /** @throws IllegalArgumentException if it is not positive */
        public Deadline {
            if (time.isZero() || time.isNegative()) {
                throw new IllegalArgumentException("a deadline must be positive: it is " + time.toNanos() / 1e9 + " s");
            }
        }
    }
}
