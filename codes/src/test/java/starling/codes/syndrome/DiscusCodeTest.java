package starling.codes.syndrome;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import starling.codes.MalformedMessageException;
import starling.codes.estimate.MinimaxEstimate;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.Packing;
import starling.codes.random.Draw;

class DiscusCodeTest {
    private static final int LEVELS = 3;
    private static final int LENGTH = 40_000;
    private final DiscusCode code = new DiscusCode(LEVELS, new int[] {LENGTH}, new LdpcShelf(5, 16));

    private static Draw draw(int node, int round) {
        return new Draw(9, node, round, 0);
    }

    /** Gradients of senders: a common part with heavy tails and a tenth of it as noise of each. */
    private static float[][] gradients(int senders, double noise, long seed) {
        Random random = new Random(seed);
        float[][] gradients = new float[senders][LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            double size = 0.2 * Math.exp(0.5 * random.nextGaussian());
            double common = size * random.nextGaussian();
            for (float[] gradient : gradients) {
                gradient[i] = (float) Math.max(-1, Math.min(1, common + noise * size * random.nextGaussian()));
            }
        }
        for (float[] gradient : gradients) {
            gradient[0] = 1;
        }
        return gradients;
    }

    /** What the first group of six tells: its mean, and a law learned with each sender against the mean of the others. */
    private record First(float[] side, ConditionalLaw law) {}

    private First first(float[][] gradients, int round) {
        return first(gradients, round, 6);
    }

    private First first(float[][] gradients, int round, int count) {
        DiscusCode.Received[] received = new DiscusCode.Received[count];
        for (int p = 0; p < count; p++) {
            byte[] message = code.encode(gradients[p], draw(p, round), DiscusPlan.plain());
            received[p] = code.decode(message, draw(p, round));
        }
        ConditionalLaw law = code.law();
        for (int p = 0; p < count; p++) {
            code.learn(law, received[p], draw(p, round), mean(received, p), null);
        }
        return new First(mean(received, -1), law);
    }

    private float[] mean(DiscusCode.Received[] received, int without) {
        MinimaxEstimate estimate = new MinimaxEstimate(LENGTH);
        for (int p = 0; p < received.length; p++) {
            if (p != without) {
                estimate.add(received[p].vector(), code.errorVariance(received[p].scales()));
            }
        }
        return estimate.estimate();
    }

    @Test
    void theSecondGroupNeedsFewerBitsForTheSameReconstruction() {
        float[][] gradients = gradients(8, 0.1, 1);
        First first = first(gradients, 0);
        DiscusPlan plan =
                code.plan(first.law(), draw(6, 0), first.side(), null, new float[] {1}, DiscusCode.margin(LENGTH));
        assertTrue(!plan.rates().isEmpty());
        for (int p = 6; p < 8; p++) {
            Draw draw = draw(p, 0);
            byte[] message = code.encode(gradients[p], draw, plan);
            int plain = code.encode(gradients[p], draw, DiscusPlan.plain()).length;
            assertTrue(message.length < 0.92 * plain, message.length + " bytes instead of " + plain);
            DiscusCode.Outcome outcome = code.decode(message, draw, first.side(), null, first.law(), plan);
            float[] vector = outcome instanceof DiscusCode.Incomplete incomplete
                    ? incomplete
                            .complete(code.answer(gradients[p], draw, plan, incomplete.request()))
                            .vector()
                    : assertInstanceOf(DiscusCode.Received.class, outcome).vector();
            assertArrayEquals(dithered(gradients[p], draw), vector);
        }
    }

    private static float[] dithered(float[] gradient, Draw draw) {
        DitheredQuantizer quantizer = new DitheredQuantizer(LEVELS, Packing.FIXED);
        return quantizer.decode(quantizer.encode(gradient, draw), draw, gradient.length);
    }

    @Test
    void aMisledReceiverAsksAgainAndIsRight() {
        float[][] gradients = gradients(8, 0.1, 1);
        First first = first(gradients, 0);
        Draw draw = draw(6, 0);
        DiscusPlan plan = code.plan(first.law(), draw, first.side(), null, new float[] {1}, 0);
        byte[] message = code.encode(gradients[6], draw, plan);
        float[] misleading = new float[LENGTH];
        DiscusCode.Incomplete incomplete = assertInstanceOf(
                DiscusCode.Incomplete.class, code.decode(message, draw, misleading, null, first.law(), plan));
        assertTrue(incomplete.failures() > 0);
        byte[] answer = code.answer(gradients[6], draw, plan, incomplete.request());
        assertArrayEquals(
                dithered(gradients[6], draw), incomplete.complete(answer).vector());
    }

