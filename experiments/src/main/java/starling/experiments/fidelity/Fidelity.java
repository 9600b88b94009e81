package starling.experiments.fidelity;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import starling.codes.gradient.ExactError;
import starling.codes.gradient.Finite;
import starling.codes.gradient.GradientCode;
import starling.codes.gradient.Properties;
import starling.codes.random.Draw;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;

/**
 * The error of every code against the bits it really sends: vNMSE = E||decoded - x||^2 / ||x||^2 over draws, whole messages divided by
 * the numbers they carry. Beside them the limit 1/(4^R - 1) of unbiased messages of R bits on normal numbers. Then the error of
 * the mean over N nodes that all send x = (1, 1/2, 0, ..): it falls as 1/N where a code is unbiased and nodes draw independently.
 */
public final class Fidelity implements Experiment {
    private static final Parameter<Integer> LENGTH =
            Parameter.integer("d", 1 << 17, 1 << 14, 16, 1 << 24, "numbers of a vector");
    private static final Parameter<List<Double>> BITS =
            Parameter.list("bits", "numbers from 0.1 to 7", "1,2,3,4", "1,2,4", "nominal bits per number", text -> {
                double value = Double.parseDouble(text);
                if (!(value >= 0.1 && value <= 7)) {
                    throw new IllegalArgumentException("out of bounds: " + value);
                }
                return value;
            });
    private static final Parameter<List<Distribution>> KINDS = Parameter.list(
            "dist",
            "normal, lognormal, sparse or real",
            "normal,lognormal,sparse,real",
            "normal,sparse",
            "where the numbers come from",
            text -> Distribution.valueOf(text.toUpperCase(Locale.ROOT)));
    private static final Parameter<Integer> TRIALS =
            Parameter.integer("trials", 5, 2, 1, 10_000, "draws of each vector");
    private static final Parameter<List<Integer>> NODES = Parameter.list(
            "nodes", "positive integers", "1,10,100,1000", "1,10,100,1000", "nodes whose mean is taken", text -> {
                int value = Integer.parseInt(text);
                if (value < 1 || value > 1_000_000) {
                    throw new IllegalArgumentException("out of bounds: " + value);
                }
                return value;
            });

    private static final int SPIKE_LENGTH = 1 << 10;
    private static final int SPIKE_REPEATS = 20;
    /** What the default code must reach on normal numbers, and EDEN's figures, by bits. */
    private static final Map<Double, Double> WANTED = Map.of(1.0, 0.56, 2.0, 0.10, 4.0, 0.006);

    private static final Map<Double, Double> EDEN = Map.of(1.0, 0.571, 2.0, 0.133, 3.0, 0.036, 4.0, 0.0096);
    private static final int LARGE = 1 << 17;

    /** What one code did. */
    private record Score(double realBits, double error, double formula) {}

    @Override
    public String name() {
        return "vnmse";
    }

    @Override
    public String description() {
        return "Error of every code against the bits really sent, and whether it averages out over many nodes.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(LENGTH, BITS, KINDS, TRIALS, NODES);
    }

    @Override
    public Findings run(Context context) {
        Series table = Series.ofRecords(
                "dist",
                "code",
                "setting",
                "bits",
                "realBits",
                "vnmse",
                "formula",
                "limit",
                "biased",
                "sideInformation");
        List<Claim> claims = new ArrayList<>();
        List<Figure> figures = new ArrayList<>();
        for (Distribution kind : context.get(KINDS)) {
            float[] vector = kind.vector(context.get(LENGTH), context.seed());
            Map<String, Series> curves = new LinkedHashMap<>();
            for (double bits : context.get(BITS)) {
                for (RivalCodes.Rival rival : RivalCodes.at(bits)) {
                    Score score = score(rival.code(), vector, context.get(TRIALS), context.seed());
                    boolean unbiased = rival.code().properties(vector.length).unbiased();
                    table.entry(
                            kind.word(),
                            rival.family(),
                            rival.code().name(),
                            bits,
                            score.realBits(),
                            score.error(),
                            score.formula(),
                            1 / (Math.pow(4, score.realBits()) - 1),
                            !unbiased,
                            false);
                    curves.computeIfAbsent(rival.family(), key -> new Series("bits", "vnmse"))
                            .row(score.realBits(), score.error());
                    if (kind == Distribution.NORMAL && vector.length >= LARGE) {
                        claim(rival.family(), bits, score, claims);
                    }
                }
            }
            context.say(kind.word() + " done");
            figures.add(figure(kind, curves));
        }
        Map<String, Series> series = new LinkedHashMap<>();
        series.put("vnmse", table);
        series.put("meanOverNodes", overNodes(context, claims));
        return new Findings(claims, series, figures);
    }

