package starling.repurpose.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import starling.models.graph.GraphBuilder;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.repurpose.fixture.Cli;

/**
 * The figures of a plan counted a second time, from the owners it states, the weights this test drew and the pieces of its
 * frames.
 */
class ContractFiguresTest {
    private static final int WORKERS = 3;

    @TempDir
    Path folder;

    /**
     * A layer with an exchange.
     *
     * @param input the value it reads
     * @param output the value it makes
     * @param from index of the space of its sources
     * @param run consecutive sources that belong to one unit of that space
     * @param to index of the space of its targets
     * @param weights [target][source][k]
     * @param bias numbers in its bias
     * @param sourceEach numbers per source
     * @param targetEach numbers per target, and uses of each weight
     */
    private record Layer(
            String input,
            String output,
            int from,
            int run,
            int to,
            float[][][] weights,
            int bias,
            int sourceEach,
            int targetEach) {
        int sources() {
            return weights[0].length;
        }

        int targets() {
            return weights.length;
        }

        int kernel() {
            return weights[0][0].length;
        }
    }

    /** A depthwise convolution or a normalisation: scalars and multiplications of one channel, in a space. */
    private record Carried(int space, int parameters, int multiplyAdds) {}

    private record Net(Path file, int inputs, int outputs, int[] units, List<Layer> layers, List<Carried> carried) {}

    /** The networks every figure is checked on. */
    enum Kind {
        DENSE,
        CONV
    }

    private final SplittableRandom random = new SplittableRandom(23);

    private Net net(Kind kind) throws IOException {
        return kind == Kind.DENSE ? dense() : conv();
    }

    /** One weight in five is zero: an edge that is not there. */
    private float[] drawn(int count) {
        float[] all = new float[count];
        for (int i = 0; i < count; i++) {
            all[i] = random.nextInt(5) == 0 ? 0 : (float) (random.nextDouble() * 1.8 - 0.9);
        }
        return all;
    }

    private float[][][] gemm(GraphBuilder builder, String x, String y, int sources, int targets) {
        float[] matrix = drawn(sources * targets);
        builder.node(
                "Gemm",
                List.of(
                        x,
                        builder.constant("w", matrix, sources, targets),
                        builder.constant("b", drawn(targets), targets)),
                y);
        float[][][] weights = new float[targets][sources][1];
        for (int i = 0; i < matrix.length; i++) {
            weights[i % targets][i / targets][0] = matrix[i];
        }
        return weights;
    }

    /** 8-14-11-4, P = 3. */
    private Net dense() throws IOException {
        GraphBuilder builder = new GraphBuilder("dense", 13).input("x", -1, 8).output("y", -1, 4);
        float[][][] first = gemm(builder, "x", "z1", 8, 14);
        builder.node("Relu", List.of("z1"), "a1");
        float[][][] second = gemm(builder, "a1", "z2", 14, 11);
        builder.node("Relu", List.of("z2"), "a2");
        float[][][] third = gemm(builder, "a2", "y", 11, 4);
        return new Net(
                Files.write(folder.resolve("dense.onnx"), builder.build().toByteArray()),
                8,
                4,
                new int[] {8, 14, 11, 4},
                List.of(
                        new Layer("x", "z1", 0, 1, 1, first, 14, 1, 1),
                        new Layer("a1", "z2", 1, 1, 2, second, 11, 1, 1),
                        new Layer("a2", "y", 2, 1, 3, third, 4, 1, 1)),
                List.of());
    }

