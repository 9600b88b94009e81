package starling.experiments.findings;

import org.jspecify.annotations.Nullable;

/**
 * One number held against another.
 *
 * @param id what is claimed, in lower case words joined by hyphens; says the direction where there is one
 * @param paper the number that a paper, another algorithm or a document of ours gives
 * @param measured the number this run gave; NaN never holds
 * @param tolerance how far off it may be; null for a bound, which has none
 * @param required whether a document of ours demands it, so that the run fails without it
 * @param holds whether it is so
 */
public record Claim(
        String id, double paper, double measured, @Nullable Double tolerance, boolean required, boolean holds) {

    /** The measured number is within the tolerance of the given one. */
    public static Claim near(String id, double paper, double measured, double tolerance, boolean required) {
        return new Claim(id, paper, measured, tolerance, required, Math.abs(measured - paper) <= tolerance);
    }

    /** The measured number is not larger than the given one. */
    public static Claim atMost(String id, double bound, double measured, boolean required) {
        return new Claim(id, bound, measured, null, required, measured <= bound);
    }

    /** The measured number is not smaller than the given one. */
    public static Claim atLeast(String id, double bound, double measured, boolean required) {
        return new Claim(id, bound, measured, null, required, measured >= bound);
    }

    /** Whether a run with this claim has failed. */
    public boolean fails() {
        return required && !holds;
    }
}
