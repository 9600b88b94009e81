package starling.repurpose.latency;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How long an inference is predicted to take.
 *
 * @param computeSeconds what the slowest worker of each stage computes, added up
 * @param exchangeSeconds all exchanges; null where there are some and a round trip was not measured
 * @param rounds exchanges
 * @param aloneSeconds what the fastest device that can hold the model takes for all of it; null if none can
 */
public record Latency(
        double computeSeconds,
        @Nullable Double exchangeSeconds,
        int rounds,
        @Nullable Double aloneSeconds) {
    private static final double MILLIS = 1e3;

    /** Computing and exchanges; null if the latter are unknown. */
    public @Nullable Double seconds() {
        return exchangeSeconds == null ? null : Double.valueOf(computeSeconds + exchangeSeconds);
    }

    /** Whether one device alone is faster; also where computing alone already takes the fleet longer. */
    public boolean aloneFaster() {
        Double alone = aloneSeconds;
        return alone != null && alone < computeSeconds + (exchangeSeconds == null ? 0 : exchangeSeconds);
    }

    /** As a sentence. */
    public String sentence() {
        Double exchanges = exchangeSeconds;
        Double alone = aloneSeconds;
        String fleet = exchanges == null
                ? "predicted latency: " + millis(computeSeconds) + " of computing and " + rounds
                        + " exchanges, whose time is unknown since not every profile has a round trip"
                : "predicted latency: " + millis(computeSeconds + exchanges) + ", of which " + millis(computeSeconds)
                        + " computing and " + millis(exchanges) + " in " + rounds + " exchanges";
        if (alone == null) {
            return fleet + "; no device alone has the memory for the model";
        }
        return fleet + "; "
                + (aloneFaster()
                        ? "one device alone is faster: " + millis(alone)
                        : "the fastest device alone takes " + millis(alone));
    }

    private static String millis(double seconds) {
        return String.format(Locale.ROOT, "%.3f ms", seconds * MILLIS);
    }
}
