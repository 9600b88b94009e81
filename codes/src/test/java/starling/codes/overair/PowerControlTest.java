package starling.codes.overair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import starling.codes.channel.ChannelGains;
import starling.codes.random.Draw;

class PowerControlTest {
    private static final Draw DRAW = new Draw(3, 0, 2, 0);

    /**
     * Of all 2^M - 1 sets of subchannels within the power, none has a smaller error than the one chosen, by the exact form; where
     * nothing is chosen, none is within the power.
     */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void noOtherChoiceOfSubchannelsHasASmallerError(int per) {
        Random random = new Random(5);
        int all = 7;
        RandomLinearCode code = new RandomLinearCode(20, all * per, per, 1);
        int outages = 0;
        int partly = 0;
        for (int trial = 0; trial < 200; trial++) {
            double[] parts = new double[2 * all];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = random.nextGaussian();
            }
            ChannelGains gains = ChannelGains.of(parts);
            float[] g = Scene.gradients(1, 20, trial).get(0);
            double squares = 0;
            for (float number : g) {
                squares += (double) number * number;
            }
            double pi = 0.3 + 0.7 * random.nextDouble();
            double scale = 0.1 + random.nextDouble();
            Sender sender = new Sender(0.5, pi, squares * Math.exp(2 * random.nextGaussian() - 1));
            double least = Double.POSITIVE_INFINITY;
            for (int set = 1; set < 1 << all; set++) {
                BitSet used = BitSet.valueOf(new long[] {set});
                // (5.8) written out for the m code numbers: m c^2 alpha^2 ||g||^2 ||q||^2 / m_i^2, over pi.
                double q = used.stream().mapToDouble(l -> per / gains.power(l)).sum();
                double mi = per * (double) used.cardinality();
                double energy = code.numbers() * scale * scale * 0.25 * squares * q / (mi * mi) / pi;
                if (energy <= sender.energy()) {
                    least = Math.min(
                            least,
                            LinearCodeError.lemma14(
                                    code, scale, 0.1, List.of(new LinearCodeError.Part(g, 0.5, pi, used))));
                }
            }
            BitSet chosen = code.in(DRAW).subchannels(g, sender, gains, scale);
            if (chosen.isEmpty()) {
                assertEquals(Double.POSITIVE_INFINITY, least);
                outages++;
            } else {
                double error = LinearCodeError.lemma14(
                        code, scale, 0.1, List.of(new LinearCodeError.Part(g, 0.5, pi, chosen)));
                assertEquals(least, error, 1e-9 * least);
                partly += chosen.cardinality() < all ? 1 : 0;
            }
        }
        assertTrue(outages > 5 && partly > 20, outages + " outages, " + partly + " partly");
    }

    /** What is reported is what the node then does. */
    @Test
    void reportsSayUpToWhichScaleHowManySubchannelsAreUsed() {
        int all = 37;
        RandomLinearCode code = RandomLinearCode.of(100, all);
        RoundCode in = code.in(DRAW);
        List<Integer> counts = PowerReport.counts(all);
        assertEquals(all, counts.get(0));
        assertEquals(1, counts.get(counts.size() - 1));
        for (int node = 0; node < 30; node++) {
            ChannelGains gains = gains(all, node);
            float[] g = Scene.gradients(1, 100, node).get(0);
            Sender sender = new Sender(0.1, 0.5, 3);
            PowerReport report = in.report(g, sender, gains);
            for (int j = 0; j < counts.size(); j++) {
                double scale = report.scales()[j];
                int below = in.subchannels(g, sender, gains, scale * (1 - 1e-9)).cardinality();
                assertTrue(below >= counts.get(j), below + " used, reported " + counts.get(j));
            }
            assertEquals(
                    all,
                    in.subchannels(g, sender, gains, report.scales()[0] * (1 - 1e-9))
                            .cardinality());
            assertTrue(in.subchannels(g, sender, gains, report.scales()[0] * (1 + 1e-9))
                            .cardinality()
                    < all);
            assertTrue(
                    in.subchannels(g, sender, gains, report.best() * (1 - 1e-9)).cardinality() > 0);
            assertEquals(
                    0,
                    in.subchannels(g, sender, gains, report.best() * (1 + 1e-9)).cardinality());
        }
    }

    /** Against a fine search of the bound with each node's true choice; all nodes can send. */
    @ParameterizedTest
    @ValueSource(doubles = {0, 1e-4, 0.01, 1, 100})
    void theScaleIsNearlyTheBestForTheBound(double noise) {
        int all = 64;
        RandomLinearCode code = RandomLinearCode.of(200, all);
        RoundCode in = code.in(DRAW);
        List<float[]> gradients = Scene.gradients(6, 200, 1);
        List<PowerReport> reports = new ArrayList<>();
        Sender sender = new Sender(1.0 / 6, 1, 10);
        for (int node = 0; node < 6; node++) {
            reports.add(in.report(gradients.get(node), sender, gains(all, node)));
        }
        double most = reports.stream().mapToDouble(PowerReport::best).min().orElseThrow();
        double best = Double.POSITIVE_INFINITY;
        for (double scale = most; scale > most / 1000; scale *= 0.99) {
            best = Math.min(best, bound(in, gradients, sender, scale * (1 - 1e-9), noise));
        }
        double chosen = PowerControl.choose(code, noise, reports);
        assertTrue(chosen <= most && chosen > 0);
        // Nobody is in outage at exactly this scale: the formulas would refuse it.
        double reached = bound(in, gradients, sender, chosen, noise);
        // Reports are of counts a factor of sqrt 2 apart, so the bound may be that much larger at worst.
        assertTrue(reached <= best * 1.25, reached + " against " + best);
        if (noise >= 100) {
            assertTrue(chosen > 0.9 * most, "much noise wants power: " + chosen + " of " + most);
        }
    }

    @Test
    void nodesThatCannotSendDoNotHoldTheOthersBack() {
        int all = 8;
        RandomLinearCode code = RandomLinearCode.of(16, all);
        RoundCode in = code.in(DRAW);
        float[] g = Scene.gradients(1, 16, 1).get(0);
        PowerReport good = in.report(g, new Sender(1, 1, 1), gains(all, 1));
        PowerReport weak = in.report(g, new Sender(1, 1, 1e-12), gains(all, 2));
        PowerReport dead = in.report(g, new Sender(1, 1, 1), ChannelGains.flat(all, 0, 0));
        double alone = PowerControl.choose(code, 1, List.of(good));
        assertEquals(alone, PowerControl.choose(code, 1, List.of(good, dead)));
        assertEquals(alone, PowerControl.choose(code, 1, List.of(good, weak), good.best() / 2));
        assertTrue(PowerControl.choose(code, 1, List.of(good, weak)) <= weak.best());
        assertEquals(1, PowerControl.choose(code, 1, List.of(in.report(new float[16], Sender.of(1), gains(all, 1)))));
        assertThrows(IllegalArgumentException.class, () -> PowerControl.choose(code, 1, List.of()));
        assertThrows(IllegalArgumentException.class, () -> PowerControl.choose(code, 1, List.of(dead)));
        assertThrows(IllegalArgumentException.class, () -> PowerControl.choose(code, 1, List.of(good), -1));
        PowerReport foreign = new PowerReport(1, 1, 1, new double[1]);
        assertThrows(IllegalArgumentException.class, () -> PowerControl.choose(code, 1, List.of(foreign)));
    }

    private static double bound(RoundCode in, List<float[]> gradients, Sender sender, double scale, double noise) {
        List<LinearCodeError.Part> parts = new ArrayList<>();
        double[] sum = new double[200];
        for (int node = 0; node < gradients.size(); node++) {
            BitSet used = in.subchannels(gradients.get(node), sender, gains(64, node), scale);
            parts.add(new LinearCodeError.Part(gradients.get(node), sender.weight(), 1, used));
            for (int i = 0; i < sum.length; i++) {
                sum[i] += sender.weight() * gradients.get(node)[i];
            }
        }
        double squares = 0;
        for (double number : sum) {
            squares += number * number;
        }
        return LinearCodeError.bound(in.code(), scale, noise, parts) + squares;
    }

    private static ChannelGains gains(int subchannels, int node) {
        Random random = new Random(1000 + node);
        double[] parts = new double[2 * subchannels];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = random.nextGaussian();
        }
        return ChannelGains.of(parts);
    }
}
