package starling.experiments.workers;

/**
 * Bits of messages.
 *
 * @param raw before entropy coding, side information included
 * @param sent as the messages really are
 */
public record Bits(double raw, double sent) {
    public static final Bits NONE = new Bits(0, 0);

    public Bits plus(Bits other) {
        return new Bits(raw + other.raw, sent + other.sent);
    }

    public Bits times(double factor) {
        return new Bits(raw * factor, sent * factor);
    }
}