    private static void claim(String family, double bits, Score score, List<Claim> claims) {
        String suffix = "-at-" + (int) bits + "-bits-on-normal-numbers";
        Double wanted = WANTED.get(bits);
        if (family.equals(RivalCodes.DEFAULT) && wanted != null) {
            claims.add(Claim.atMost("vnmse-of-the-default-code" + suffix, wanted, score.error(), true));
            claims.add(Claim.atMost("real-bits-of-the-default-code" + suffix, bits * 1.01, score.realBits(), true));
        }
        Double known = EDEN.get(bits);
        if (family.equals(RivalCodes.EDEN) && known != null) {
            claims.add(Claim.near("vnmse-of-eden" + suffix, known, score.error(), 0.02 * known, true));
        }
    }

    private static Score score(GradientCode code, float[] vector, int trials, long seed) {
        double norm = Finite.squaredNorm(vector, 0, vector.length);
        double bytes = 0;
        double wrong = 0;
        for (int trial = 0; trial < trials; trial++) {
            Draw draw = new Draw(seed, 0, trial, 0);
            byte[] message = code.encode(vector, draw);
            bytes += message.length;
            wrong += distance(code.decode(message, draw, vector.length), vector);
        }
        Properties known = code.properties(vector.length);
        double formula = code instanceof ExactError exact
                ? exact.meanSquaredError(vector, 0, vector.length) / norm
                : known.varianceBound();
        return new Score(Byte.SIZE * bytes / trials / vector.length, wrong / trials / norm, formula);
    }

    private static double distance(float[] one, float[] other) {
        double sum = 0;
        for (int i = 0; i < one.length; i++) {
            sum += ((double) one[i] - other[i]) * ((double) one[i] - other[i]);
        }
        return sum;
    }

    /** The mean of many nodes' messages of one vector of two numbers. */
    private static Series overNodes(Context context, List<Claim> claims) {
        Series table = Series.ofRecords("code", "nodes", "error", "timesNodes");
        float[] spikes = new float[SPIKE_LENGTH];
        spikes[0] = 1;
        spikes[1] = 0.5f;
        double norm = Finite.squaredNorm(spikes, 0, spikes.length);
        List<Integer> nodes = context.get(NODES);
        for (double bits : new double[] {1, 2}) {
            for (RivalCodes.Rival rival : RivalCodes.at(bits)) {
                List<Double> falls = new ArrayList<>();
                for (int count : nodes) {
                    double error = 0;
                    for (int repeat = 0; repeat < SPIKE_REPEATS; repeat++) {
                        error += meanError(rival.code(), spikes, count, new Draw(context.seed(), 0, repeat, 0));
                    }
                    error /= SPIKE_REPEATS * norm;
                    falls.add(error * count);
                    table.entry(rival.code().name(), count, error, error * count);
                }
                double fall = falls.get(falls.size() - 1) / falls.get(0);
                boolean spans = nodes.get(0) == 1 && nodes.get(nodes.size() - 1) >= 1000;
                if (!spans) {
                    continue;
                }
                String family = rival.family();
                if (family.equals(RivalCodes.DEFAULT)
                        || family.equals(RivalCodes.DITHERED)
                        || family.equals(RivalCodes.ONE_BIT_DITHERED)) {
                    claims.add(Claim.near(
                            "n-times-error-at-1000-nodes-to-that-at-one-" + family + "-" + (int) bits + "-bits",
                            1,
                            fall,
                            0.5,
                            true));
                } else if (family.equals(RivalCodes.EDEN) && bits == 1) {
                    claims.add(Claim.atLeast("n-times-error-at-1000-nodes-to-that-at-one-eden-1-bits", 2, fall, true));
                }
            }
        }
        return table;
    }

    private static double meanError(GradientCode code, float[] vector, int nodes, Draw draw) {
        double[] sum = new double[vector.length];
        float[] decoded = new float[vector.length];
        for (int node = 0; node < nodes; node++) {
            Draw own = draw.withNode(node);
            code.decode(code.encode(vector, own), own, decoded, 0, decoded.length);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += decoded[i];
            }
        }
        double error = 0;
        for (int i = 0; i < sum.length; i++) {
            error += (sum[i] / nodes - vector[i]) * (sum[i] / nodes - vector[i]);
        }
        return error;
    }

    private static Figure figure(Distribution kind, Map<String, Series> curves) {
        XYChart chart = new XYChartBuilder()
                .width(1000)
                .height(700)
                .title("error against bits, " + kind.word() + " numbers")
                .xAxisTitle("bits per number, really sent")
                .yAxisTitle("vNMSE")
                .build();
        chart.getStyler().setYAxisLogarithmic(true);
        double[] rates = {0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4};
        double[] limits = new double[rates.length];
        for (int i = 0; i < rates.length; i++) {
            limits[i] = 1 / (Math.pow(4, rates[i]) - 1);
        }
        chart.addSeries("limit of unbiased messages", rates, limits);
        curves.forEach((family, curve) -> {
            double[] errors = curve.column("vnmse");
            for (int i = 0; i < errors.length; i++) {
                errors[i] = Math.max(errors[i], 1e-9); // a logarithmic axis has no zero
            }
            chart.addSeries(family, curve.column("bits"), errors)
                    .setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Line);
        });
        return Figure.png("vnmse-" + kind.word(), chart);
    }
}
