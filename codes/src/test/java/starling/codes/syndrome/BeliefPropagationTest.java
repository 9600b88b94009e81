package starling.codes.syndrome;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BeliefPropagationTest {

    /** On a graph without cycles the sum-product algorithm is exact: each bit is the likelier one in its coset. */
    @Test
    void withoutCyclesEveryBitIsTheLikelierOneOfItsCoset() {
        LdpcCode tree = LdpcCode.ofLists(9, new int[][] {{0, 1, 2}, {2, 3, 4}, {4, 5}, {2, 6, 7, 8}});
        assertEquals(0, tree.girth());
        Random random = new Random(4);
        int found = 0;
        for (int trial = 0; trial < 300; trial++) {
            double[] priors =
                    random.doubles(9).map(p -> (p + 0.01) / (1.01 - p)).toArray();
            byte[] syndrome = {bit(trial, 0), bit(trial, 1), bit(trial, 2), bit(trial, 3)};
            byte[] best = likelierBits(tree, syndrome, priors);
            byte[] word = new byte[9];
            boolean consistent = new BeliefPropagation(tree).decode(syndrome, priors, 8, word);
            if (Arrays.equals(tree.syndrome(best), syndrome)) {
                assertTrue(consistent);
                found++;
            }
            if (!consistent) {
                assertArrayEquals(best, word);
            }
        }
        assertTrue(found > 150, "cosets whose likelier bits are a word of them: " + found);
    }

    private static byte bit(int number, int place) {
        return (byte) (number >> place & 1);
    }

    private static double probability(byte[] word, double[] priors) {
        double probability = 1;
        for (int bit = 0; bit < word.length; bit++) {
            probability *= (word[bit] == 0 ? priors[bit] : 1) / (1 + priors[bit]);
        }
        return probability;
    }

    private static byte[] word(int number, int length) {
        byte[] word = new byte[length];
        for (int bit = 0; bit < length; bit++) {
            word[bit] = bit(number, bit);
        }
        return word;
    }

    private static byte[] likelierBits(LdpcCode code, byte[] syndrome, double[] priors) {
        double[] weight = new double[code.length()];
        for (int number = 0; number < 1 << code.length(); number++) {
            byte[] word = word(number, code.length());
            if (Arrays.equals(code.syndrome(word), syndrome)) {
                double probability = probability(word, priors);
                for (int bit = 0; bit < word.length; bit++) {
                    weight[bit] += word[bit] == 0 ? probability : -probability;
                }
            }
        }
        byte[] likelier = new byte[code.length()];
        for (int bit = 0; bit < likelier.length; bit++) {
            likelier[bit] = (byte) (weight[bit] < 0 ? 1 : 0);
        }
        return likelier;
    }

    /** On small codes with cycles a word found is mostly the likeliest of its coset, found by trying all. */
    @Test
    void onTinyCodesItAgreesWithTryingAllWords() {
        LdpcCode code = LdpcCode.of(16, 10, 2);
        Random random = new Random(8);
        int found = 0;
        int likeliest = 0;
        for (int trial = 0; trial < 60; trial++) {
            byte[] sent = new byte[16];
            double[] priors = new double[16];
            for (int bit = 0; bit < 16; bit++) {
                sent[bit] = (byte) random.nextInt(2);
                double wrong = 0.02 + 0.1 * random.nextDouble();
                boolean one = (sent[bit] == 1) != (random.nextDouble() < wrong);
                priors[bit] = one ? wrong / (1 - wrong) : (1 - wrong) / wrong;
            }
            byte[] syndrome = code.syndrome(sent);
            byte[] word = new byte[16];
            if (new BeliefPropagation(code).decode(syndrome, priors, 50, word)) {
                found++;
                likeliest += Arrays.equals(word, likeliest(code, syndrome, priors)) ? 1 : 0;
            }
        }
        assertTrue(found >= 50, "words found: " + found);
        assertTrue(likeliest >= found - 2, "likeliest among them: " + likeliest + " of " + found);
    }

    private static byte[] likeliest(LdpcCode code, byte[] syndrome, double[] priors) {
        byte[] best = new byte[code.length()];
        double most = -1;
        for (int number = 0; number < 1 << code.length(); number++) {
            byte[] word = word(number, code.length());
            double probability = probability(word, priors);
            if (probability > most && Arrays.equals(code.syndrome(word), syndrome)) {
                most = probability;
                best = word;
            }
        }
        return best;
    }

    /**
     * A binary symmetric channel with h(p) = m/n - margin, the margin of a plan. Of thirty blocks at most six may fail: were
     * a block's failure as likely as 5 %, that would happen more than once in 3 000 seeds.
     */
    @ParameterizedTest
    @CsvSource({"16384, 0.125", "16384, 0.5", "4096, 0.25", "4096, 0.75"})
    void theBoundOfSlepianAndWolfIsNeared(int length, double rate) {
        LdpcCode code = LdpcCode.of(length, (int) (rate * length), 12);
        double p = inverseEntropy(rate - DiscusPlan.margin(length));
        Random random = new Random(6);
        int failures = 0;
        BeliefPropagation decoder = new BeliefPropagation(code);
        for (int block = 0; block < 30; block++) {
            byte[] sent = new byte[length];
            double[] priors = new double[length];
            for (int bit = 0; bit < length; bit++) {
                sent[bit] = (byte) random.nextInt(2);
                boolean held = (sent[bit] == 1) != (random.nextDouble() < p);
                priors[bit] = held ? p / (1 - p) : (1 - p) / p;
            }
            byte[] word = new byte[length];
            boolean found = decoder.decode(code.syndrome(sent), priors, 100, word);
            assertEquals(found, Arrays.equals(sent, word), "a wrong word with the right syndrome");
            failures += found ? 0 : 1;
        }
        assertTrue(failures <= 6, "blocks that failed: " + failures);
    }

    private static double inverseEntropy(double entropy) {
        double low = 1e-9;
        double high = 0.5;
        for (int step = 0; step < 60; step++) {
            double middle = (low + high) / 2;
            double h = -(middle * Math.log(middle) + (1 - middle) * Math.log(1 - middle)) / Math.log(2);
            if (h < entropy) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @Test
    void whatCannotBeDecodedIsSaidToBeWrong() {
        LdpcCode code = LdpcCode.of(1024, 256, 1);
        byte[] syndrome = new byte[256];
        syndrome[7] = 1;
        double[] priors = new double[1024];
        Arrays.fill(priors, 1);
        assertFalse(new BeliefPropagation(code).decode(syndrome, priors, 20, new byte[1024]));
    }

    @Test
    void certainBitsAndErasuresAreSolved() {
        LdpcCode code = LdpcCode.of(2048, 1024, 1);
        Random random = new Random(2);
        byte[] sent = new byte[2048];
        double[] priors = new double[2048];
        for (int bit = 0; bit < sent.length; bit++) {
            sent[bit] = (byte) random.nextInt(2);
            priors[bit] = sent[bit] == 0 ? Double.POSITIVE_INFINITY : 0;
            if (random.nextInt(5) < 2) {
                priors[bit] = 1;
            }
        }
        byte[] word = new byte[2048];
        assertTrue(new BeliefPropagation(code).decode(code.syndrome(sent), priors, 50, word));
        assertArrayEquals(sent, word);
    }

    @Test
    void argumentsMustFit() {
        BeliefPropagation decoder = new BeliefPropagation(LdpcCode.of(16, 8, 1));
        assertThrows(
                IllegalArgumentException.class, () -> decoder.decode(new byte[7], new double[16], 1, new byte[16]));
        double[] priors = new double[16];
        priors[3] = Double.NaN;
        assertThrows(IllegalArgumentException.class, () -> decoder.decode(new byte[8], priors, 1, new byte[16]));
    }
}