    /** 4 channels of 6 x 6; 7 channels of 4 x 4, convolved each by itself, normalised; pooled to 2 x 2; 5 outputs. */
    private Net conv() throws IOException {
        GraphBuilder builder =
                new GraphBuilder("conv", 13).input("x", -1, 4, 6, 6).output("y", -1, 5);
        float[] kernels = drawn(7 * 4 * 9);
        builder.node(
                "Conv",
                List.of("x", builder.constant("w", kernels, 7, 4, 3, 3), builder.constant("b", drawn(7), 7)),
                "z1");
        builder.node("Relu", List.of("z1"), "a1");
        builder.node(
                "Conv",
                List.of("a1", builder.constant("w", drawn(7 * 9), 7, 1, 3, 3), builder.constant("b", drawn(7), 7)),
                "d1",
                GraphBuilder.attribute("pads", new long[] {1, 1, 1, 1}),
                GraphBuilder.attribute("group", 7));
        builder.node(
                "BatchNormalization",
                List.of(
                        builder.node("Relu", List.of("d1")),
                        builder.constant("scale", drawn(7), 7),
                        builder.constant("shift", drawn(7), 7),
                        builder.constant("mean", drawn(7), 7),
                        builder.constant("variance", new float[] {1, 2, 3, 4, 3, 2, 1}, 7)),
                "n1");
        builder.node(
                "MaxPool",
                List.of("n1"),
                "p1",
                GraphBuilder.attribute("kernel_shape", new long[] {2, 2}),
                GraphBuilder.attribute("strides", new long[] {2, 2}));
        builder.node("Flatten", List.of("p1"), "f1");
        float[][][] last = gemm(builder, "f1", "y", 28, 5);
        float[][][] first = new float[7][4][];
        for (int i = 0; i < 28; i++) {
            first[i / 4][i % 4] = Arrays.copyOfRange(kernels, 9 * i, 9 * i + 9);
        }
        return new Net(
                Files.write(folder.resolve("conv.onnx"), builder.build().toByteArray()),
                4 * 36,
                5,
                new int[] {4, 7, 5},
                List.of(new Layer("x", "z1", 0, 1, 1, first, 7, 36, 16), new Layer("f1", "y", 1, 4, 2, last, 5, 1, 1)),
                List.of(new Carried(1, 9 + 1, 9 * 16), new Carried(1, 4, 0)));
    }

    private Plan plan(Net net, Object... options) {
        Path out = folder.resolve("bundle");
        List<Object> arguments = new ArrayList<>(
                List.of("partition", net.file(), "--workers", WORKERS, "--out", out, "--force", "--inputs", "split"));
        arguments.addAll(List.of(options));
        Cli run = Cli.run(arguments.toArray());
        assertEquals(0, run.exit(), run.err());
        return Bundle.open(out).plan();
    }

    private static int[][] owners(Plan plan) {
        return plan.spaces().stream().map(Plan.Space::owners).toArray(int[][]::new);
    }

    private static int[] sourceOwners(Layer layer, int[][] owners) {
        return IntStream.range(0, layer.sources())
                .map(s -> owners[layer.from()][s / layer.run()])
                .toArray();
    }

    private static boolean joined(float[] kernel) {
        return IntStream.range(0, kernel.length).anyMatch(k -> kernel[k] != 0);
    }

    /** Weights that are not zero between workers, of kernels with more than this squared norm. */
    private static long crossEdges(Layer layer, int[][] owners, double above) {
        int[] from = sourceOwners(layer, owners);
        long count = 0;
        for (int t = 0; t < layer.targets(); t++) {
            for (int s = 0; s < from.length; s++) {
                double energy = 0;
                int edges = 0;
                for (float w : layer.weights()[t][s]) {
                    energy += (double) w * w;
                    edges += w != 0 ? 1 : 0;
                }
                count += from[s] != owners[layer.to()][t] && energy > above ? edges : 0;
            }
        }
        return count;
    }

    /** Activations alone: every source to every other worker that has a target it is joined with. */
    private static long activations(Net net, int[][] owners) {
        long count = 0;
        for (Layer layer : net.layers()) {
            int[] from = sourceOwners(layer, owners);
            for (int s = 0; s < from.length; s++) {
                for (int worker = 0; worker < WORKERS; worker++) {
                    boolean read = false;
                    for (int t = 0; t < layer.targets(); t++) {
                        read |= owners[layer.to()][t] == worker && joined(layer.weights()[t][s]);
                    }
                    count += read && worker != from[s] ? layer.sourceEach() : 0;
                }
            }
        }
        return count;
    }

    /** Every space in runs of equal length, the first ones longer by one where that does not come out even. */
    private static int[][] inOrder(Net net) {
        return IntStream.of(net.units())
                .mapToObj(units -> IntStream.range(0, WORKERS)
                        .flatMap(
                                k -> IntStream.generate(() -> k).limit(units / WORKERS + (k < units % WORKERS ? 1 : 0)))
                        .toArray())
                .toArray(int[][]::new);
    }

    private static long nonZero(Layer layer) {
        return Arrays.stream(layer.weights())
                .flatMap(Arrays::stream)
                .mapToLong(kernel -> IntStream.range(0, kernel.length)
                        .filter(k -> kernel[k] != 0)
                        .count())
                .sum();
    }

    private static int count(int[] owners, int worker) {
        return (int) IntStream.of(owners).filter(owner -> owner == worker).count();
    }

