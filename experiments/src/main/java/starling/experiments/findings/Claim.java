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
 * @param reason why it may not hold, where that is known: said only if it does not
 */
public record Claim(
        String id,
        double paper,
        double measured,
        @Nullable Double tolerance,
        boolean required,
        boolean holds,
        @Nullable String reason) {

    /** The measured number is within the tolerance of the given one. */
    public static Claim near(String id, double paper, double measured, double tolerance, boolean required) {
        return new Claim(id, paper, measured, tolerance, required, Math.abs(measured - paper) <= tolerance, null);
    }

    /** The measured number is not larger than the given one. */
    public static Claim atMost(String id, double bound, double measured, boolean required) {
        return new Claim(id, bound, measured, null, required, measured <= bound, null);
    }

    /** The measured number is not smaller than the given one. */
    public static Claim atLeast(String id, double bound, double measured, boolean required) {
        return new Claim(id, bound, measured, null, required, measured >= bound, null);
    }

    /** The same, with the reason to be given if it does not hold: the rest of a sentence that begins "because". */
    public Claim because(String why) {
        return new Claim(id, paper, measured, tolerance, required, holds, holds ? null : why);
    }

    /** Whether a run with this claim has failed. */
    public boolean fails() {
        return required && !holds;
    }
}
