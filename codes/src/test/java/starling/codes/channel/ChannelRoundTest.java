package starling.codes.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import starling.codes.random.Draw;

class ChannelRoundTest {
    private static final Draw DRAW = new Draw(8, 0, 5, 0);
    private static final MultipleAccessChannel.Settings HARSH = MultipleAccessChannel.Settings.of(300, 0.01)
            .withFading(new Fading.Selective(List.of(1.0, 0.5, 0.25), new Blocks(2, 0.7)))
            .withOffsets(new Offsets(3, 0.2))
            .withEstimationError(0.01)
            .withAmplitude(2)
            .withArithmetic(new FixedPoint(64, 100));

    @Test
    void theOrderOfArrivalDoesNotMatterToTheBit() {
        MultipleAccessChannel channel = new MultipleAccessChannel(HARSH);
        List<Integer> order = new ArrayList<>();
        for (int node = 0; node < 40; node++) {
            order.add(node);
        }
        float[] expected = null;
        for (int trial = 0; trial < 5; trial++) {
            ChannelRound round = channel.round(DRAW);
            for (int node : order) {
                assertTrue(round.add(node, frame(node, 600)));
            }
            float[] received = round.received();
            if (expected == null) {
                expected = received;
            }
            assertArrayEquals(expected, received);
            Collections.shuffle(order, new Random(trial));
        }
    }

    /** Against (5.1) written out in doubles, gain by gain. */
    @Test
    void whatIsReceivedIsTheFadedSumWithNoise() {
        MultipleAccessChannel noisy = new MultipleAccessChannel(HARSH);
        MultipleAccessChannel quiet = new MultipleAccessChannel(
                new MultipleAccessChannel.Settings(300, 0, HARSH.fading(), 0, HARSH.offsets(), 2, HARSH.arithmetic()));
        double[] expected = new double[600];
        ChannelRound round = noisy.round(DRAW);
        ChannelRound silent = quiet.round(DRAW);
        for (int node = 0; node < 7; node++) {
            Draw draw = DRAW.withNode(node);
            float[] frame = frame(node, 600);
            round.add(node, frame);
            silent.add(node, frame);
            ChannelGains gains = noisy.gains(draw);
            double delay = HARSH.offsets().delay(draw);
            double turn = HARSH.offsets().turn(draw);
            for (int l = 0; l < 300; l++) {
                double re = frame[2 * l];
                double im = frame[2 * l + 1];
                double clip = Math.min(1, 2 / Math.hypot(re, im));
                double angle = turn - 2 * Math.PI * delay * l / 300;
                double x = clip * (re * Math.cos(angle) - im * Math.sin(angle));
                double y = clip * (re * Math.sin(angle) + im * Math.cos(angle));
                expected[2 * l] += gains.real(l) * x - gains.imaginary(l) * y;
                expected[2 * l + 1] += gains.real(l) * y + gains.imaginary(l) * x;
            }
        }
        float[] clean = silent.received();
        float[] received = round.received();
        double noise = 0;
        for (int i = 0; i < 600; i++) {
            assertEquals(expected[i], clean[i], 2e-6);
            noise += Math.pow(received[i] - clean[i], 2);
        }
        // 600 squares of variance 2 sigma^4 about sigma^2 = 0.01: 5 deviations.
        assertEquals(0.01, noise / 600, 5 * 0.01 * Math.sqrt(2 / 600.0));
    }

    @Test
    void itDoesNotMatterWhoComputesWhatArrives() {
        MultipleAccessChannel channel = new MultipleAccessChannel(HARSH);
        ChannelRound here = channel.round(DRAW);
        ChannelRound there = channel.round(DRAW);
        ChannelRound inSteps = channel.round(DRAW);
        for (int node = 3; node < 6; node++) {
            here.add(node, frame(node, 600));
            float[] arriving = channel.arriving(frame(node, 600), DRAW.withNode(node));
            there.addArrived(node, arriving, 1);
            inSteps.addMasked(node, HARSH.arithmetic().steps(arriving), 1);
        }
        assertArrayEquals(here.received(), there.received());
        assertArrayEquals(here.received(), inSteps.received());
    }