    /** What holds for every plan, however it came about. */
    private static void check(Net net, Plan plan) {
        int[][] owners = owners(plan);
        for (int s = 0; s < net.units().length; s++) {
            assertEquals(net.units()[s], owners[s].length);
        }
        long cross = 0;
        long original = net.carried().stream()
                .mapToLong(carried -> (long) carried.multiplyAdds() * net.units()[carried.space()])
                .sum();
        for (Layer layer : net.layers()) {
            cross += crossEdges(layer, owners, 0);
            original += nonZero(layer) * layer.targetEach();
        }
        assertEquals(cross, plan.account().crossEdges());
        assertEquals(activations(net, inOrder(net)), plan.account().baseline());
        assertEquals((long) net.inputs() * (WORKERS - 1), plan.account().naive());
        assertEquals((long) net.outputs() * (WORKERS - 1), plan.account().lateFusion());
        assertEquals(net.outputs(), plan.account().outputValues());
        assertEquals(net.inputs(), plan.account().inputValues());
        assertEquals(original, plan.account().multiplyAdds());
        long values = 0;
        for (Plan.Exchange exchange : plan.exchanges()) {
            for (Plan.Link link : exchange.links()) {
                for (Plan.Piece piece : link.pieces()) {
                    values += (long) piece.indices().length * each(net, piece);
                }
            }
        }
        assertEquals(values, plan.account().values());
        assertEquals(
                plan.exchanges().stream().mapToLong(e -> 64L * e.links().size()).sum() + 4 * values,
                plan.account().bytes());
    }

    private static int each(Net net, Plan.Piece piece) {
        for (Layer layer : net.layers()) {
            if (piece.kind().equals("activation") && piece.value().equals(layer.input())) {
                return layer.sourceEach();
            }
            if (piece.kind().equals("partialSum") && piece.value().equals(layer.output())) {
                return layer.targetEach();
            }
        }
        throw new AssertionError("no layer knows " + piece);
    }

    /** Multiplications and parameters of every worker, with the weights a plan has left. */
    private static void checkWork(Net net, Plan plan, double above) {
        int[][] owners = owners(plan);
        for (int worker = 0; worker < WORKERS; worker++) {
            long multiplyAdds = 0;
            long parameters = 0;
            for (Layer layer : net.layers()) {
                long weights = blocks(layer, plan, owners, worker, above) * layer.kernel();
                multiplyAdds += weights * layer.targetEach();
                parameters += weights + (layer.bias() == 0 ? 0 : count(owners[layer.to()], worker));
            }
            for (Carried carried : net.carried()) {
                int channels = count(owners[carried.space()], worker);
                multiplyAdds += (long) channels * carried.multiplyAdds();
                parameters += (long) channels * carried.parameters();
            }
            assertEquals(multiplyAdds, plan.parts().get(worker).multiplyAdds(), "worker " + worker);
            assertEquals(parameters, plan.parts().get(worker).parameters(), "worker " + worker);
        }
    }

    /** Pairs a worker multiplies: its own, what comes to it as activations, and what it sums up for others. */
    private static long blocks(Layer layer, Plan plan, int[][] owners, int worker, double above) {
        int[] from = sourceOwners(layer, owners);
        int targets = count(owners[layer.to()], worker);
        long pairs = (long) targets * count(from, worker);
        for (Plan.Exchange exchange : plan.exchanges()) {
            for (Plan.Link link : exchange.links()) {
                int[] sent = indices(link, "activation", layer.input());
                int[] summed = indices(link, "partialSum", layer.output());
                if (link.to() == worker) {
                    pairs += (long) sent.length * targets;
                }
                if (link.from() == worker) {
                    for (int s = 0; s < from.length; s++) {
                        int source = s;
                        boolean mine = from[s] == worker && IntStream.of(sent).noneMatch(index -> index == source);
                        boolean read = IntStream.of(summed).anyMatch(t -> keeps(layer.weights()[t][source], above));
                        pairs += mine && read ? summed.length : 0;
                    }
                }
            }
        }
        return pairs;
    }

    private static boolean keeps(float[] kernel, double above) {
        double energy = 0;
        for (float w : kernel) {
            energy += (double) w * w;
        }
        return energy > above;
    }

