package starling.codes.overair;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.codes.channel.ChannelGains;
import starling.codes.random.Draw;
import starling.codes.transform.Rotation;

class RoundCodeTest {
    private static final Draw DRAW = new Draw(3, 0, 2, 0);
    private static final Sender ALWAYS = Sender.of(1);

    /** A written out from its products with unit vectors: orthogonal rows of the squared length d/m, and A^T what decodes. */
    @ParameterizedTest
    @CsvSource({"16,16", "16,5", "64,8", "37,12", "100,100", "6,1", "1,1"})
    void rowsAreOrthogonalAndDecodingIsTheTransposedMap(int d, int m) {
        RoundCode code = RandomLinearCode.of(d, m).in(DRAW);
        double[][] a = dense(code);
        for (int l = 0; l < m; l++) {
            for (int k = 0; k <= l; k++) {
                double product = 0;
                for (int i = 0; i < d; i++) {
                    product += a[l][i] * a[k][i];
                }
                assertEquals(l == k ? (double) d / m : 0, product, 1e-5 * d / m, l + ", " + k);
            }
            float[] unit = new float[2 * m];
            unit[2 * l] = 3;
            float[] row = code.decode(unit, 1.5);
            for (int i = 0; i < d; i++) {
                assertEquals(2 * a[l][i], row[i], 1e-5 * Math.sqrt((double) d / m));
            }
        }
        if (Integer.bitCount(d) == 1) {
            // Then it is the partial Hadamard matrix with signs of (5.3).
            for (double[] row : a) {
                for (double entry : row) {
                    assertEquals(1 / Math.sqrt(m), Math.abs(entry), 1e-6);
                }
            }
        }
    }

    private static double[][] dense(RoundCode code) {
        int d = code.code().length();
        int m = code.code().numbers();
        double[][] a = new double[m][d];
        for (int i = 0; i < d; i++) {
            float[] unit = new float[d];
            unit[i] = 1;
            float[] symbols =
                    code.encode(unit, ALWAYS, ChannelGains.flat(m, 1, 0), 1, 0).symbols();
            for (int l = 0; l < m; l++) {
                a[l][i] = symbols[2 * l];
                assertEquals(0, symbols[2 * l + 1]);
            }
        }
        return a;
    }

    /** Chi square over 12 rows at each of 3 places, 12 000 rounds: above 46.2 with probability 3e-6 each. */
    @Test
    void everyRowIsEquallyProbableAtEveryPlace() {
        int rounds = 12_000;
        RandomLinearCode code = RandomLinearCode.of(12, 3);
        int[][] counts = new int[3][12];
        for (int round = 0; round < rounds; round++) {
            Draw draw = DRAW.withRound(round);
            RoundCode in = code.in(draw);
            BitSet seen = new BitSet();
            for (int l = 0; l < 3; l++) {
                // The transposed map gives a row of U, and U turns that into the unit vector of the row.
                double[] unit = new double[3];
                unit[l] = 1;
                float[] turned = in.map().transposed(unit);
                Rotation.forward(turned, 0, 12, draw.common(Draw.Purpose.ROTATION));
                int row = 0;
                while (Math.abs(turned[row] - 2) > 1e-4) {
                    row++;
                }
                counts[l][row]++;
                assertFalse(seen.get(row), "a row twice");
                seen.set(row);
            }
        }
        for (int[] place : counts) {
            double chiSquare = 0;
            for (int count : place) {
                chiSquare += Math.pow(count - rounds / 12.0, 2) / (rounds / 12.0);
            }
            assertTrue(chiSquare < 46.2, Arrays.toString(place));
        }
    }

