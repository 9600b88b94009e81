package starling.codes.overair;

import java.util.BitSet;
import java.util.List;

/** The mean square error of random linear coding, E||g - g^||^2 with g = sum over i of alpha_i g_i, for perfectly known gains. */
public final class LinearCodeError {

    /**
     * A node, as the formulas know it.
     *
     * @param gradient g_i
     * @param weight alpha_i
     * @param participation pi_i
     * @param used its subchannels
     */
    public record Part(float[] gradient, double weight, double participation, BitSet used) {
        public Part {
            if (used.isEmpty()) {
                throw new IllegalArgumentException(
                        "the formulas are of nodes that use at least one subchannel: 0 used");
            }
        }
    }

    private LinearCodeError() {}

    /**
     * Lemma 13, all nodes on all subchannels in every round with c = 1: (d/m - 1) ||g||^2 + d sigma^2.
     *
     * @param squaredNorm ||g||^2
     * @param noise sigma^2 of each component
     */
    public static double lemma13(RandomLinearCode code, double squaredNorm, double noise) {
        double d = code.length();
        return (d / code.numbers() - 1) * squaredNorm + d * noise;
    }

    /**
     * What Lemma 14 bounds, exactly: with S_i the code numbers that node i sends, m_i = |S_i|,
     *
     * <pre>d sum_{i != j} alpha_i alpha_j |S_i n S_j| / (m_i m_j) g_i.g_j + d sum_i alpha_i^2 ||g_i||^2 / (pi_i m_i)
     *     - ||g||^2 + d sigma^2 / c^2.</pre>
     *
     * Cost: K^2 d for K nodes.
     */
    public static double lemma14(RandomLinearCode code, double scale, double noise, List<Part> parts) {
        double d = code.length();
        double per = code.perSubchannel();
        double error = 0;
        double squaredNorm = 0;
        for (int i = 0; i < parts.size(); i++) {
            for (int j = 0; j < parts.size(); j++) {
                Part a = parts.get(i);
                Part b = parts.get(j);
                double product = a.weight() * b.weight() * product(a.gradient(), b.gradient());
                BitSet both = (BitSet) a.used().clone();
                both.and(b.used());
                double overlap = both.cardinality()
                        / (per * a.used().cardinality() * b.used().cardinality());
                error += d * overlap * product / (i == j ? a.participation() : 1);
                squaredNorm += product;
            }
        }
        return error - squaredNorm + d * noise / (scale * scale);
    }

    /**
     * The bound (5.9): (sum d/m_i alpha_i ||g_i||) (sum alpha_i ||g_i||) - ||g||^2 + d sigma^2 / c^2.
     *
     * @throws IllegalArgumentException when a node does not send in every round: then it is no bound
     */
    public static double bound(RandomLinearCode code, double scale, double noise, List<Part> parts) {
        double d = code.length();
        double spread = 0;
        double amounts = 0;
        double[] sum = new double[code.length()];
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (part.participation() != 1) {
                throw new IllegalArgumentException("the bound (5.9) needs nodes that send in every round: node " + i
                        + " sends with probability " + part.participation());
            }
            double amount = part.weight() * Math.sqrt(product(part.gradient(), part.gradient()));
            spread += amount * d / (code.perSubchannel() * part.used().cardinality());
            amounts += amount;
            for (int at = 0; at < sum.length; at++) {
                sum[at] += part.weight() * part.gradient()[at];
            }
        }
        double squaredNorm = 0;
        for (double number : sum) {
            squaredNorm += number * number;
        }
        return spread * amounts - squaredNorm + d * noise / (scale * scale);
    }

    private static double product(float[] a, float[] b) {
        double product = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
        }
        return product;
    }
}