    @Test
    void badFramesAreRefusedWithTheirNodeAndTheOthersStay() {
        MultipleAccessChannel channel = new MultipleAccessChannel(HARSH);
        ChannelRound round = channel.round(DRAW);
        ChannelRound undisturbed = channel.round(DRAW);
        round.add(1, frame(1, 600));
        undisturbed.add(1, frame(1, 600));
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] frame = frame(2, 600);
            frame[17] = bad;
            IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, () -> round.add(2, frame));
            assertTrue(String.valueOf(refused.getMessage()).contains("node 2"), refused.getMessage());
        }
        assertThrows(IllegalArgumentException.class, () -> round.add(2, frame(2, 598)));
        float[] huge = frame(2, 600);
        huge[3] = 65;
        assertThrows(IllegalArgumentException.class, () -> round.addArrived(2, huge, 1));
        assertEquals(Set.of(1L), round.counts().energies().keySet());
        // The same frame again is not added, nor is one of an excluded node.
        assertFalse(round.add(1, frame(9, 600)));
        assertFalse(round.addArrived(1, frame(9, 600), 1));
        round.exclude(7);
        assertThrows(IllegalArgumentException.class, () -> round.add(7, frame(7, 600)));
        assertArrayEquals(undisturbed.received(), round.received());
    }

    @Test
    void aVoidRoundAndTooManyNodesAreSaid() {
        MultipleAccessChannel channel = new MultipleAccessChannel(
                MultipleAccessChannel.Settings.of(1, 0).withArithmetic(new FixedPoint(1, 2)));
        ChannelRound round = channel.round(DRAW);
        assertTrue(round.isVoid());
        assertThrows(IllegalStateException.class, round::received);
        assertEquals(0, round.counts().channelUses());
        round.add(1, new float[2]);
        round.add(2, new float[2]);
        assertThrows(IllegalArgumentException.class, () -> round.add(3, new float[2]));
        assertFalse(round.add(2, new float[2]));
        assertFalse(round.isVoid());
        assertArrayEquals(new float[2], round.received());
        round.addCorrection(new long[] {Long.MAX_VALUE, 0});
        assertThrows(IllegalStateException.class, round::received);
    }

    @Test
    void energyUsesAndOutagesAreCounted() {
        MultipleAccessChannel channel = new MultipleAccessChannel(
                MultipleAccessChannel.Settings.of(2, 1).withAmplitude(5));
        ChannelRound round = channel.round(DRAW);
        round.add(4, new float[] {3, 4, 1, 0});
        round.add(2, new float[] {30, -40, 0, 2});
        round.outage(9);
        ChannelCounts counts = round.counts();
        assertEquals(26, Objects.requireNonNull(counts.energies().get(4L)));
        // The first symbol is clipped from 50 to 5.
        assertEquals(29, Objects.requireNonNull(counts.energies().get(2L)), 1e-5);
        assertEquals(55, counts.energy(), 1e-5);
        assertEquals(2, counts.channelUses());
        assertEquals(Set.of(9L), counts.outages());
        assertEquals(5, counts.round());
    }

    @Test
    void theAmplifierKeepsPhases() {
        MultipleAccessChannel channel = new MultipleAccessChannel(
                MultipleAccessChannel.Settings.of(2, 0).withAmplitude(1));
        float[] small = {0.6f, 0.7f, -0.3f, 0};
        assertSame(small, channel.clipped(small));
        assertArrayEquals(new float[] {0.6f, -0.8f, 0.1f, 0}, channel.clipped(new float[] {6, -8, 0.1f, 0}), 1e-6f);
    }

    /** Errors of estimates and downlink noise over 20 000 nodes, within 5 deviations. */
    @Test
    void estimatesAndDownlinksAreAsNoisyAsSaid() {
        int nodes = 20_000;
        MultipleAccessChannel channel = new MultipleAccessChannel(MultipleAccessChannel.Settings.of(3, 0)
                .withFading(new Fading.Rayleigh(Blocks.EACH_ROUND))
                .withEstimationError(0.2));
        double error = 0;
        double noise = 0;
        double alike = 0;
        for (int node = 0; node < nodes; node++) {
            Draw draw = DRAW.withNode(node);
            ChannelGains known = channel.known(draw);
            ChannelGains gains = channel.gains(draw);
            error += Math.pow(known.real(1) - gains.real(1), 2) + Math.pow(known.imaginary(1) - gains.imaginary(1), 2);
            float[] heard = MultipleAccessChannel.heard(new float[] {1, -2}, 0.3, draw);
            noise += Math.pow(heard[0] - 1, 2);
            alike += (heard[0] - 1) * (heard[1] + 2);
        }
        assertEquals(0.2, error / nodes, 5 * 0.2 / Math.sqrt(nodes));
        assertEquals(0.3, noise / nodes, 5 * 0.3 * Math.sqrt(2.0 / nodes));
        assertEquals(0, alike / nodes, 5 * 0.3 / Math.sqrt(nodes));
        MultipleAccessChannel selective = new MultipleAccessChannel(HARSH);
        double all = 0;
        for (int l = 0; l < 300; l++) {
            ChannelGains known = selective.known(DRAW);
            ChannelGains gains = selective.gains(DRAW);
            all += Math.pow(known.real(l) - gains.real(l), 2) + Math.pow(known.imaginary(l) - gains.imaginary(l), 2);
        }
        assertEquals(0.01, all / 300, 5 * 0.01 / Math.sqrt(300));
        assertArrayEquals(new float[] {7}, MultipleAccessChannel.heard(new float[] {7}, 0, DRAW));
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> MultipleAccessChannel.Settings.of(0, 1));
        assertThrows(IllegalArgumentException.class, () -> MultipleAccessChannel.Settings.of(1, -1));
        assertThrows(IllegalArgumentException.class, () -> MultipleAccessChannel.Settings.of(1, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> HARSH.withAmplitude(0));
        assertThrows(IllegalArgumentException.class, () -> HARSH.withEstimationError(-1));
        assertThrows(IllegalArgumentException.class, () -> MultipleAccessChannel.heard(new float[1], Double.NaN, DRAW));
    }

    private static float[] frame(int node, int length) {
        Random random = new Random(node);
        float[] frame = new float[length];
        for (int i = 0; i < length; i++) {
            frame[i] = (float) (random.nextGaussian() * (1 + node % 3));
        }
        return frame;
    }
}
