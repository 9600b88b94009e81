package starling.experiments.assign;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.folder.TemporaryFolder;
import starling.experiments.machine.PeakMemory;
import starling.models.graph.GraphBuilder;
import starling.models.plan.Bundle;
import starling.repurpose.assign.Capacities;
import starling.repurpose.edges.EdgeObjective;
import starling.repurpose.partition.LoadedNetwork;
import starling.repurpose.partition.Partitioner;
import starling.repurpose.partition.Request;

/**
 * Planning one dense layer of N x N weights for many workers, from the model's file to the written bundle, against N^2: without
 * pruning, with thresholds on edges, and with a budget of values that grows with N. Memory is the most that
 * the process has had at once so far, ONNX Runtime's and the virtual machine's own with it: sizes rise, so the largest decides.
 * It depends on how large a heap is allowed: the demand of 2 GiB is meant for {@code java -Xmx1200m}.
 */
public final class LayerScaling implements Experiment {
    private static final Parameter<List<Integer>> SIZES = Parameter.list(
            "sizes",
            "integers",
            "2048,4096,8192",
            "512,1024,2048",
            "neurons and inputs of the layer",
            Integer::parseInt);
    private static final Parameter<Integer> WORKERS =
            Parameter.integer("workers", 32, 32, 2, 64, "workers the layer is planned for");
    private static final Parameter<Double> VALUES =
            Parameter.number("values", 2, 2, 0.1, 100, "budget of values per neuron");
    private static final double MOST_SECONDS = 20;
    private static final double MOST_BYTES = 2.0 * (1L << 30);
    private static final int LARGE = 8192;
    /** Time per weight of the largest size against that of the one before. */
    private static final double MOST_GROWTH = 1.5;

    private enum Way {
        WHOLE,
        EDGES,
        VALUES
    }

    @Override
    public String name() {
        return "layer-scaling";
    }

    @Override
    public String description() {
        return "Time and memory to plan one dense layer for many workers, against the number of its weights.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(SIZES, WORKERS, VALUES);
    }

    @Override
    public Findings run(Context context) {
        List<Integer> sizes = context.get(SIZES).stream().sorted().toList();
        List<Claim> claims = new ArrayList<>();
        Map<String, Series> series = new LinkedHashMap<>();
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            if (!sizes.isEmpty()) {
                plan(context, write(folder.path(), sizes.get(0), context.seed()), sizes.get(0), Way.VALUES);
            }
            for (Way way : Way.values()) {
                series.put(name(way), new Series("neurons", "weights", "seconds", "nanosecondsPerWeight", "peakBytes"));
            }
            for (int size : sizes) {
                Path model = write(folder.path(), size, context.seed());
                for (Way way : Way.values()) {
                    measure(context, model, size, way, series, claims);
                }
            }
        }
        series.forEach((way, table) -> {
            double[] each = table.column("nanosecondsPerWeight");
            if (each.length > 1) {
                claims.add(Claim.atMost(
                        "time-per-weight-grows-at-most-" + way,
                        MOST_GROWTH,
                        each[each.length - 1] / each[each.length - 2],
                        sizes.get(sizes.size() - 1) >= LARGE));
            }
        });
        return new Findings(claims, series, List.of(figure(series)));
    }

    private static String name(Way way) {
        return way.name().toLowerCase(java.util.Locale.ROOT);
    }

    private static void measure(
            Context context, Path model, int size, Way way, Map<String, Series> series, List<Claim> claims) {
        long before = System.nanoTime();
        plan(context, model, size, way);
        double seconds = (System.nanoTime() - before) / 1e9;
        double bytes = (double) PeakMemory.bytes();
        double weights = (double) size * size;
        Series table = series.get(name(way));
        if (table != null) {
            table.row(size, weights, seconds, 1e9 * seconds / weights, bytes);
        }
        context.say(String.format("%d x %d, %s: %.2f s, %.0f MiB", size, size, name(way), seconds, bytes / (1 << 20)));
        if (size == LARGE) {
            claims.add(Claim.atMost("seconds-at-most-" + name(way) + "-" + size, MOST_SECONDS, seconds, true));
            claims.add(Claim.atMost("peak-bytes-at-most-" + name(way) + "-" + size, MOST_BYTES, bytes, true));
        }
    }

    private static void plan(Context context, Path model, int size, Way way) {
        Path out = model.resolveSibling("bundle");
        Bundle bundle = new Partitioner(Request.of(
                                LoadedNetwork.load(model, 1L << 30),
                                Capacities.equal(context.get(WORKERS)),
                                context.seed(),
                                out)
                        .pruned(
                                way == Way.EDGES ? Request.Objective.EDGES : Request.Objective.VALUES,
                                new EdgeObjective.Thresholds(0, way == Way.EDGES ? 1.0 / size : null))
                        .atMost(way == Way.VALUES ? (int) (context.get(VALUES) * size) : null)
                        .replacing(out))
                .run();
        context.say("planned " + bundle.plan().account().values() + " values");
    }

    private static Path write(Path folder, int size, long seed) {
        UniformRandomProvider random = RandomSource.XO_SHI_RO_256_PP.create(seed);
        float[] weights = new float[size * size];
        float scale = (float) Math.sqrt(3.0 / size);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = scale * (2 * random.nextFloat() - 1);
        }
        GraphBuilder builder = new GraphBuilder("layer", 13);
        builder.input("x", -1, size);
        builder.node(
                "Gemm",
                List.of("x", builder.constant("w", weights, size, size)),
                "y",
                GraphBuilder.attribute("transB", 1));
        builder.output("y", -1, size);
        ModelProto model = builder.build();
        Path file = folder.resolve("layer.onnx");
        try {
            Files.write(file, model.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException("the layer cannot be written to '" + file + "'", e);
        }
        return file;
    }

    private static Figure figure(Map<String, Series> series) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title("Planning one dense layer")
                .xAxisTitle("weights")
                .yAxisTitle("seconds")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisLogarithmic(true);
        series.forEach((way, table) -> {
            if (table.size() > 0) {
                chart.addSeries(way, table.column("weights"), table.column("seconds"));
            }
        });
        return Figure.png("time-against-weights", chart);
    }
}
