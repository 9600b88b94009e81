package starling.experiments.codes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.math4.transform.FastHadamardTransform;
import starling.codes.random.RandomStream;
import starling.codes.transform.WalshHadamard;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.machine.Timing;

/**
 * The fast Walsh-Hadamard transform beside others': ours of floats and doubles on one thread and of floats on several, Commons
 * Math's of doubles (it has none of floats), and a program that is named, such as one around FFHT. All transform the same
 * numbers, ours in place; medians after warming up.
 */
public final class FwhtSpeed implements Experiment {
    private static final int NAMED = 20;
    /** Shorter transforms are measured so many at once that they have as many numbers together, log2 of it. */
    private static final int TOGETHER = 19;

    private static final double TIMES_COMMONS = 5;
    private static final double TIMES_RIVAL = 2.5;
    private static final double MOST_MILLISECONDS = 1.1;

    private static final Parameter<List<Integer>> SIZES = Parameter.list(
            "sizes", "log2 n from 1 to 26", "12,16,18,20,22", "8,13", "base-two logarithms of the lengths", text -> {
                int log2 = Integer.parseInt(text);
                if (log2 < 1 || log2 > 26) {
                    throw new IllegalArgumentException("out of bounds: " + log2);
                }
                return log2;
            });
    private static final Parameter<Integer> REPEATS =
            Parameter.integer("repeats", 400, 20, 1, 1_000_000, "most repeats of one measurement");
    private static final Parameter<Double> SECONDS =
            Parameter.number("seconds", 4, 0.5, 0, 3600, "most seconds for one measurement");
    private static final Parameter<Optional<Path>> RIVAL = new Parameter<>(
            "rival",
            "path of a program, or nothing",
            "",
            "",
            "called with log2 n and repeats, prints the median seconds of a transform of floats",
            text -> text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text)));

    @Override
    public String name() {
        return "fwht-speed";
    }

    @Override
    public String description() {
        return "The fast Walsh-Hadamard transform beside Commons Math's and a program that is named.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(SIZES, REPEATS, SECONDS, RIVAL);
    }

    @Override
    public Findings run(Context context) {
        Map<String, Series> series = new LinkedHashMap<>();
        List<Claim> claims = new ArrayList<>();
        context.say("vector instructions asked for: "
                + (WalshHadamard.usesVectors()
                        ? "yes"
                        : "no, run java with" + " --add-modules jdk.incubator.vector for them"));
        for (int log2 : context.get(SIZES)) {
            int n = 1 << log2;
            RandomStream random = new RandomStream(context.seed());
            float[] floats = new float[n];
            double[] doubles = new double[n];
            for (int i = 0; i < n; i++) {
                floats[i] = random.dither(i);
                doubles[i] = floats[i];
            }
            FastHadamardTransform commons = new FastHadamardTransform();
            claims.add(Claim.near("off-commons-math-2-" + log2, 0, off(commons, doubles, floats), 1e-4, true));
            float[] x = floats.clone();
            double[] y = doubles.clone();
            double ours = measure(context, series, "floats", log2, () -> WalshHadamard.orthonormal(x, 0, n));
            measure(context, series, "doubles", log2, () -> WalshHadamard.orthonormal(y, 0, n));
            measure(context, series, "floats-parallel", log2, () -> parallel(x, n));
            double theirs = measure(context, series, "commons-math", log2, () -> commons.apply(doubles));
            boolean named = log2 == NAMED;
            claims.add(Claim.atLeast("times-faster-than-commons-math-2-" + log2, TIMES_COMMONS, theirs / ours, named));
            if (named) {
                claims.add(Claim.atMost("milliseconds-2-20", MOST_MILLISECONDS, 1000 * ours, false)
                        .because(
                                WalshHadamard.usesVectors()
                                        ? "the machine is slower or busy"
                                        : "without vector instructions the short strides are done number by number"));
            }
            Optional<Path> rival = context.get(RIVAL);
            if (rival.isPresent()) {
                double seconds = new RivalTransform(rival.get()).medianSeconds(log2, context.get(REPEATS));
                series.computeIfAbsent("rival", name -> table()).row(log2, seconds, Double.NaN, Double.NaN);
                context.say(String.format("rival 2^%d: %.4f ms", log2, 1000 * seconds));
                claims.add(Claim.atMost("times-of-the-rival-2-" + log2, TIMES_RIVAL, ours / seconds, named));
            }
        }
        return new Findings(claims, series, List.of());
    }

    /** The median seconds of one transform. */
    private static double measure(
            Context context, Map<String, Series> series, String who, int log2, Runnable transform) {
        int calls = 1 << Math.max(0, TOGETHER - log2);
        Timing timing = Timing.of(
                () -> {
                    for (int i = 0; i < calls; i++) {
                        transform.run();
                    }
                    return 0;
                },
                context.get(REPEATS),
                context.get(SECONDS));
        double median = timing.medianSeconds() / calls;
        double fastest = timing.fastestSeconds() / calls;
        series.computeIfAbsent(who, name -> table()).row(log2, median, fastest, timing.repeats());
        context.say(String.format(
                "%s 2^%d: %.4f ms (median of %d), %.4f ms at best",
                who, log2, 1000 * median, timing.repeats(), 1000 * fastest));
        return median;
    }

    /** The largest difference between both transforms, as a share of the largest number. */
    private static double off(FastHadamardTransform commons, double[] doubles, float[] floats) {
        double[] expected = commons.apply(doubles);
        float[] got = floats.clone();
        WalshHadamard.transform(got);
        double largest = 0;
        double off = 0;
        for (int i = 0; i < got.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            off = Math.max(off, Math.abs(expected[i] - got[i]));
        }
        return off / largest;
    }

    private static void parallel(float[] x, int n) {
        WalshHadamard.parallel(x, 0, n);
        float scale = (float) (1 / Math.sqrt(n));
        for (int i = 0; i < n; i++) {
            x[i] *= scale;
        }
    }

    private static Series table() {
        return new Series("log2n", "medianSeconds", "fastestSeconds", "repeats");
    }
}
