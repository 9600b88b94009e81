package starling.experiments.setup;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.InvalidProtocolBufferException;
import starling.models.data.Dataset;
import starling.models.run.Decision;
import starling.models.run.Network;

/** The natural rival of setup 2: every sensor classifies its own digit, and the classes are averaged. */
final class LocalDigits {
    private static final int BATCH = 100;

    private LocalDigits() {}

    /** The share of groups of digits whose rounded mean comes out right. */
    static double accuracy(byte[] classifier, Dataset groups, int sensors) {
        int right = 0;
        int each = groups.elements() / sensors;
        try (Network network = new Network("classifier of single digits", ModelProto.parseFrom(classifier), 2)) {
            float[] samples = new float[BATCH * groups.elements()];
            for (int from = 0; from < groups.count(); from += BATCH) {
                int batch = Math.min(BATCH, groups.count() - from);
                groups.readBatch(from, batch, samples);
                float[] answers = network.run(samples, batch * sensors)
                        .values()
                        .iterator()
                        .next();
                int width = answers.length / (batch * sensors);
                for (int i = 0; i < batch; i++) {
                    int sum = 0;
                    for (int sensor = 0; sensor < sensors; sensor++) {
                        sum += Decision.of(answers, (i * sensors + sensor) * width, width);
                    }
                    right += (2 * sum + sensors) / (2 * sensors) == groups.label(from + i) ? 1 : 0;
                }
            }
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the classifier is damaged", e);
        }
        if (each * sensors != groups.elements()) {
            throw new IllegalArgumentException("groups of " + sensors + " were expected");
        }
        return (double) right / groups.count();
    }
}
