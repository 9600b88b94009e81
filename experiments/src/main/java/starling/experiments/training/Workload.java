package starling.experiments.training;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.gradient.GradientGraph;
import starling.models.gradient.Loss;
import starling.models.training.Optimizer;
import starling.models.training.Parameters;
import starling.models.training.Recipe;
import starling.models.training.Schedule;
import starling.models.zoo.Zoo;
import starling.models.zoo.ZooNetwork;

/**
 * A network that learns in steps of one size.
 *
 * @param network its name in the zoo
 * @param batch samples of a step
 * @param threads of whoever computes
 * @param seed of the first weights
 */
record Workload(String network, int batch, int threads, long seed) {
    /** Batches that take turns: real images, so that the loss neither stays where it is nor vanishes. */
    static final int BATCHES = 15;

    static final double RATE = 0.01;
    static final double MOMENTUM = 0.9;

    Recipe recipe() {
        return new Recipe(
                Loss.SOFTMAX_CROSS_ENTROPY,
                new Optimizer.Sgd(MOMENTUM, 0),
                RATE,
                new Schedule.Constant(),
                1,
                batch,
                0,
                GradientGraph.Mode.TRAINING,
                seed,
                threads);
    }

    /** The network with its first weights. */
    ModelProto model() {
        ZooNetwork.Stage stage = Zoo.network(network).stage();
        return stage.builder().build(data().sampleShape(), 1, seed);
    }

    /** {@link #BATCHES} batches of images. */
    Dataset data() {
        return DataSpec.parse("builtin:mnist,split=train,limit=" + BATCHES * batch)
                .open(Split.TRAIN, seed);
    }

    /**
     * Writes what somebody else needs to do the same work: all weights and biases in the model's order, all samples, as float32,
     * then all classes as int64; little endian, without a header.
     */
    void write(Path file) throws IOException {
        Dataset data = data();
        ModelProto model = model();
        float[] samples = new float[data.count() * data.elements()];
        data.readBatch(0, data.count(), samples);
        GradientGraph graph = GradientGraph.of(
                model,
                new GradientGraph.Request(Loss.SOFTMAX_CROSS_ENTROPY, List.of(), GradientGraph.Mode.TRAINING, false));
        Parameters parameters = Parameters.of(model, graph.gradients().keySet());
        try (OutputStream stream = Files.newOutputStream(file);
                WritableByteChannel channel = Channels.newChannel(stream)) {
            for (String name : parameters.names()) {
                write(channel, parameters.values(name));
            }
            write(channel, samples);
            ByteBuffer classes = ByteBuffer.allocate(8 * data.count()).order(ByteOrder.LITTLE_ENDIAN);
            for (int label : data.labels()) {
                classes.putLong(label);
            }
            channel.write(classes.flip());
        }
    }

    private static void write(WritableByteChannel channel, float[] numbers) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        channel.write(bytes);
    }
}
