package starling.models.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import starling.models.UnfitException;
import starling.models.gradient.GradientGraph;
import starling.models.gradient.Loss;
import starling.models.graph.GraphBuilder;
import starling.models.graph.Shapes;
import starling.models.graph.Tensors;
import starling.models.run.Network;
import starling.models.training.GradientSession;
import starling.models.training.Parameters;

class ZooTest {

    /** Scalars are settings, such as how much is dropped. */
    private static long parameters(ModelProto model) {
        return model.getGraph().getInitializerList().stream()
                .filter(tensor -> tensor.getDataType() == TensorProto.DataType.FLOAT.getNumber())
                .filter(tensor -> tensor.getDimsCount() > 0)
                .mapToLong(tensor -> Shapes.elements(Tensors.shape(tensor)))
                .sum();
    }

    /** The numbers of the papers; those of the others are added up layer by layer. */
    @ParameterizedTest
    @CsvSource({
        "region, 0, 6498",
        "fc-300-100, 1, 266610",
        "fc-1000-300-100, 1, 1116410",
        "lenet-5, 1, 61706",
        "lenet, 1, 1663370",
        "cifarnet, 3, 1068298",
        "alexnet, 3, 62378344",
        "uep-mnist, 1, 100710",
        "uep-cifar, 3, 3830954"
    })
    void networksHaveAsManyParametersAsInThePapers(String name, int channels, long count) {
        ModelProto model = model(Zoo.network(name), channels);
        assertEquals(count, parameters(model));
    }

    private static ModelProto model(ZooNetwork network, int channels) {
        return network.stage().builder().build(sample(network, channels), 1, 1);
    }

    private static int[] sample(ZooNetwork network, int channels) {
        if (channels == 0) {
            return new int[] {2};
        }
        int size = channels == 1 ? 28 : network.name().equals("alexnet") ? 227 : 32;
        return network.stage().augmentation().shape(new int[] {channels, size, size});
    }

    @ParameterizedTest
    @CsvSource({
        "region, 0, 1",
        "fc-300-100, 1, 1",
        "fc-1000-300-100, 1, 1",
        "lenet-5, 1, 1",
        "lenet, 1, 1",
        "cifarnet, 3, 1",
        "uep-mnist, 1, 1",
        "uep-cifar, 3, 1",
        "digits-mean, 6, 6",
        "dog-watch, 6, 2"
    })
    void everyNetworkHasFiniteGradientsAndAFewStepsLowerItsLoss(String name, int channels, int sensors) {
        ZooNetwork network = Zoo.network(name);
        int size = name.equals("digits-mean") || channels == 1 ? 28 : 32;
        int[] sample =
                channels == 0 ? new int[] {2} : network.stage().augmentation().shape(new int[] {channels, size, size});
        ModelProto model = network.stage().builder().build(sample, sensors, 1);
        GradientGraph graph = GradientGraph.of(
                model,
                new GradientGraph.Request(
                        network.stage().recipe().loss(), List.of(), GradientGraph.Mode.TRAINING, false));
        Parameters parameters = Parameters.of(model, graph.gradients().keySet());
        assertEquals(
                model.getGraph().getInitializerList().stream()
                        .map(TensorProto::getName)
                        .filter(n -> n.endsWith(".weight")
                                || n.endsWith(".bias")
                                || n.endsWith(".scale")
                                || n.endsWith(".shift"))
                        .toList(),
                parameters.names(),
                "all is learned");
        try (GradientSession session =
                new GradientSession(graph, network.stage().recipe().loss(), parameters, 1)) {
            int count = 4;
            float[] samples = new float[count * session.elements()];
            Random random = new Random(3);
            for (int i = 0; i < samples.length; i++) {
                samples[i] = random.nextFloat();
            }
            int[] labels = {0, 1, 1, 0};
            double first = 0;
            double last = 0;
            for (int step = 0; step < 4; step++) {
                last = session.run(samples, labels, count, RandomSource.XO_SHI_RO_256_PP.create(1))
                        .loss();
                first = step == 0 ? last : first;
                double squares = 0;
                for (String parameter : parameters.names()) {
                    float[] gradient = new float[parameters.values(parameter).length];
                    session.gradient(parameter, gradient);
                    boolean any = false;
                    for (float g : gradient) {
                        assertTrue(Float.isFinite(g), parameter);
                        any |= g != 0;
                        squares += g * g;
                    }
                    assertTrue(any || step > 0, parameter + " has a gradient");
                }
                for (String parameter : parameters.names()) {
                    float[] values = parameters.values(parameter);
                    float[] gradient = new float[values.length];
                    session.gradient(parameter, gradient);
                    for (int i = 0; i < values.length; i++) {
                        values[i] -= (float) (0.02 / Math.sqrt(squares)) * gradient[i];
                    }
                    session.set(parameter, values);
                }
            }
            assertTrue(Double.isFinite(first) && last < first, "loss falls from " + first + ": " + last);
        }
    }

