package starling.models.zoo;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.util.List;
import java.util.stream.Collectors;
import starling.models.UnfitException;
import starling.models.gradient.GradientGraph;
import starling.models.gradient.Loss;
import starling.models.training.Augmentation;
import starling.models.training.Optimizer;
import starling.models.training.Recipe;
import starling.models.training.Schedule;

/**
 * Architectures of the papers, each with first weights and a recipe. Where a paper gives a number of parameters it is met:
 * FC-300-100 266 610, FC-1000-300-100 1 116 410, LeNet 1 663 370, CifarNet 1 068 298 (thesis, Table 2.1), AlexNet 62 378 344
 * (thesis, section 3.5: 62.4 million).
 */
public final class Zoo {
    private static final String IMAGE = "image";
    private static final String LOGITS = "logits";

    private static final List<ZooNetwork> ALL = List.of(
            plain(
                    "region",
                    "2-64-64-32-2 network that says whether a place lies in a region (thesis, setup 1); data"
                            + " builtin:region",
                    (sample, sensors, seed) -> fullyConnected("place", sample, seed, 2, 64, 64, 32),
                    Augmentation.NONE,
                    adam(0.005, 0, 40, 64)),
            plain(
                    "fc-300-100",
                    "784-300-100-10 network with ReLU",
                    (sample, sensors, seed) -> fullyConnected(IMAGE, sample, seed, 10, 300, 100),
                    Augmentation.NONE,
                    adam(0.001, 0.2, 10, 128)),
            plain(
                    "fc-1000-300-100",
                    "784-1000-300-100-10 network with ReLU",
                    (sample, sensors, seed) -> fullyConnected(IMAGE, sample, seed, 10, 1000, 300, 100),
                    Augmentation.NONE,
                    adam(0.001, 0.2, 10, 128)),
            plain(
                    "lenet-5",
                    "LeNet-5 with ReLU and max pooling (6 and 16 5x5 channels, 120-84-10)",
                    (sample, sensors, seed) -> lenet5(sample, seed),
                    new Augmentation.RandomCrop(28, 28, 2, false, 1),
                    adam(0.002, 0.02, 20, 128)),
            plain(
                    "lenet",
                    "LeNet of the thesis (32 and 64 5x5 channels, 3136-512-10; 1 663 370 parameters)",
                    (sample, sensors, seed) -> lenet(sample, seed),
                    Augmentation.NONE,
                    adam(0.001, 0.05, 5, 64)),
            plain(
                    "cifarnet",
                    "CifarNet of the thesis (two times 64 5x5 channels with overlapping pooling, 384-192-10; 1 068 298"
                            + " parameters with the 24x24 parts it learns from; judge it on crop=24)",
                    (sample, sensors, seed) -> cifarNet(sample, seed),
                    new Augmentation.RandomCrop(24, 24, 0, true, 3),
                    adam(0.001, 0.05, 30, 64)),
            plain(
                    "alexnet",
                    "AlexNet in one tower, without its normalization of responses (227x227 parts of images, 96-256-384-384-256"
                            + " channels, 4096-4096-1000 with dropout; 62 378 344 parameters)",
                    (sample, sensors, seed) -> alexNet(sample, seed),
                    new Augmentation.RandomCrop(227, 227, 0, true, 3),
                    recipe(new Optimizer.Sgd(0.9, 0.0005), 0.01, new Schedule.Cosine(0), 90, 128)),
            plain(
                    "sensor-ring",
                    "24-64-32-4 network with ReLU behind a standardisation that is learned, for a ring of ultrasound sensors;"
                            + " data csv:FILE",
                    (sample, sensors, seed) -> ring(sample, seed),
                    Augmentation.NONE,
                    adam(0.003, 0.02, 80, 64)),
            plain(
                    "uep-mnist",
                    "784-100-200-10 network with ReLU (UEP paper, Fig. 11 and Table VI)",
                    (sample, sensors, seed) -> fullyConnected(IMAGE, sample, seed, 10, 100, 200),
                    Augmentation.NONE,
                    sgd(0.01, 3, 64)),
            plain(
                    "uep-cifar",
                    "32 and 32 3x3 channels, pooling, 7200-512-256-10 (UEP paper, Table V with Table VI's ten answers)",
                    (sample, sensors, seed) -> uepCifar(sample, seed),
                    Augmentation.NONE,
                    adam(0.0005, 0.05, 10, 64)),
            new ZooNetwork(
                    "digits-mean",
                    "six sensors see a digit each, the answer is the rounded mean (thesis, setup 2): a LeNet-5 trunk per"
                            + " sensor, then 20 P-84-10; trunks learn first to tell digits apart",
                    new ZooNetwork.Stage(
                            0,
                            "",
                            (sample, sensors, seed) -> digits(sample, 1, seed),
                            new Augmentation.RandomCrop(28, 28, 2, false, 1),
                            adam(0.002, 0.02, 12, 128)),
                    new ZooNetwork.Stage(
                            6,
                            "mean",
                            Zoo::digits,
                            new Augmentation.RandomCrop(28, 28, 2, false, 1),
                            adam(0.001, 0.02, 10, 64))),
            new ZooNetwork(
                    "dog-watch",
                    "two cameras, the answer is whether one sees a dog (thesis, setup 3): a residual trunk per camera, then"
                            + " 64 P-32-2; trunks learn first to tell the ten classes apart",
                    new ZooNetwork.Stage(
                            0,
                            "",
                            (sample, sensors, seed) -> cameras(sample, 1, seed, 10),
                            new Augmentation.RandomCrop(32, 32, 4, true, 3),
                            adam(0.003, 0.05, 40, 64)),
                    new ZooNetwork.Stage(
                            2,
                            "any/5",
                            (sample, sensors, seed) -> cameras(sample, sensors, seed, 2),
                            new Augmentation.RandomCrop(32, 32, 4, true, 3),
                            adam(0.001, 0.05, 12, 64))));

