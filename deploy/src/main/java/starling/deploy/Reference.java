package starling.deploy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import starling.models.UnfitException;
import starling.models.data.Dataset;
import starling.models.onnx.file.LoadLimits;
import starling.models.onnx.file.OnnxFile;
import starling.models.plan.Bundle;
import starling.models.plan.LocalFleet;
import starling.models.run.Decision;
import starling.models.run.Network;

/**
 * What the fleet is compared with, on the same samples: the plan run in this process and the original model run whole.
 *
 * @param planAccuracy fraction the plan gets right
 * @param originalAccuracy fraction the original gets right
 * @param singleMillis median time of one sample through the original, one thread
 * @param outputs the plan's outputs, all of them per sample
 */
record Reference(double planAccuracy, double originalAccuracy, double singleMillis, float[] outputs) {
    private static final int WARM_UP = 50;

    static Reference of(Bundle bundle, Dataset data) {
        int elements = bundle.plan().inputElements();
        data.requireElements(
                bundle.plan().inputs().size() == 1
                        ? bundle.plan().inputs().get(0).shape()
                        : new int[] {elements});
        float[] samples = new float[data.count() * elements];
        data.readBatch(0, data.count(), samples);
        try (LocalFleet fleet = new LocalFleet(bundle, 1);
                Network original = new Network(
                        "original model",
                        OnnxFile.parse(bundle.read(Bundle.ORIGINAL), LoadLimits.defaults())
                                .model(),
                        1)) {
            Map<String, float[]> planned = fleet.run(samples, data.count());
            return new Reference(
                    accuracy(planned.values().iterator().next(), data),
                    accuracy(
                            original.run(samples, data.count())
                                    .values()
                                    .iterator()
                                    .next(),
                            data),
                    single(original, samples, data.count(), elements),
                    together(planned, data.count()));
        }
    }

    private static double single(Network original, float[] samples, int count, int elements) {
        int repeats = Math.max(count, 200);
        double[] millis = new double[repeats];
        float[] one = new float[elements];
        for (int i = -WARM_UP; i < repeats; i++) {
            System.arraycopy(samples, Math.floorMod(i, count) * elements, one, 0, elements);
            long started = System.nanoTime();
            original.run(one, 1);
            if (i >= 0) {
                millis[i] = (System.nanoTime() - started) / 1e6;
            }
        }
        Arrays.sort(millis);
        return millis[repeats / 2];
    }

    /** Fraction of decisions that are the label. */
    private static double accuracy(float[] outputs, Dataset data) {
        int width = outputs.length / data.count();
        int right = 0;
        for (int i = 0; i < data.count(); i++) {
            right += Decision.of(outputs, i * width, width) == data.label(i) ? 1 : 0;
        }
        return (double) right / data.count();
    }

    /** Per sample, all outputs one after the other. */
    private static float[] together(Map<String, float[]> outputs, int count) {
        int width = outputs.values().stream()
                .mapToInt(values -> values.length / count)
                .sum();
        float[] all = new float[count * width];
        int offset = 0;
        for (float[] values : outputs.values()) {
            int each = values.length / count;
            for (int i = 0; i < count; i++) {
                System.arraycopy(values, i * each, all, i * width + offset, each);
            }
            offset += each;
        }
        return all;
    }

    /** max|a-b| / max(1, max|y|) between the plan's outputs and a table of float32 in a .npy file. */
    double relativeDifference(Path npy) throws IOException {
        byte[] bytes = Files.readAllBytes(npy);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int header = buffer.getShort(8) & 0xffff;
        String text = new String(bytes, 10, header, StandardCharsets.US_ASCII);
        int start = 10 + header;
        if (!text.contains("'<f4'") || (bytes.length - start) / Float.BYTES != outputs.length) {
            throw new UnfitException("the fleet must answer with " + outputs.length + " float32 numbers: it gave "
                    + (bytes.length - start) / Float.BYTES + " as " + text.strip());
        }
        double scale = 1;
        double difference = 0;
        for (int i = 0; i < outputs.length; i++) {
            float answer = buffer.getFloat(start + Float.BYTES * i);
            scale = Math.max(scale, Math.abs(outputs[i]));
            double d = Math.abs((double) outputs[i] - answer);
            difference = d <= difference ? difference : d;
        }
        return difference / scale;
    }
}
