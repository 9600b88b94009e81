package starling.codes.overair;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.codes.MalformedMessageException;
import starling.codes.channel.ChannelGains;
import starling.codes.channel.ChannelRound;
import starling.codes.channel.FixedPoint;
import starling.codes.channel.MultipleAccessChannel;
import starling.codes.random.Draw;

class LocalFeedbackTest {
    private static final Draw DRAW = new Draw(3, 0, 0, 0);

    /**
     * The corrected residual: over a channel that adds alone, the sum of all estimates and the residuals is that of all alpha g, to
     * rounding, whatever the gains, power and participation. With the x of the thesis, its phases would be in the residual.
     */
    @ParameterizedTest
    @CsvSource({"1,1e9", "2,1e9", "1,0.05", "2,0.05"})
    void nothingIsLost(int per, double energy) {
        int d = 40;
        RandomLinearCode code = new RandomLinearCode(d, 10, per, 1);
        MultipleAccessChannel channel = new MultipleAccessChannel(
                MultipleAccessChannel.Settings.of(code.subchannels(), 0).withArithmetic(new FixedPoint(1024, 4)));
        List<float[]> gradients = Scene.gradients(3, d, 8);
        LocalFeedback[] nodes = {new LocalFeedback(d, 1), new LocalFeedback(d, 1), new LocalFeedback(d, 1)};
        double[] wanted = new double[d];
        double[] got = new double[d];
        int sent = 0;
        for (int round = 0; round < 60; round++) {
            Draw draw = DRAW.withRound(round);
            RoundCode in = code.in(draw);
            ChannelRound at = channel.round(draw);
            for (int node = 0; node < 3; node++) {
                Sender sender = new Sender(0.2 + 0.1 * node, 0.6, energy);
                ChannelGains gains = gains(code.subchannels(), 31 * round + node);
                float[] g = gradients.get(node);
                Transmission transmission = nodes[node].send(in, g, sender, gains, 0.7, node);
                for (int i = 0; i < d; i++) {
                    wanted[i] += sender.weight() * g[i];
                }
                if (transmission.isSent()) {
                    sent++;
                    assertTrue(transmission.energy() <= energy * (1 + 1e-6), "energy " + transmission.energy());
                    at.addArrived(node, faded(transmission.symbols(), gains), transmission.energy());
                } else {
                    assertEquals(Transmission.State.IDLE, transmission.state());
                }
            }
            if (!at.isVoid()) {
                float[] estimate = in.decode(at.received(), 0.7);
                for (int i = 0; i < d; i++) {
                    got[i] += estimate[i];
                }
            }
        }
        // 180 draws of probability 0.6: within 5 deviations of 6.6.
        assertEquals(108, sent, 33);
        for (int i = 0; i < d; i++) {
            double left = 0;
            for (LocalFeedback node : nodes) {
                left += node.residual()[i];
            }
            assertEquals(wanted[i], got[i] + left, 1e-3);
        }
    }

    /** Without a limit the residual is what the projection on A's rows leaves: (1 - m/d) of ||z||^2 in the mean. */
    @Test
    void theResidualIsThatOfTheProjection() {
        int d = 64;
        int m = 16;
        float[] g = Scene.gradients(1, d, 2).get(0);
        double squares = squares(g);
        double mean = 0;
        int rounds = 500;
        for (int round = 0; round < rounds; round++) {
            LocalFeedback node = new LocalFeedback(d, 1);
            RoundCode in = RandomLinearCode.of(d, m).in(DRAW.withRound(round));
            node.send(in, g, Sender.of(1), gains(m, round), 2, 0);
            float[] left = node.residual();
            // Orthogonal to the rows: sending it again takes nothing.
            double[] again = in.map().multiply(left);
            assertTrue(squares(left) <= squares * (1 + 1e-5));
            assertArrayEquals(new double[m], again, 1e-4);
            mean += squares(left) / rounds;
        }
        // Deviation of one at most ||z||^2 / 2; 5 deviations.
        assertEquals(0.75 * squares, mean, 5 * 0.5 * squares / Math.sqrt(rounds));
    }

    /** Against all sets of subchannels with their best t: none leaves less within the energy. */
    @Test
    void noOtherChoiceWithinThePowerLeavesLess() {
        int d = 24;
        int m = 6;
        RandomLinearCode code = RandomLinearCode.of(d, m);
        int limited = 0;
        for (int trial = 0; trial < 100; trial++) {
            RoundCode in = code.in(DRAW.withRound(trial));
            float[] g = Scene.gradients(1, d, trial).get(0);
            ChannelGains gains = gains(m, trial);
            double energy = Math.exp(new Random(trial).nextGaussian() - 1);
            double[] v = in.map().multiply(g);
            double least = Double.POSITIVE_INFINITY;
            for (int set = 1; set < 1 << m; set++) {
                double taken = 0;
                double cost = 0;
                for (int l = 0; l < m; l++) {
                    if ((set >> l & 1) == 1) {
                        taken += v[l] * v[l];
                        cost += v[l] * v[l] / gains.power(l);
                    }
                }
                double t = Math.min((double) m / d, Math.sqrt(energy / cost));
                least = Math.min(least, squares(g) - (2 * t - t * t * d / m) * taken);
            }
            LocalFeedback node = new LocalFeedback(d, 1);
            Transmission sent = node.send(in, g, new Sender(1, 1, energy), gains, 1, 0);
            double left = squares(node.residual());
            assertTrue(left >= least - 1e-4 * squares(g));
            limited += sent.used().cardinality() < m ? 1 : 0;
            // The strongest k are best but for rare sets that no order by strength has.
            assertTrue(left <= least + 0.02 * squares(g), left + " against " + least);
        }
        assertTrue(limited > 5, limited + " limited");
    }

