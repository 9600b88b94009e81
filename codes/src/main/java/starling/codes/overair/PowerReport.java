package starling.codes.overair;

import java.util.ArrayList;
import java.util.List;

/**
 * What a node tells the router before it sends: how long its gradient is, and with which scales c its power suffices for how
 * many of its best subchannels. A few dozen numbers, whatever d and m.
 *
 * @param amount alpha_i ||g_i||
 * @param participation pi_i
 * @param best the largest c at which it can send at all; 0 if at none
 * @param scales the largest c at which it can use so many subchannels, for each of {@link #counts}; 0 where it never can
 */
public record PowerReport(double amount, double participation, double best, double[] scales) {

    /** Numbers of subchannels that are reported: all M, and down to 1 by factors of about sqrt 2. */
    public static List<Integer> counts(int subchannels) {
        List<Integer> counts = new ArrayList<>();
        int count = subchannels;
        while (count > 1) {
            counts.add(count);
            count = Math.min(count - 1, (int) Math.ceil(count * 0.7071));
        }
        counts.add(1);
        return List.copyOf(counts);
    }

    /** At least so many subchannels it can use at a scale; 0 if none. */
    int countAt(double scale, List<Integer> counts) {
        for (int j = 0; j < scales.length; j++) {
            if (scale <= scales[j]) {
                return counts.get(j);
            }
        }
        return scale <= best ? 1 : 0;
    }
}