    private Zoo() {}

    /** Every network. */
    public static List<ZooNetwork> all() {
        return ALL;
    }

    /**
     * A network by its name.
     *
     * @throws UnfitException if there is none of that name
     */
    public static ZooNetwork network(String name) {
        return ALL.stream()
                .filter(network -> network.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UnfitException("the zoo has "
                        + ALL.stream().map(ZooNetwork::name).collect(Collectors.joining(", ")) + ": '" + name
                        + "' is none of them"));
    }

    private static ZooNetwork plain(
            String name, String description, ZooNetwork.Builder builder, Augmentation augmentation, Recipe recipe) {
        return new ZooNetwork(name, description, null, new ZooNetwork.Stage(0, "", builder, augmentation, recipe));
    }

    private static Recipe adam(double rate, double decay, int epochs, int batch) {
        return recipe(Optimizer.Adam.usual(decay), rate, new Schedule.Cosine(0.1), epochs, batch);
    }

    private static Recipe sgd(double rate, int epochs, int batch) {
        return recipe(new Optimizer.Sgd(0, 0), rate, new Schedule.Constant(), epochs, batch);
    }

    private static Recipe recipe(Optimizer optimizer, double rate, Schedule schedule, int epochs, int batch) {
        return new Recipe(
                Loss.SOFTMAX_CROSS_ENTROPY,
                optimizer,
                rate,
                schedule,
                epochs,
                batch,
                0,
                GradientGraph.Mode.TRAINING,
                1,
                1);
    }

    private static ModelProto fullyConnected(String input, int[] sample, long seed, int answers, int... hidden) {
        Layers layers = new Layers(input, seed, sample);
        for (int i = 0; i < hidden.length; i++) {
            layers.dense("dense" + (i + 1), hidden[i]).relu();
        }
        return layers.answers("dense" + (hidden.length + 1), answers, LOGITS);
    }

    /** Readings in metres: what they are worth is learned before the first layer. */
    private static ModelProto ring(int[] sample, long seed) {
        return new Layers("readings", seed, sample)
                .batchNorm("standard")
                .dense("dense1", 64)
                .relu()
                .dense("dense2", 32)
                .relu()
                .answers("dense3", 4, LOGITS);
    }

    private static ModelProto lenet5(int[] sample, long seed) {
        return new Layers(IMAGE, seed, sample)
                .conv("conv1", 6, 5, 1, 2, 1)
                .relu()
                .maxPool(2, 2, 0)
                .conv("conv2", 16, 5, 1, 0, 1)
                .relu()
                .maxPool(2, 2, 0)
                .dense("dense1", 120)
                .relu()
                .dense("dense2", 84)
                .relu()
                .answers("dense3", 10, LOGITS);
    }

