package starling.experiments.workers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import starling.codes.gradient.Columns;
import starling.codes.indirect.DitheredIndirectCode;
import starling.codes.quantize.DitheredQuantizer;
import starling.codes.quantize.NestedPair;
import starling.codes.quantize.NestedQuantizer;
import starling.codes.quantize.OneBitColumns;
import starling.codes.quantize.Packing;
import starling.codes.random.Draw;
import starling.models.gradient.GradientGraph;

class ExchangeTest {
    private static final Draw DRAW = new Draw(3, 0, 5, 0);
    private static final Tensor TENSOR = new Tensor("w", 0, new int[] {64, 64}, null);
    private static final int LENGTH = 64 * 64;
    private static final int LEVELS = 3;

    @Test
    void uncompressedGradientsHaveTheirMeanAndAllTheirBits() {
        List<Gradients> workers = List.of(worker(new float[] {1, 2}), worker(new float[] {3, -6}));
        float[] mean = new float[2];
        Bits bits = new Uncompressed().carry(workers, new Tensor("w", 0, new int[] {2}, null), DRAW, mean);
        assertArrayEquals(new float[] {2, -2}, mean);
        assertEquals(new Bits(128, 128), bits);
    }

    @Test
    void aDirectCodeCountsTheBytesOfItsMessages() {
        DitheredQuantizer code = new DitheredQuantizer(LEVELS, Packing.ADAPTIVE);
        List<Gradients> workers = workers(3, 1);
        float[] mean = new float[LENGTH];
        Bits bits = new Direct("direct", code).carry(workers, TENSOR, DRAW, mean);
        double bytes = 0;
        for (int worker = 0; worker < 3; worker++) {
            bytes += code.encode(workers.get(worker).of(TENSOR), DRAW.withNode(worker)).length;
        }
        assertEquals(8 * bytes, bits.sent());
        assertEquals(3 * (32 + LENGTH * Math.log(7) / Math.log(2)), bits.raw(), 1e-6);
        float[] exact = new float[LENGTH];
        new Uncompressed().carry(workers, TENSOR, DRAW, exact);
        assertArrayEquals(exact, mean, 5f / LEVELS / 2);
    }

    @Test
    void syndromesBringWhatPlainMessagesBring() {
        for (int count : new int[] {1, 2, 5}) {
            List<Gradients> workers = workers(count, 0.2);
            float[] plain = new float[LENGTH];
            new Direct("plain", new DitheredQuantizer(LEVELS, Packing.ADAPTIVE)).carry(workers, TENSOR, DRAW, plain);
            float[] mean = new float[LENGTH];
            Bits bits = new Discus(1, tensor -> Columns.one()).carry(workers, TENSOR, DRAW, mean);
            assertArrayEquals(plain, mean, 1e-5f, count + " workers");
            assertTrue(bits.sent() < bits.raw(), bits.toString());
        }
    }

    @Test
    void theSecondGroupIsDecodedWithTheMeanOfTheFirst() {
        List<Gradients> workers = workers(4, 0.05);
        float[] exact = new float[LENGTH];
        new Uncompressed().carry(workers, TENSOR, DRAW, exact);
        float[] mean = new float[LENGTH];
        Bits bits = new Nested(
                        "nested",
                        new DitheredQuantizer(12, Packing.FIXED),
                        new NestedQuantizer(new NestedPair(1.0 / 12, 9, 1), Packing.FIXED))
                .carry(workers, TENSOR, DRAW, mean);
        assertArrayEquals(exact, mean, 5f / 12 / 2 + 0.01f);
        double logs = 2 * Math.log(25) + 2 * Math.log(9);
        assertEquals(4 * 32 + LENGTH * logs / Math.log(2), bits.raw(), 1e-6);
    }

    @Test
    void whatFeedbackHoldsBackComesLater() {
        List<Gradients> workers = workers(2, 1);
        float[] exact = new float[LENGTH];
        new Uncompressed().carry(workers, TENSOR, DRAW, exact);
        WithFeedback exchange = new WithFeedback("one-bit", tensor -> new OneBitColumns(64, Packing.FIXED), 1);
        double[] sum = new double[LENGTH];
        int rounds = 400;
        float[] mean = new float[LENGTH];
        for (int round = 0; round < rounds; round++) {
            exchange.carry(workers, TENSOR, DRAW.withRound(round), mean);
            Means.add(sum, mean, 1);
        }
        float[] average = new float[LENGTH];
        Means.write(sum, rounds, average);
        assertArrayEquals(exact, average, 0.35f, "without feedback the largest numbers would stay about 2 off");
    }

    @Test
    void aDenseLayerGoesByItsFactors() {
        SplittableRandom random = new SplittableRandom(4);
        int samples = 5;
        float[] forward = drawn(samples * 3, random);
        float[] backward = drawn(samples * 2, random);
        float[] gradient = new float[6];
        for (int sample = 0; sample < samples; sample++) {
            for (int output = 0; output < 2; output++) {
                for (int input = 0; input < 3; input++) {
                    gradient[output * 3 + input] += backward[sample * 2 + output] * forward[sample * 3 + input];
                }
            }
        }
        GradientGraph.Signals signals = new GradientGraph.Signals("w", "x", "delta");
        Gradients worker = new Gradients(Map.of("w", gradient), Map.of("x", forward, "delta", backward), samples, 0);
        Indirect exchange = new Indirect(
                "isgq", new DitheredIndirectCode(4096, 4096), new DitheredQuantizer(LEVELS, Packing.FIXED));
        float[] mean = new float[6];
        exchange.carry(List.of(worker), new Tensor("w", 0, new int[] {2, 3}, signals), DRAW, mean);
        assertArrayEquals(gradient, mean, 0.01f);
        Tensor turned = new Tensor("w", 0, new int[] {3, 2}, signals);
        assertThrows(IllegalArgumentException.class, () -> exchange.carry(List.of(worker), turned, DRAW, mean));
    }

    /** Workers whose gradients are a common vector with noise of a standard deviation. */
    private static List<Gradients> workers(int count, double noise) {
        SplittableRandom random = new SplittableRandom(2);
        float[] common = drawn(LENGTH, random);
        List<Gradients> workers = new ArrayList<>();
        for (int worker = 0; worker < count; worker++) {
            float[] own = drawn(LENGTH, random);
            for (int i = 0; i < LENGTH; i++) {
                own[i] = (float) (common[i] + noise * own[i]);
            }
            workers.add(worker(own));
        }
        return workers;
    }

    private static Gradients worker(float[] gradient) {
        return new Gradients(Map.of("w", gradient), Map.of(), 1, 0);
    }

    private static float[] drawn(int length, SplittableRandom random) {
        float[] vector = new float[length];
        for (int i = 0; i < length; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }
}
