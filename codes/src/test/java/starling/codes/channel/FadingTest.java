package starling.codes.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.random.Draw;

/** Moments over 20 000 nodes against closed forms, each within 5 standard deviations (6e-7 each, some 80 of them: 5e-5). */
class FadingTest {
    private static final int NODES = 20_000;

    @Test
    void rayleighGainsAreComplexNormal() {
        Fading fading = new Fading.Rayleigh(Blocks.EACH_ROUND);
        mean(0, 0.5, at(fading, gains -> gains.real(0)));
        mean(0, 0.5, at(fading, gains -> gains.imaginary(0)));
        mean(0, 0.25, at(fading, gains -> gains.real(0) * gains.imaginary(0)));
        mean(1, 1, at(fading, gains -> gains.power(0)));
        mean(2, 20, at(fading, gains -> gains.power(0) * gains.power(0)));
        double tail = Math.exp(-1);
        mean(tail, tail * (1 - tail), at(fading, gains -> gains.power(0) > 1 ? 1 : 0));
        assertTrue(fading.gains(9, new Draw(1, 2, 3, 0)).isFlat());
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 10})
    void ricianGainsHaveALineOfSight(double k) {
        Fading fading = new Fading.Rician(k, Blocks.EACH_ROUND);
        mean(Math.sqrt(k / (k + 1)), 0.5 / (k + 1), at(fading, gains -> gains.real(0)));
        mean(0, 0.5 / (k + 1), at(fading, gains -> gains.imaginary(0)));
        // |h|^2 is noncentral chi square: mean 1, variance (2 K + 1) / (K + 1)^2.
        double variance = (2 * k + 1) / ((k + 1) * (k + 1));
        mean(1, variance, at(fading, gains -> gains.power(0)));
        double[] powers = at(fading, gains -> gains.power(0));
        double second = 0;
        for (double power : powers) {
            second += (power - 1) * (power - 1) / NODES;
        }
        // The fourth moment of |h|^2 about its mean is at most 9 variance^2.
        assertEquals(variance, second, 5 * variance * Math.sqrt(8.0 / NODES));
    }

    @ParameterizedTest
    @CsvSource({"16,0,1", "16,3,7", "5,0,4", "5,1,2"})
    void selectiveGainsCorrelateAsTheProfileSays(int subchannels, int first, int second) {
        double[] profile = {0.5, 0.3, 0.2};
        Fading fading = new Fading.Selective(List.of(5.0, 3.0, 2.0), Blocks.EACH_ROUND);
        double re = 0;
        double im = 0;
        for (int tap = 0; tap < 3; tap++) {
            double angle = -2 * Math.PI * tap * (first - second) / subchannels;
            re += profile[tap] * Math.cos(angle);
            im += profile[tap] * Math.sin(angle);
        }
        mean(1, 1, at(subchannels, fading, gains -> gains.power(first)));
        // Of two complex normal numbers, the product's parts have variances of at most 1.
        mean(
                re,
                1,
                at(
                        subchannels,
                        fading,
                        h -> h.real(first) * h.real(second) + h.imaginary(first) * h.imaginary(second)));
        mean(
                im,
                1,
                at(
                        subchannels,
                        fading,
                        h -> h.imaginary(first) * h.real(second) - h.real(first) * h.imaginary(second)));
    }

    @Test
    void selectiveGainsAreTheTransformOfAsManyTaps() {
        int m = 4096;
        ChannelGains gains =
                new Fading.Selective(List.of(1.0, 0.0, 2.0), Blocks.EACH_ROUND).gains(m, new Draw(1, 2, 3, 0));
        for (int tap = 0; tap < 8; tap++) {
            double re = 0;
            double im = 0;
            for (int l = 0; l < m; l++) {
                double angle = 2 * Math.PI * tap * l / m;
                re += (gains.real(l) * Math.cos(angle) - gains.imaginary(l) * Math.sin(angle)) / m;
                im += (gains.real(l) * Math.sin(angle) + gains.imaginary(l) * Math.cos(angle)) / m;
            }
            boolean there = tap == 0 || tap == 2;
            assertEquals(there, Math.hypot(re, im) > 1e-3, "tap " + tap);
            assertTrue(there || Math.hypot(re, im) < 1e-11, "tap " + tap);
        }
    }

    @Test
    void pathLossFallsWithDistanceAndShadowsAreNormal() {
        PathLoss loss = new PathLoss(3.5, 10, 20, 100, 8);
        double[] squares = new double[NODES];
        double[] shadows = new double[NODES];
        for (int node = 0; node < NODES; node++) {
            Draw draw = new Draw(5, node, 9, 0);
            double distance = loss.distance(draw);
            assertTrue(distance >= 20 && distance <= 100);
            assertEquals(distance, loss.distance(draw.withRound(10)));
            squares[node] = distance * distance;
            shadows[node] = loss.decibel(draw) + 35 * Math.log10(distance / 10);
        }
        mean(5200, 9600.0 * 9600 / 12, squares);
        mean(0, 64, shadows);
        double tail = 0.15865525393145707;
        double[] beyond = new double[NODES];
        for (int node = 0; node < NODES; node++) {
            beyond[node] = shadows[node] > 8 ? 1 : 0;
        }
        mean(tail, tail * (1 - tail), beyond);
        // At the reference distance without a shadow nothing is lost; ten times as far 35 dB.
        Draw draw = new Draw(1, 1, 1, 0);
        Fading near = new Fading.Constant().at(new PathLoss(3.5, 10, 10, 10, 0));
        Fading far = new Fading.Constant().at(new PathLoss(3.5, 10, 100, 100, 0));
        assertEquals(1, near.gains(4, draw).real(0), 1e-12);
        assertEquals(Math.pow(10, -3.5), far.gains(4, draw).power(0), 1e-12);
    }

    /** Neighbours on both sides of every kind of middle between powers of two, and far ones. */
    @ParameterizedTest
    @CsvSource({
        "0.9,0,1",
        "0.9,3,4",
        "0.9,4,5",
        "0.9,6,7",
        "0.9,5,9",
        "0.9,2,20",
        "-0.4,7,8",
        "-0.4,6,8",
        "0.999,500,1023",
        "0.5,1000000,1000001"
    })
    void blocksCorrelateByTheirDistance(double rho, int first, int second) {
        Blocks blocks = new Blocks(1, rho);
        double[] products = new double[NODES];
        double[] crossed = new double[NODES];
        double[] powers = new double[NODES];
        for (int node = 0; node < NODES; node++) {
            Draw draw = new Draw(3, node, 0, 0);
            double[] a = blocks.scattered(draw.withRound(first), 5);
            double[] b = blocks.scattered(draw.withRound(second), 5);
            products[node] = a[0] * b[0] + a[1] * b[1];
            crossed[node] = a[1] * b[0] - a[0] * b[1];
            powers[node] = b[0] * b[0] + b[1] * b[1];
        }
        mean(Math.pow(rho, second - first), 1, products);
        mean(0, 1, crossed);
        mean(1, 1, powers);
    }

    /** Given the block between, blocks before and after are independent: the process is of first order. */
    @Test
    void whatIsPastActsThroughThePresentOnly() {
        Blocks blocks = new Blocks(1, 0.8);
        double[] products = new double[NODES];
        for (int node = 0; node < NODES; node++) {
            Draw draw = new Draw(3, node, 0, 0);
            double[] a = blocks.scattered(draw.withRound(6), 0);
            double[] b = blocks.scattered(draw.withRound(7), 0);
            double[] c = blocks.scattered(draw.withRound(8), 0);
            products[node] = (c[0] - 0.8 * b[0]) * (a[0] - 0.8 * b[0]);
        }
        mean(0, 0.25, products);
    }

    @Test
    void gainsStayWithinABlock() {
        Fading fading = new Fading.Rayleigh(new Blocks(3, 0.5));
        Draw draw = new Draw(1, 2, 0, 0);
        double[] first = new double[9];
        for (int round = 0; round < 9; round++) {
            first[round] = fading.gains(4, draw.withRound(round)).real(0);
        }
        assertArrayEquals(new double[] {first[0], first[0], first[0]}, new double[] {first[0], first[1], first[2]});
        assertEquals(first[3], first[5]);
        assertNotEquals(first[2], first[3]);
        Fading still = new Fading.Rayleigh(new Blocks(1, 1));
        assertEquals(
                still.gains(1, draw).real(0),
                still.gains(1, draw.withRound(1 << 20)).real(0));
    }

    /** Values of tables (Abramowitz and Stegun, table 9.1). */
    @ParameterizedTest
    @CsvSource({"0,1", "1,0.7651976865579666", "2.404825557695773,0", "10,-0.2459357644513483", "50,0.0558123276692518"
    })
    void besselFunctionIsThatOfTables(double x, double value) {
        assertEquals(value, Blocks.besselJ0(x), 1e-13);
        Blocks blocks = Blocks.moving(2, x / (2 * Math.PI * 0.01), 0.01);
        assertEquals(value, blocks.correlation(), 1e-11);
    }

    @Test
    void impossibleLawsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Blocks(0, 0.5));
        assertThrows(IllegalArgumentException.class, () -> new Blocks(1, -1));
        assertThrows(IllegalArgumentException.class, () -> new Blocks(1, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> Blocks.moving(1, -1, 1));
        assertThrows(IllegalArgumentException.class, () -> new Fading.Rician(-1, Blocks.EACH_ROUND));
        assertThrows(IllegalArgumentException.class, () -> new Fading.Selective(List.of(0.0), Blocks.EACH_ROUND));
        assertThrows(IllegalArgumentException.class, () -> new Fading.Selective(List.of(), Blocks.EACH_ROUND));
        Fading selective = new Fading.Selective(List.of(1.0, 1.0), Blocks.EACH_ROUND);
        assertThrows(IllegalArgumentException.class, () -> selective.gains(1, new Draw(0, 0, 0, 0)));
        assertThrows(IllegalArgumentException.class, () -> selective.gains(2, new Draw(0, 0, -1, 0)));
        assertThrows(IllegalArgumentException.class, () -> new PathLoss(-1, 1, 1, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new PathLoss(2, 1, 5, 4, 0));
        assertThrows(IllegalArgumentException.class, () -> new PathLoss(2, 1, 1, 1, -1));
        assertThrows(IllegalArgumentException.class, () -> new Offsets(-1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Offsets(0, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> ChannelGains.of(1, 2, 3));
        assertThrows(IllegalArgumentException.class, () -> ChannelGains.of(1, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> ChannelGains.flat(0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> ChannelGains.of(1, 0).power(1));
    }

    private static double[] at(Fading fading, ToDoubleFunction<ChannelGains> what) {
        return at(1, fading, what);
    }

    private static double[] at(int subchannels, Fading fading, ToDoubleFunction<ChannelGains> what) {
        double[] values = new double[NODES];
        for (int node = 0; node < NODES; node++) {
            values[node] = what.applyAsDouble(fading.gains(subchannels, new Draw(1, node, 6, 0)));
        }
        return values;
    }

    /** The mean of independent values of a variance. */
    private static void mean(double expected, double variance, double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        assertEquals(expected, sum / values.length, 5 * Math.sqrt(variance / values.length));
    }
}
