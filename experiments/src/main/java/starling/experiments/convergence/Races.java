package starling.experiments.convergence;

import java.util.ArrayList;
import java.util.List;
import starling.codes.indirect.DitheredIndirectCode;
import starling.codes.indirect.IndirectCode;
import starling.codes.indirect.PointIndirectCode;
import starling.codes.quantize.Packing;
import starling.codes.quantize.StochasticQuantizer;
import starling.codes.quantize.TernGrad;
import starling.codes.rotated.RotatedDitheredCode;
import starling.codes.sampling.QcsCode;
import starling.experiments.findings.Experiment;
import starling.experiments.transmitted.Scales;
import starling.experiments.transmitted.ThesisCodes;
import starling.experiments.workers.Direct;
import starling.experiments.workers.Indirect;
import starling.models.training.Optimizer;

/** The thesis' curves of convergence, and the one that the default code is held to. */
public final class Races {
    private static final String MNIST = "builtin:mnist";
    private static final String CIFAR = "cifar10:../shared/data/cifar10";
    private static final List<String> DENSE = List.of("fc-300-100", "fc-1000-300-100");
    private static final double CLIP = 2.5;
    private static final int QCS_BLOCK = 256;
    private static final double QCS_GAIN = 32;
    private static final List<String> ON_MNIST = List.of("fc-300-100", "fc-1000-300-100", "lenet");

    private Races() {}

    public static List<Experiment> all() {
        List<Experiment> all = new ArrayList<>();
        all.add(new Convergence(new Convergence.Setting(
                "fig2-3",
                "Figure 2.3: learning by nested quantization against the baseline.",
                ON_MNIST,
                "",
                MNIST,
                16,
                12,
                600,
                60,
                new Optimizer.Sgd(0.9, 0),
                0.02,
                List.of(new Contender(ThesisCodes.NESTED, () -> ThesisCodes.nested(Scales.COLUMN))),
                1,
                false)));
        all.add(new Convergence(new Convergence.Setting(
                "fig2-4",
                "Figure 2.4: learning by dithered quantization with distributed source coding against the baseline.",
                ON_MNIST,
                "",
                MNIST,
                4,
                50,
                200,
                30,
                new Optimizer.Sgd(0.9, 0),
                0.02,
                List.of(new Contender("dqsg+dsc", () -> ThesisCodes.discus(1, Scales.COLUMN))),
                1,
                false)));
        all.add(new Convergence(new Convergence.Setting(
                "fig3-1",
                "Figure 3.1: learning by naive indirect quantization, which is biased, beside the least-squares form.",
                DENSE,
                "",
                MNIST,
                4,
                64,
                400,
                40,
                new Optimizer.Sgd(0.9, 0),
                0.02,
                List.of(
                        indirect("naive-isgq", PointIndirectCode.naive(3, 3)),
                        indirect("mse-isgq", PointIndirectCode.leastSquares(3, 3, 1, 1))),
                100,
                false)));
        all.add(new Convergence(new Convergence.Setting(
                "fig3-5",
                "Figure 3.5: eight workers learn by indirect quantization and by 1-bit SGD, against the baseline.",
                List.of("fc-1000-300-100", "lenet", "fc-300-100"),
                "",
                MNIST,
                8,
                32,
                300,
                30,
                new Optimizer.Sgd(0.9, 0),
                0.02,
                List.of(
                        indirect("mse-isgq", PointIndirectCode.leastSquares(3, 3, 1, 1)),
                        indirect("dithered-isgq", new DitheredIndirectCode(2, 2)),
                        new Contender(ThesisCodes.ONE_BIT, ThesisCodes::oneBit)),
                1,
                false)));
        all.add(new Convergence(new Convergence.Setting(
                "fig4-6",
                "Figure 4.6: learning by quantized compressive sampling, gain 32 (qcs-1) and k = n, Q = 1 (qcs-2).",
                ON_MNIST,
                "",
                MNIST,
                4,
                128,
                300,
                30,
                new Optimizer.Sgd(0.9, 0),
                0.02,
                List.of(qcsOfGain(), qcsWhole(), stochastic()),
                1,
                false)));
        all.add(new Convergence(new Convergence.Setting(
                "fig4-7",
                "Figure 4.7: CifarNet learned by quantized compressive sampling with Adam.",
                List.of("cifarnet"),
                ",crop=24",
                CIFAR,
                4,
                32,
                300,
                20,
                Optimizer.Adam.usual(0),
                0.001,
                List.of(qcsOfGain(), qcsWhole()),
                3,
                false)));
        all.add(new Convergence(new Convergence.Setting(
                "default-gain32",
                "LeNet learned by eight workers with the default code at one bit a number, against the baseline.",
                List.of("lenet", "fc-300-100"),
                "",
                MNIST,
                8,
                16,
                600,
                40,
                Optimizer.Adam.usual(0),
                0.001,
                List.of(new Contender("default", () -> new Direct("default", RotatedDitheredCode.ofBits(1)))),
                0.3,
                true)));
        all.add(new WorkersSweep(new WorkersSweep.Setting(
                "fig3-4",
                "Figure 3.4: final accuracy by indirect quantization over the number of workers.",
                List.of("fc-1000-300-100", "fc-300-100"),
                List.of(
                        indirect("mse-isgq", PointIndirectCode.leastSquares(3, 3, 1, 1)),
                        indirect("dithered-isgq", new DitheredIndirectCode(2, 2)),
                        new Contender(ThesisCodes.ONE_BIT, ThesisCodes::oneBit)),
                2)));
        all.add(new WorkersSweep(new WorkersSweep.Setting(
                "fig4-5",
                "Figure 4.5: final accuracy by quantized compressive sampling over the number of workers.",
                ON_MNIST,
                List.of(qcsOfGain(), qcsWhole(), stochastic()),
                2)));
        return List.copyOf(all);
    }

    private static Contender indirect(String name, IndirectCode code) {
        return new Contender(name, () -> new Indirect(name, code, new TernGrad(CLIP, Packing.ADAPTIVE)), true);
    }

    private static Contender qcsOfGain() {
        return new Contender("qcs-1", () -> new Direct("qcs-1", QcsCode.ofGain(QCS_BLOCK, QCS_GAIN)));
    }

    private static Contender qcsWhole() {
        return new Contender(
                "qcs-2",
                () -> new Direct("qcs-2", new QcsCode(QCS_BLOCK, QCS_BLOCK, 1, QcsCode.Reconstruction.UNBIASED)));
    }

    private static Contender stochastic() {
        return new Contender(
                "qsg",
                () -> new Direct(
                        "qsg", new StochasticQuantizer(StochasticQuantizer.Norm.LARGEST, 1, Packing.ADAPTIVE)));
    }
}