    /** The frame is c alpha M/k conj(h)/|h|^2 v on the strongest subchannels, so that h . x is c alpha M/k A g there. */
    @ParameterizedTest
    @CsvSource({"1", "2"})
    void whatArrivesIsTheMapOnTheSubchannelsUsed(int per) {
        int m = 12;
        RandomLinearCode settings = new RandomLinearCode(50, m, per, 1);
        RoundCode code = settings.in(DRAW);
        Random random = new Random(1);
        int all = settings.subchannels();
        double[] parts = new double[2 * all];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = random.nextGaussian();
        }
        ChannelGains gains = ChannelGains.of(parts);
        float[] g = Scene.gradients(1, 50, 4).get(0);
        double[] product = code.map().multiply(g);
        Sender sender = new Sender(0.3, 1, 20);
        double scale = 1.1 * code.report(g, sender, gains).scales()[0];
        Transmission sent = code.encode(g, sender, gains, scale, 0);
        int k = sent.used().cardinality();
        assertTrue(k < all && k > 0, "used " + k);
        assertEquals(code.subchannels(g, sender, gains, scale), sent.used());
        for (int l = 0; l < all; l++) {
            double re = gains.real(l) * sent.symbols()[2 * l] - gains.imaginary(l) * sent.symbols()[2 * l + 1];
            double im = gains.real(l) * sent.symbols()[2 * l + 1] + gains.imaginary(l) * sent.symbols()[2 * l];
            double factor = sent.used().get(l) ? scale * 0.3 * all / k : 0;
            assertEquals(factor * product[per * l], re, 1e-5);
            assertEquals(per == 2 ? factor * product[2 * l + 1] : 0, im, 1e-5);
        }
    }

    /** (5.8) over 3 000 matrices, and with pi_i: 5 deviations. */
    @ParameterizedTest
    @CsvSource({"1,1", "2,1", "1,0.4", "2,0.7"})
    void theMeanEnergyIsThatOfTheFormulaAndWithinTheLimit(int per, double participation) {
        int rounds = 3000;
        RandomLinearCode settings = new RandomLinearCode(32, 8, per, 1);
        int all = settings.subchannels();
        double[] parts = new double[2 * all];
        for (int l = 0; l < all; l++) {
            parts[2 * l] = 0.3 * (l + 1);
            parts[2 * l + 1] = -0.2;
        }
        ChannelGains gains = ChannelGains.of(parts);
        float[] g = Scene.gradients(1, 32, 6).get(0);
        Sender sender = new Sender(0.5, participation, 8);
        double scale = 1.2 * settings.in(DRAW).report(g, sender, gains).scales()[0];
        double mean = 0;
        double square = 0;
        double predicted = 0;
        for (int round = 0; round < rounds; round++) {
            Transmission sent = settings.in(DRAW.withRound(round)).encode(g, sender, gains, scale, 3);
            double energy = 0;
            for (float part : sent.symbols()) {
                energy += (double) part * part;
            }
            mean += energy / rounds;
            square += energy * energy / rounds;
            if (sent.isSent()) {
                predicted = sent.energy();
                assertTrue(sent.used().cardinality() < all, sent.used().toString());
            } else {
                assertEquals(Transmission.State.IDLE, sent.state());
            }
        }
        double deviation = Math.sqrt((square - mean * mean) / rounds);
        assertEquals(predicted * participation, mean, 5 * deviation);
        assertTrue(predicted * participation <= sender.energy());
    }

    @Test
    void theMatrixStaysAsLongAsConfigured() {
        RandomLinearCode code = new RandomLinearCode(40, 10, 1, 3);
        float[] y = new float[20];
        y[4] = 1;
        float[][] rounds = new float[7][];
        for (int round = 0; round < 7; round++) {
            rounds[round] = code.in(DRAW.withRound(round)).decode(y, 1);
        }
        assertArrayEquals(rounds[0], rounds[2]);
        assertArrayEquals(rounds[3], rounds[5]);
        assertFalse(Arrays.equals(rounds[2], rounds[3]));
        assertFalse(Arrays.equals(rounds[5], rounds[6]));
        // Nodes share it; blocks and seeds have their own.
        assertArrayEquals(rounds[0], code.in(DRAW.withRound(0).withNode(9)).decode(y, 1));
        assertFalse(
                Arrays.equals(rounds[0], code.in(DRAW.withRound(0).withBlock(1)).decode(y, 1)));
    }

    @Test
    void extremesComeBackFinite() {
        RandomLinearCode settings = RandomLinearCode.of(8, 8);
        RoundCode code = settings.in(DRAW);
        ChannelGains gains = ChannelGains.flat(8, 0, 1);
        float[] zero = new float[8];
        Transmission nothing = code.encode(zero, new Sender(1, 1, 1e-30), gains, 1e20, 0);
        assertTrue(nothing.isSent());
        assertArrayEquals(zero, code.decode(new float[16], 1));
        assertEquals(0, nothing.energy());
        for (float extreme : new float[] {Float.MIN_VALUE, Float.MIN_NORMAL, 1e30f, Float.MAX_VALUE}) {
            float[] g = {extreme, 0, -extreme, 0, extreme, extreme, 0, extreme};
            // Scaled to about 1 on the air and back.
            double scale = 1 / (double) extreme;
            float[] symbols = code.encode(g, ALWAYS, gains, scale, 0).symbols();
            float[] arrived = new float[16];
            for (int i = 0; i < 16; i += 2) {
                arrived[i] = -symbols[i + 1];
                arrived[i + 1] = symbols[i];
            }
            float[] decoded = code.decode(arrived, scale);
            for (int i = 0; i < 8; i++) {
                assertEquals(g[i] / (double) extreme, decoded[i] / (double) extreme, 1e-5);
            }
        }
        float[] largest = new float[16];
        Arrays.fill(largest, Float.MAX_VALUE);
        for (float number : code.decode(largest, 1e-3)) {
            assertTrue(Float.isFinite(number));
        }
    }

    @Test
    void tenMillionNumbersNeedNoMatrix() {
        int d = 10_000_000;
        RoundCode code = RandomLinearCode.of(d, 500).in(DRAW);
        float[] g = new float[d];
        g[1_234_567] = 4;
        g[9_999_999] = -3;
        float[] symbols =
                code.encode(g, ALWAYS, ChannelGains.flat(500, 1, 0), 1, 0).symbols();
        double energy = 0;
        for (float part : symbols) {
            energy += (double) part * part;
        }
        // 500 numbers of mean square 25 / 500; at most twice two signals' sum.
        assertTrue(energy > 10 && energy < 50.1, "energy " + energy);
        float[] decoded = code.decode(symbols, 1);
        double norm = 0;
        for (float number : decoded) {
            norm += (double) number * number;
        }
        assertEquals(energy * d / 500, norm, 1e-3 * norm);
    }

    @Test
    void impossibleSettingsAndArgumentsAreRefusedWithTheirValue() {
        says("1 to the 10 numbers of a gradient: 11", () -> RandomLinearCode.of(10, 11));
        says("0", () -> RandomLinearCode.of(10, 0));
        says("at least one number: 0", () -> RandomLinearCode.of(0, 0));
        says("1 or 2 code numbers: 3", () -> new RandomLinearCode(10, 6, 3, 1));
        says("even number: 5", () -> new RandomLinearCode(10, 5, 2, 1));
        says("at least one round: 0", () -> new RandomLinearCode(10, 5, 1, 0));
        says("at least 1: 0.5", () -> RandomLinearCode.ofGain(10, 0.5));
        assertEquals(5, RandomLinearCode.ofGain(100, 20).numbers());
        assertEquals(1, RandomLinearCode.ofGain(10, 1000).numbers());
        says("at most 1: 0.0", () -> new Sender(1, 0, 1));
        says("at most 1: 1.5", () -> new Sender(1, 1.5, 1));
        says("positive: 0.0", () -> new Sender(1, 1, 0));
        says("positive: NaN", () -> new Sender(1, 1, Double.NaN));
        says("positive and finite: -1.0", () -> new Sender(-1, 1, 1));
        RoundCode code = RandomLinearCode.of(4, 2).in(DRAW);
        ChannelGains gains = ChannelGains.flat(2, 1, 0);
        float[] g = {1, 2, 3, 4};
        says("4 numbers: 3", () -> code.encode(new float[3], ALWAYS, gains, 1, 0));
        says("number 1 is NaN", () -> code.encode(new float[] {1, Float.NaN, 0, 0}, ALWAYS, gains, 1, 0));
        says("2 subchannels of the code: 3", () -> code.encode(g, ALWAYS, ChannelGains.flat(3, 1, 0), 1, 0));
        says("positive and finite: 0.0", () -> code.encode(g, ALWAYS, gains, 0, 0));
        says("positive and finite: NaN", () -> code.decode(new float[4], Double.NaN));
        says("2 subchannels: 3", () -> code.decode(new float[3], 1));
        says("code number 1 is Infinity", () -> code.decode(new float[] {1, 0, Float.POSITIVE_INFINITY, 0}, 1));
    }

    @Test
    void aNodeWithoutAUsableSubchannelIsInOutage() {
        RoundCode code = RandomLinearCode.of(4, 2).in(DRAW);
        float[] g = {1, 2, 3, 4};
        Sender poor = new Sender(1, 1, 1e-3);
        assertEquals(
                Transmission.State.OUTAGE,
                code.encode(g, poor, ChannelGains.flat(2, 1, 0), 1, 0).state());
        assertEquals(
                Transmission.State.OUTAGE,
                code.encode(g, ALWAYS, ChannelGains.flat(2, 0, 0), 1, 0).state());
        Transmission one = code.encode(g, ALWAYS, ChannelGains.of(0, 0, 0, 2), 1, 0);
        assertTrue(one.isSent());
        assertEquals(1, one.used().cardinality());
        assertEquals(0, code.report(g, ALWAYS, ChannelGains.flat(2, 0, 0)).best());
    }

    private static void says(String end, Runnable call) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call::run);
        assertTrue(String.valueOf(refused.getMessage()).endsWith(end), refused.getMessage());
    }
}