    /**
     * Laws learned from few senders of a round, judged on senders and rounds held back: with the margin of a learned law at most a block in ten fails, and the margin is larger than for a known law.
     */
    @Test
    void fewBlocksFailWithALawLearnedFromFew() {
        for (int count : new int[] {2, 4}) {
            int failures = 0;
            int blocks = 0;
            for (int round = 0; round < 4; round++) {
                float[][] gradients = gradients(count + 1, 0.1, 50 + round);
                First first = first(gradients, round, count);
                Draw draw = draw(count, round);
                DiscusPlan plan = code.plan(first.law(), draw, first.side(), null, new float[] {1});
                DiscusPlan bare =
                        code.plan(first.law(), draw, first.side(), null, new float[] {1}, DiscusCode.margin(LENGTH));
                int more = plan.rates().get(0) - bare.rates().get(0);
                assertTrue(more >= 1, plan + " instead of " + bare);
                byte[] message = code.encode(gradients[count], draw, plan);
                DiscusCode.Outcome outcome = code.decode(message, draw, first.side(), null, first.law(), plan);
                failures += outcome instanceof DiscusCode.Incomplete incomplete ? incomplete.failures() : 0;
                blocks += 3;
            }
            assertTrue(10 * failures <= blocks, count + " senders: " + failures + " of " + blocks + " blocks fail");
        }
    }

    @Test
    void plansThatDoNotFitTheVectorAreRefusedWhereTheyAreRead() {
        DiscusCode few = new DiscusCode(LEVELS, new int[] {500}, new LdpcShelf(5, 1));
        byte[] announcement = new DiscusPlan(List.of(30)).message();
        assertEquals(new DiscusPlan(List.of(30)), code.readPlan(announcement));
        assertThrows(MalformedMessageException.class, () -> few.readPlan(announcement));
        byte[] manyPlanes = new DiscusPlan(List.of(9, 9, 9, 9, 9)).message();
        assertThrows(MalformedMessageException.class, () -> code.readPlan(manyPlanes));
        assertEquals(DiscusPlan.plain(), few.readPlan(DiscusPlan.plain().message()));
        Draw draw = draw(1, 1);
        float[] side = new float[500];
        float[] vector = new float[500];
        vector[3] = 1;
        byte[] message = few.encode(vector, draw, DiscusPlan.plain());
        assertThrows(
                MalformedMessageException.class,
                () -> few.decode(message, draw, side, null, few.law(), new DiscusPlan(List.of(30))));
    }

    @Test
    void edgesOfTheRange() {
        Draw draw = draw(1, 1);
        DiscusCode two = new DiscusCode(LEVELS, new int[] {1, 2}, new LdpcShelf(5, 1));
        byte[] zeros = two.encode(new float[3], draw, DiscusPlan.plain());
        assertEquals(8, zeros.length);
        assertArrayEquals(new float[3], two.decode(zeros, draw).vector());
        float[][] vectors = {{Float.MAX_VALUE, -Float.MAX_VALUE, 0}, {Float.MIN_VALUE, 0, 0}, {0, -3, 7}};
        for (float[] vector : vectors) {
            byte[] message = two.encode(vector, draw, DiscusPlan.plain());
            float[] decoded = two.decode(message, draw).vector();
            for (int i = 0; i < 3; i++) {
                double step = (i == 0 ? Math.abs(vector[0]) : Math.max(Math.abs(vector[1]), vector[2])) / LEVELS;
                assertEquals(vector[i], decoded[i], step / 2 + Float.MIN_VALUE);
            }
        }
        float[] bad = {1, Float.NaN, 0};
        assertThrows(IllegalArgumentException.class, () -> two.encode(bad, draw, DiscusPlan.plain()));
        float[] none = new float[3];
        assertThrows(IllegalArgumentException.class, () -> two.answer(none, draw, DiscusPlan.plain(), new byte[1]));
        assertThrows(IllegalArgumentException.class, () -> code.encode(none, draw, DiscusPlan.plain()));
        assertThrows(MalformedMessageException.class, () -> two.decode(new byte[3], draw));
        assertThrows(MalformedMessageException.class, () -> two.decode(Arrays.copyOf(zeros, 9), draw));
        LdpcShelf shelf = new LdpcShelf(1, 1);
        assertThrows(IllegalArgumentException.class, () -> new DiscusCode(3, new int[] {4, 0}, shelf));
        assertThrows(IllegalArgumentException.class, () -> new DiscusCode(3, new int[0], shelf));
    }

    @Test
    void theExpectedMagnitudeSharpensTheLaw() {
        Random random = new Random(2);
        float[] vector = new float[LENGTH];
        float[] magnitude = new float[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            magnitude[i] = i % 4 == 0 ? 0.3f : 0.005f;
            vector[i] = (float) Math.max(-1, Math.min(1, magnitude[i] * random.nextGaussian()));
        }
        vector[0] = 1;
        Draw draw = draw(1, 1);
        DiscusCode.Received received = code.decode(code.encode(vector, draw, DiscusPlan.plain()), draw);
        ConditionalLaw without = code.law();
        ConditionalLaw with = code.law();
        float[] side = new float[LENGTH];
        code.learn(without, received, draw, side, null);
        code.learn(with, received, draw, side, magnitude);
        assertEquals(
                DiscusPlan.plain(), code.plan(without, draw, side, null, new float[] {1}, DiscusCode.margin(LENGTH)));
        DiscusPlan plan = code.plan(with, draw, side, magnitude, new float[] {1}, DiscusCode.margin(LENGTH));
        assertTrue(!plan.rates().isEmpty(), plan.toString());
    }
}