    private static int[] indices(Plan.Link link, String kind, String value) {
        return link.pieces().stream()
                .filter(piece -> piece.kind().equals(kind) && piece.value().equals(value))
                .flatMapToInt(piece -> IntStream.of(piece.indices()))
                .toArray();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotPruned(Kind kind) throws IOException {
        Net net = net(kind);
        for (String objective : List.of("edges", "values")) {
            Plan plan = plan(net, "--objective", objective);
            check(net, plan);
            checkWork(net, plan, 0);
            assertEquals(plan.account().crossEdges(), plan.account().keptEdges(), "nothing is dropped");
            assertTrue(plan.account().values() > 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatThresholdsLeave(Kind kind) throws IOException {
        Net net = net(kind);
        double eta2 = kind == Kind.DENSE ? 0.4 : 2.4;
        Plan plan = plan(net, "--objective", "edges", "--eta2", eta2);
        check(net, plan);
        checkWork(net, plan, eta2);
        long kept = net.layers().stream()
                .mapToLong(layer -> crossEdges(layer, owners(plan), eta2))
                .sum();
        assertEquals(kept, plan.account().keptEdges());
        assertTrue(
                kept > 0 && kept < plan.account().crossEdges(),
                kept + " of " + plan.account().crossEdges());
    }

    @ParameterizedTest
    @EnumSource
    void theOriginalOrder(Kind kind) throws IOException {
        Net net = net(kind);
        Plan plan = plan(net, "--baseline", "original-order");
        check(net, plan);
        checkWork(net, plan, 0);
        for (int s = 0; s < net.units().length; s++) {
            assertEquals(Arrays.toString(inOrder(net)[s]), Arrays.toString(owners(plan)[s]));
        }
        assertEquals(plan.account().baseline(), plan.account().values());
        assertEquals(net.layers().size(), plan.rounds());
        assertEquals(0, plan.account().roundsSaved());
    }

    @ParameterizedTest
    @EnumSource
    void lateFusion(Kind kind) throws IOException {
        Net net = net(kind);
        Plan plan = plan(net, "--baseline", "late-fusion");
        check(net, plan);
        assertEquals(1, plan.rounds());
        assertEquals(net.layers().size() - 1, plan.account().roundsSaved());
        assertEquals((long) net.outputs() * (WORKERS - 1), plan.account().values());
        assertEquals(plan.account().lateFusion(), plan.account().values());
        Layer last = net.layers().get(net.layers().size() - 1);
        assertEquals(crossEdges(last, owners(plan), 0), plan.account().keptEdges(), "of the last layer only");
    }

    /** Every worker has the input and computes all of it. */
    @ParameterizedTest
    @EnumSource
    void naive(Kind kind) throws IOException {
        Net net = net(kind);
        Plan plan = plan(net, "--baseline", "naive");
        assertEquals((long) net.inputs() * (WORKERS - 1), plan.account().values());
        assertEquals(plan.account().naive(), plan.account().values());
        assertEquals(activations(net, inOrder(net)), plan.account().baseline());
        assertEquals(1, plan.rounds());
        assertEquals(0, plan.account().crossEdges());
        long multiplyAdds = 0;
        long parameters = 0;
        long original = 0;
        for (Layer layer : net.layers()) {
            long weights = (long) layer.targets() * layer.sources() * layer.kernel();
            multiplyAdds += weights * layer.targetEach();
            original += nonZero(layer) * layer.targetEach();
            parameters += weights + layer.bias();
        }
        for (Carried carried : net.carried()) {
            multiplyAdds += (long) net.units()[carried.space()] * carried.multiplyAdds();
            original += (long) net.units()[carried.space()] * carried.multiplyAdds();
            parameters += (long) net.units()[carried.space()] * carried.parameters();
        }
        assertEquals(original, plan.account().multiplyAdds());
        Cli inspected = Cli.run("inspect", net.file(), "--json");
        assertTrue(inspected.out().contains("\"parameters\":" + parameters + ","), inspected.out());
        assertTrue(inspected.out().contains("\"multiplyAdds\":" + original + ","), inspected.out());
        for (Plan.Part part : plan.parts()) {
            assertEquals(multiplyAdds, part.multiplyAdds());
            assertEquals(parameters, part.parameters());
        }
    }

    @Test
    void oneNumberLess() throws IOException {
        Net net = dense();
        Plan plan = plan(net, "--max-values", 9);
        check(net, plan);
        assertTrue(plan.account().values() <= 9);
        assertTrue(plan.account().keptEdges() < plan.account().crossEdges());
    }
}
