package starling.experiments.assign;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.io.OutputStream;
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
import starling.models.graph.GraphBuilder;
import starling.models.run.ModelFile;

/**
 * Planning one dense layer of N x N weights for many workers, from the model's file to the written bundle, against N^2: without
 * pruning, with thresholds on edges, and with a budget of values that grows with N. Each is one {@code repurpose partition} in a
 * process of its own with the heap {@value MeasuredPlanning#HEAP}: time is from its start to its end, memory the most it had.
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
        MeasuredPlanning planned = plan(context, model, size, way);
        double weights = (double) size * size;
        Series table = series.get(name(way));
        if (table != null) {
            table.row(size, weights, planned.seconds(), 1e9 * planned.seconds() / weights, (double) planned.bytes());
        }
        context.say(String.format(
                "%d x %d, %s: %.2f s, %d MiB, %d values, %d of %d edges kept",
                size,
                size,
                name(way),
                planned.seconds(),
                planned.bytes() >> 20,
                planned.values(),
                planned.keptEdges(),
                planned.crossEdges()));
        if (way == Way.VALUES) {
            claims.add(Claim.atMost(
                    "values-at-most-" + size, (int) (context.get(VALUES) * size), (double) planned.values(), true));
        } else if (way == Way.EDGES) {
            claims.add(Claim.atMost(
                    "edges-kept-below-all-" + size, planned.crossEdges() - 1.0, (double) planned.keptEdges(), true));
        }
        if (size == LARGE) {
            claims.add(
                    Claim.atMost("seconds-at-most-" + name(way) + "-" + size, MOST_SECONDS, planned.seconds(), true));
            claims.add(Claim.atMost(
                    "peak-bytes-at-most-" + name(way) + "-" + size, MOST_BYTES, (double) planned.bytes(), true));
        }
    }

    private static MeasuredPlanning plan(Context context, Path model, int size, Way way) {
        List<String> arguments = new ArrayList<>(List.of(
                model.toString(),
                "--workers",
                String.valueOf(context.get(WORKERS)),
                "--seed",
                String.valueOf(context.seed()),
                "--out",
                model.resolveSibling("bundle").toString(),
                "--force"));
        arguments.addAll(
                switch (way) {
                    case WHOLE -> List.of();
                    case EDGES -> List.of("--objective", "edges", "--eta2", String.valueOf(1.0 / size));
                    case VALUES -> List.of("--max-values", String.valueOf((int) (context.get(VALUES) * size)));
                });
        return MeasuredPlanning.of(model.resolveSibling(""), arguments);
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
            try (OutputStream out = ModelFile.inPieces(Files.newOutputStream(file))) {
                model.writeTo(out);
            }
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
