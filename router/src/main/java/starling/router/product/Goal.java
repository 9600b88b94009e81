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
        private static final double ROUNDING = 1e-9;

        /** @throws IllegalArgumentException if it is out of its range */
        public Fraction {
            if (!(part > 0 && part <= 1)) {
                throw new IllegalArgumentException("a fraction must be above 0 and at most 1: it is " + part);
            }
        }

        int pieces(ComputationCode code) {
            // 0.28 of 25 are 7, whatever a double makes of it.
            return (int) Math.ceil(part * code.pieces().size() - ROUNDING);
        }
    }

    /**
     * All is known, or this time is over: then what is known counts.
     *
     * @param time from when the orders are made
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
