package starling.codes.syndrome;

import java.util.Arrays;

/**
 * Decoding by belief propagation: the sum-product algorithm on a code's graph, check after check (layered), each with what
 * those before it said. Messages are ratios of probabilities, which are the exponentials of the usual logarithms: a check's
 * answer is r = (1 + s prod d) / (1 - s prod d) over the other bits' d = (r' - 1) / (r' + 1), with s = -1 where its
 * syndrome bit is 1. So a decoding needs products and quotients alone and goes alike on every machine.
 *
 * <p>Cost: about 15 ns per edge and iteration; 8 (edges + n) bytes. A decoder may be used again, not by several threads.
 */
public final class BeliefPropagation {
    private static final double SUREST = 1 - 0x1p-24;
    private static final double MOST = 0x1p30;

    private final LdpcCode code;
    private final double[] answers;
    private final double[] ratios;
    private final double[] differences;
    private final double[] before;

    public BeliefPropagation(LdpcCode code) {
        this.code = code;
        answers = new double[code.edges()];
        ratios = new double[code.length()];
        int most = 0;
        for (int check = 0; check < code.checks(); check++) {
            most = Math.max(most, end(check) - code.start(check));
        }
        differences = new double[most];
        before = new double[most];
    }

    /**
     * Looks for the likeliest word in a coset, bit by bit.
     *
     * @param syndrome of the word, m numbers, 0 or 1
     * @param priors for each bit P(0) / P(1) as the receiver knows it, positive; infinite and 0 where the bit is certain
     * @param iterations at most, at least 1
     * @param word where the n bits found are written
     * @return whether they have this syndrome; if not they are a guess
     */
    public boolean decode(byte[] syndrome, double[] priors, int iterations, byte[] word) {
        if (syndrome.length != code.checks() || priors.length != code.length() || word.length != code.length()) {
            throw new IllegalArgumentException("a code of " + code.length() + " bits with " + code.checks()
                    + " checks has no word of " + word.length + " bits with " + priors.length
                    + " priors and a syndrome of "
                    + syndrome.length);
        }
        Arrays.fill(answers, 1);
        for (int bit = 0; bit < ratios.length; bit++) {
            if (!(priors[bit] >= 0)) {
                throw new IllegalArgumentException(
                        "a ratio of probabilities must not be negative: " + priors[bit] + " of bit " + bit);
            }
            ratios[bit] = Math.min(MOST, Math.max(1 / MOST, priors[bit]));
        }
        for (int iteration = 0; iteration < iterations; iteration++) {
            for (int check = 0; check < syndrome.length; check++) {
                update(check, syndrome[check] == 0 ? 1 : -1);
            }
            decide(word);
            if (Arrays.equals(code.syndrome(word), syndrome)) {
                return true;
            }
        }
        return false;
    }

    private void update(int check, double sign) {
        int start = code.start(check);
        int degree = end(check) - start;
        double product = sign;
        for (int i = 0; i < degree; i++) {
            double ratio = ratios[code.bitAt(start + i)] / answers[start + i];
            differences[i] = 1 - 2 / (ratio + 1);
            before[i] = product;
            product *= differences[i];
        }
        double after = 1;
        for (int i = degree - 1; i >= 0; i--) {
            double others = Math.min(SUREST, Math.max(-SUREST, before[i] * after));
            after *= differences[i];
            double answer = (1 + others) / (1 - others);
            int bit = code.bitAt(start + i);
            ratios[bit] = ratios[bit] / answers[start + i] * answer;
            answers[start + i] = answer;
        }
    }

    private void decide(byte[] word) {
        for (int bit = 0; bit < word.length; bit++) {
            word[bit] = (byte) (ratios[bit] < 1 ? 1 : 0);
        }
    }

    private int end(int check) {
        return check + 1 == code.checks() ? code.edges() : code.start(check + 1);
    }
}