    /** On images that are small enough for a test: all is learned, and the dense layers drop half of what they answer. */
    @Test
    void alexNetHasDropoutBehindItsDenseLayers() {
        ModelProto model = Zoo.network("alexnet").stage().builder().build(new int[] {3, 67, 67}, 1, 1);
        GradientGraph graph = GradientGraph.of(
                model,
                new GradientGraph.Request(
                        Loss.SOFTMAX_CROSS_ENTROPY,
                        List.of(),
                        GradientGraph.Mode.TRAINING,
                        GradientGraph.Dense.SIGNALS));
        assertEquals(16, graph.parameters().size());
        assertEquals(13, graph.gradients().size(), "kernels and biases");
        assertEquals(
                List.of("dense3.weight", "dense2.weight", "dense1.weight"),
                graph.signals().stream().map(GradientGraph.Signals::parameter).toList());
        assertEquals(
                List.of(4096, 4096),
                graph.noise().stream().map(GradientGraph.Noise::elements).toList());
    }

    /** Both answer from the last layer's inputs on: what each branch of P makes of its image is what the single trunk makes. */
    @ParameterizedTest
    @CsvSource({"digits-mean, 3, 1, 28, dense1", "dog-watch, 2, 3, 32, trunk"})
    void branchesAnswerAsTheSingleTrunkDoes(String name, int sensors, int channels, int size, String cut) {
        ZooNetwork network = Zoo.network(name);
        ZooNetwork.Stage before = Objects.requireNonNull(network.before());
        ModelProto single = before.builder().build(new int[] {channels, size, size}, 1, 4);
        ModelProto many = network.stage().builder().build(new int[] {channels * sensors, size, size}, sensors, 5);
        ModelProto handed = zeroElsewhere(ZooNetwork.handOn(many, single), sensors);
        float[] images = new float[sensors * channels * size * size];
        Random random = new Random(8);
        for (int i = 0; i < images.length; i++) {
            images[i] = random.nextFloat();
        }
        // the value that the layers behind the trunk read
        float[] together = features(handed, cut, images, sensors);
        for (int p = 0; p < sensors; p++) {
            int each = images.length / sensors;
            float[] alone = features(single, cut, Arrays.copyOfRange(images, p * each, (p + 1) * each), 1);
            assertArrayEquals(
                    alone,
                    Arrays.copyOfRange(together, p * alone.length, (p + 1) * alone.length),
                    1e-4f,
                    "branch " + p);
        }
    }

    /** Between branches there is a tenth of the network's own weights; without it they are apart. */
    private static ModelProto zeroElsewhere(ModelProto model, int sensors) {
        ModelProto.Builder changed = model.toBuilder();
        for (int i = 0; i < model.getGraph().getInitializerCount(); i++) {
            TensorProto tensor = model.getGraph().getInitializer(i);
            if (tensor.getName().equals("dense1.weight") && tensor.getDims(0) == 20L * sensors) {
                float[] values = Tensors.floats(tensor);
                int rows = (int) tensor.getDims(0);
                int columns = (int) tensor.getDims(1);
                for (int r = 0; r < rows; r++) {
                    for (int c = 0; c < columns; c++) {
                        if (r / 20 != c / (columns / sensors)) {
                            assertTrue(Math.abs(values[r * columns + c]) < 0.05, "small between branches");
                            values[r * columns + c] = 0;
                        }
                    }
                }
                changed.getGraphBuilder().setInitializer(i, Tensors.of(tensor.getName(), values, rows, columns));
            }
        }
        return changed.build();
    }

    /** The output of the trunk: what the first dense layer gives behind its ReLU, or what it reads. */
    private static float[] features(ModelProto model, String cut, float[] image, int sensors) {
        String value = "";
        for (var node : model.getGraph().getNodeList()) {
            if (cut.equals("trunk") && node.getOpType().equals("Flatten")) {
                value = node.getOutput(0);
            } else if (node.getInputList().contains(cut + ".weight")) {
                value = node.getOutput(0);
            }
        }
        int width = cut.equals("trunk") ? 64 : 20;
        ModelProto.Builder open = model.toBuilder();
        open.getGraphBuilder().clearOutput().addOutput(GraphBuilder.value(value, -1, width * sensors));
        try (Network opened = new Network("trunk", open.build(), 1)) {
            return opened.run(image, 1).values().iterator().next();
        }
    }

    @Test
    void aNetworkThereIsNotIsNamedAmongThoseThereAre() {
        String sentence = String.valueOf(
                assertThrows(UnfitException.class, () -> Zoo.network("vgg")).getMessage());
        assertTrue(sentence.startsWith("the zoo has region, fc-300-100, "), sentence);
        assertTrue(sentence.endsWith(": 'vgg' is none of them"), sentence);
        assertEquals(12, Zoo.all().stream().map(ZooNetwork::name).distinct().count());
    }

    @Test
    void imagesOfAnotherRankAreRefused() {
        assertThrows(
                UnfitException.class,
                () -> Zoo.network("lenet").stage().builder().build(new int[] {784}, 1, 1));
    }
}