    @Test
    void idleAndDarkNodesKeepEverything() {
        RandomLinearCode code = RandomLinearCode.of(4, 2);
        float[] g = {1, -2, 3, 4};
        LocalFeedback node = new LocalFeedback(4, 0.5);
        Transmission dark = node.send(code.in(DRAW), g, Sender.of(0.5), ChannelGains.flat(2, 0, 0), 1, 0);
        assertEquals(Transmission.State.OUTAGE, dark.state());
        assertArrayEquals(new float[] {0.5f, -1, 1.5f, 2}, node.residual());
        long round = 1;
        while (new Sender(0.5, 0.01, 1).takesPart(DRAW.withRound(round))) {
            round++;
        }
        node.send(code.in(DRAW.withRound(round)), g, new Sender(0.5, 0.01, 1), ChannelGains.flat(2, 1, 0), 1, 0);
        // (1 - 1/2) e + z with z = alpha g + e/2.
        assertArrayEquals(new float[] {1, -2, 3, 4}, node.residual());
    }

    @Test
    void reportsAreOfTheFullShare() {
        int d = 64;
        int m = 16;
        RoundCode in = RandomLinearCode.of(d, m).in(DRAW);
        float[] g = Scene.gradients(1, d, 2).get(0);
        LocalFeedback node = new LocalFeedback(d, 1);
        Sender sender = new Sender(0.5, 0.7, 2);
        PowerReport report = node.report(in, g, sender, ChannelGains.flat(m, 0, 2));
        // Mean energy c^2 (m/d)^2 ||z||^2 / 4 with all subchannels of power 4.
        double z = 0.5 * Math.sqrt(squares(g));
        assertEquals(Math.sqrt(2 * 4) / (0.25 * z), report.scales()[0], 1e-6);
        assertEquals(z, report.amount(), 1e-6);
        assertEquals(1, report.participation());
        assertTrue(report.best() > report.scales()[0]);
    }

    @Test
    void theStateGoesOnElsewhere() {
        RandomLinearCode code = RandomLinearCode.of(30, 7);
        float[] g = Scene.gradients(1, 30, 2).get(0);
        LocalFeedback node = new LocalFeedback(30, 0.8);
        for (int round = 0; round < 4; round++) {
            node.send(code.in(DRAW.withRound(round)), g, Sender.of(1), gains(7, round), 1, 0);
        }
        LocalFeedback other = LocalFeedback.restore(node.state());
        assertArrayEquals(node.state(), other.state());
        float[] expected = node.send(code.in(DRAW.withRound(4)), g, Sender.of(1), gains(7, 4), 1, 0)
                .symbols();
        assertArrayEquals(
                expected,
                other.send(code.in(DRAW.withRound(4)), g, Sender.of(1), gains(7, 4), 1, 0)
                        .symbols());
        assertArrayEquals(node.residual(), other.residual());
    }

    @Test
    void badStatesAndArgumentsAreRefused() {
        byte[] state = new LocalFeedback(3, 1).state();
        for (int length = 0; length < state.length; length++) {
            byte[] cut = Arrays.copyOf(state, length);
            assertThrows(MalformedMessageException.class, () -> LocalFeedback.restore(cut));
        }
        for (int place : new int[] {0, 4, 5, 13, 17}) {
            byte[] changed = state.clone();
            changed[place] = 0x7f;
            changed[place + 1] = (byte) (place == 17 ? 0x80 : changed[place + 1]);
            assertThrows(MalformedMessageException.class, () -> LocalFeedback.restore(changed), "byte " + place);
        }
        assertThrows(IllegalArgumentException.class, () -> new LocalFeedback(0, 1));
        assertThrows(IllegalArgumentException.class, () -> new LocalFeedback(1, 0));
        LocalFeedback node = new LocalFeedback(3, 1);
        RoundCode in = RandomLinearCode.of(4, 2).in(DRAW);
        ChannelGains gains = ChannelGains.flat(2, 1, 0);
        assertThrows(IllegalArgumentException.class, () -> node.send(in, new float[4], Sender.of(1), gains, 1, 0));
        LocalFeedback fit = new LocalFeedback(4, 1);
        assertThrows(
                IllegalArgumentException.class,
                () -> fit.send(in, new float[] {1, 2, 3, Float.NaN}, Sender.of(1), gains, 1, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> fit.send(in, new float[] {1, 2, 3, 4}, Sender.of(1), gains, 0, 0));
        assertArrayEquals(new float[4], fit.residual());
    }

    private static float[] faded(float[] symbols, ChannelGains gains) {
        float[] arrived = new float[symbols.length];
        for (int l = 0; l < gains.subchannels(); l++) {
            arrived[2 * l] = (float) (gains.real(l) * symbols[2 * l] - gains.imaginary(l) * symbols[2 * l + 1]);
            arrived[2 * l + 1] = (float) (gains.real(l) * symbols[2 * l + 1] + gains.imaginary(l) * symbols[2 * l]);
        }
        return arrived;
    }

    private static double squares(float[] x) {
        double squares = 0;
        for (float number : x) {
            squares += (double) number * number;
        }
        return squares;
    }

    private static ChannelGains gains(int subchannels, int seed) {
        Random random = new Random(seed);
        double[] parts = new double[2 * subchannels];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = random.nextGaussian();
        }
        return ChannelGains.of(parts);
    }
}