    private static ModelProto lenet(int[] sample, long seed) {
        return new Layers(IMAGE, seed, sample)
                .conv("conv1", 32, 5, 1, 2, 1)
                .relu()
                .maxPool(2, 2, 0)
                .conv("conv2", 64, 5, 1, 2, 1)
                .relu()
                .maxPool(2, 2, 0)
                .dense("dense1", 512)
                .relu()
                .answers("dense2", 10, LOGITS);
    }

    private static ModelProto cifarNet(int[] sample, long seed) {
        return new Layers(IMAGE, seed, sample)
                .conv("conv1", 64, 5, 1, 2, 1)
                .relu()
                .maxPool(3, 2, 1)
                .conv("conv2", 64, 5, 1, 2, 1)
                .relu()
                .maxPool(3, 2, 1)
                .dense("dense1", 384)
                .relu()
                .dense("dense2", 192)
                .relu()
                .answers("dense3", 10, LOGITS);
    }

    private static ModelProto alexNet(int[] sample, long seed) {
        return new Layers(IMAGE, seed, sample)
                .conv("conv1", 96, 11, 4, 0, 1)
                .relu()
                .maxPool(3, 2, 0)
                .conv("conv2", 256, 5, 1, 2, 1)
                .relu()
                .maxPool(3, 2, 0)
                .conv("conv3", 384, 3, 1, 1, 1)
                .relu()
                .conv("conv4", 384, 3, 1, 1, 1)
                .relu()
                .conv("conv5", 256, 3, 1, 1, 1)
                .relu()
                .maxPool(3, 2, 0)
                .dense("dense1", 4096)
                .relu()
                .dropout(0.5f)
                .dense("dense2", 4096)
                .relu()
                .dropout(0.5f)
                .answers("dense3", 1000, LOGITS);
    }

    private static ModelProto uepCifar(int[] sample, long seed) {
        return new Layers(IMAGE, seed, sample)
                .conv("conv1", 32, 3, 1, 1, 1)
                .relu()
                .conv("conv2", 32, 3, 1, 0, 1)
                .relu()
                .maxPool(2, 2, 0)
                .dense("dense1", 512)
                .relu()
                .dense("dense2", 256)
                .relu()
                .answers("dense3", 10, LOGITS);
    }

    /** A trunk for each sensor's image, then, where there are several, a dense layer over all. */
    private static ModelProto digits(int[] sample, int sensors, long seed) {
        Layers layers = new Layers(IMAGE, seed, sample)
                .conv("conv1", 6 * sensors, 5, 1, 2, sensors)
                .relu()
                .maxPool(2, 2, 0)
                .conv("conv2", 16 * sensors, 5, 1, 0, sensors)
                .relu()
                .maxPool(2, 2, 0)
                .dense("dense1", 20 * sensors)
                .relu();
        if (sensors > 1) {
            layers.dense("dense2", 84).relu();
        }
        return layers.answers("answers", 10, LOGITS);
    }

    /** A residual trunk for each camera: 16 channels at half size, 32 at a quarter, 64 at an eighth, then their means. */
    private static ModelProto cameras(int[] sample, int cameras, long seed, int answers) {
        Layers layers = new Layers(IMAGE, seed, sample);
        layers.conv("stem", 16 * cameras, 3, 2, 1, cameras)
                .batchNorm("stem.norm")
                .relu();
        residual(layers, "block1", 16, 1, cameras);
        residual(layers, "block2", 32, 2, cameras);
        residual(layers, "block3", 64, 2, cameras);
        layers.globalAveragePool().flatten();
        if (cameras > 1) {
            layers.dense("dense1", 32).relu();
        }
        return layers.answers("answers", answers, LOGITS);
    }

    private static void residual(Layers layers, String name, int channels, int stride, int cameras) {
        Layers.Place before = layers.here();
        layers.conv(name + ".conv1", channels * cameras, 3, stride, 1, cameras)
                .batchNorm(name + ".norm1")
                .relu()
                .conv(name + ".conv2", channels * cameras, 3, 1, 1, cameras)
                .batchNorm(name + ".norm2");
        Layers.Place around = before;
        if (stride > 1) {
            Layers.Place main = layers.here();
            around = layers.from(before)
                    .conv(name + ".around", channels * cameras, 1, stride, 0, cameras)
                    .here();
            layers.from(main);
        }
        layers.add(around).relu();
    }
}
