package starling.codes.sparse;

/**
 * How many of the numbers of a vector are sent.
 *
 * @param fraction of the length, in (0, 1]; at least one number is sent
 */
public record Share(double fraction) {

    public Share {
        if (!(fraction > 0 && fraction <= 1)) {
            throw new IllegalArgumentException("the share of numbers sent must be in (0, 1]: " + fraction);
        }
    }

    /** max(1, round(fraction n)). */
    public int of(int length) {
        return (int) Math.max(1, Math.round(fraction * length));
    }
}
