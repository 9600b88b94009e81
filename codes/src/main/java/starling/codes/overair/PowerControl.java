package starling.codes.overair;

import java.util.Collection;
import java.util.List;

/**
 * The router's choice of the scale c that all nodes share. A large c lifts what is sent above the noise; a small one lets nodes use
 * more of their subchannels. Chosen is the least of what the reports allow to bound of the error,
 *
 * <pre>d (sum a_i / m_i) (sum a_i) + d sum (1 / pi_i - 1) a_i^2 / m_i + d sigma^2 / c^2,   a_i = alpha_i ||g_i||,</pre>
 *
 * which is (5.9) but for the constant ||g||^2 where every pi_i = 1, and follows in the same way from the exact form of Lemma 14 where
 * not. c is at most what the weakest node bears, so that all can send; only nodes that can send at no scale, and those below a
 * floor, are left to outage. Searched are 200 values from the c at which all nodes use all subchannels up to the largest.
 */
public final class PowerControl {
    private static final int STEPS = 200;

    private PowerControl() {}

    /** As {@link #choose(RandomLinearCode, double, Collection, double)} without a floor. */
    public static double choose(RandomLinearCode code, double noise, Collection<PowerReport> reports) {
        return choose(code, noise, reports, 0);
    }

    /**
     * The scale of the least bound.
     *
     * @param noise sigma^2 of each component at whoever decodes
     * @param floor nodes that bear less than this scale are left to outage; 0 to spare all that can send at some scale
     * @throws IllegalArgumentException when there is no report, none of a node that can send, or the floor is not a number from 0 on
     */
    public static double choose(RandomLinearCode code, double noise, Collection<PowerReport> reports, double floor) {
        if (!(floor >= 0 && floor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the floor of scales must be finite and not negative: " + floor);
        }
        List<Integer> counts = PowerReport.counts(code.subchannels());
        for (PowerReport report : reports) {
            if (report.scales().length != counts.size()) {
                throw new IllegalArgumentException("a report must have " + counts.size() + " scales for "
                        + code.subchannels() + " subchannels: " + report.scales().length);
            }
        }
        List<PowerReport> able = reports.stream()
                .filter(report -> report.best() > 0 && report.best() >= floor)
                .toList();
        if (able.isEmpty()) {
            throw new IllegalArgumentException("a scale needs at least one node that can send: 0 of " + reports.size());
        }
        double most = able.stream().mapToDouble(PowerReport::best).min().orElseThrow();
        double all =
                able.stream().mapToDouble(report -> report.scales()[0]).min().orElseThrow();
        if (most == Double.POSITIVE_INFINITY) {
            return 1;
        }
        double least = all > 0 ? Math.min(all, most) : most / Math.max(2, code.subchannels());
        double ratio = StrictMath.pow(most / least, 1.0 / STEPS);
        double chosen = most;
        double lowest = bound(code, noise, able, counts, most);
        double scale = least;
        for (int step = 0; step < STEPS; step++) {
            double bound = bound(code, noise, able, counts, scale);
            if (bound < lowest) {
                lowest = bound;
                chosen = scale;
            }
            scale = Math.min(most, scale * ratio);
        }
        return chosen;
    }

    private static double bound(
            RandomLinearCode code, double noise, List<PowerReport> able, List<Integer> counts, double scale) {
        double amounts = 0;
        double spread = 0;
        double absences = 0;
        for (PowerReport report : able) {
            double share = report.amount() / (code.perSubchannel() * report.countAt(scale, counts));
            amounts += report.amount();
            spread += share;
            absences += (1 / report.participation() - 1) * report.amount() * share;
        }
        return code.length() * (spread * amounts + absences + noise / (scale * scale));
    }
}
