package starling.experiments.codes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import starling.codes.random.Draw;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.machine.Timing;
import starling.models.UnfitException;

/**
 * How fast gradient codes encode and decode normal numbers on one thread, with the bits that they really send and the error
 * that they leave. Speed is 4 n bytes over the seconds of encoding and decoding together (medians after warming up, by the
 * clock and by processor time).
 */
public final class CodeSpeed implements Experiment {
    private static final int NAMED_LENGTH = 10_000_000;
    private static final String NAMED = "rotated-dithered-1";
    private static final double DEMANDED = 60;
    private static final double AIM = 150;

    private static final Parameter<Integer> LENGTH =
            Parameter.integer("n", NAMED_LENGTH, 200_000, 1, 100_000_000, "numbers of the vector");
    private static final Parameter<Integer> REPEATS =
            Parameter.integer("repeats", 7, 2, 1, 10_000, "most repeats of one measurement");
    private static final Parameter<Double> SECONDS =
            Parameter.number("seconds", 20, 1, 0, 3600, "most seconds for one measurement");
    private static final Parameter<List<String>> CODES = Parameter.list(
            "codes", "names, or nothing for all", "", NAMED + ",eden-1", "which codes are measured", text -> text);

    @Override
    public String name() {
        return "code-speed";
    }

    @Override
    public String description() {
        return "Speed, real bits and error of the default gradient code and its rivals.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(LENGTH, REPEATS, SECONDS, CODES);
    }

    @Override
    public Findings run(Context context) {
        int n = context.get(LENGTH);
        List<Contender> contenders = chosen(context.get(CODES));
        float[] x = new float[n];
        Random random = new Random(context.seed());
        double squares = 0;
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
            squares += (double) x[i] * x[i];
        }
        float[] decoded = new float[n];
        Map<String, Series> series = new LinkedHashMap<>();
        List<Claim> claims = new ArrayList<>();
        for (Contender contender : contenders) {
            Draw draw = new Draw(context.seed(), 1, 1, 0);
            byte[] message = contender.code().encode(x, draw);
            Timing encoding = Timing.of(
                    () -> contender.code().encode(x, draw).length, context.get(REPEATS), context.get(SECONDS) / 2);
            Timing decoding = Timing.of(
                    () -> {
                        contender.code().decode(message, draw, decoded, 0, n);
                        return decoded[0];
                    },
                    context.get(REPEATS),
                    context.get(SECONDS) / 2);
            double error = 0;
            for (int i = 0; i < n; i++) {
                error += ((double) decoded[i] - x[i]) * ((double) decoded[i] - x[i]);
            }
            double bits = 8.0 * message.length / n;
            double speed = 4e-6 * n / (encoding.medianSeconds() + decoding.medianSeconds());
            double cpuSpeed = 4e-6 * n / (encoding.medianCpuSeconds() + decoding.medianCpuSeconds());
            Series table = new Series(
                    "n",
                    "realBits",
                    "vnmse",
                    "encodeSeconds",
                    "decodeSeconds",
                    "megabytesPerSecond",
                    "megabytesPerCpuSecond");
            table.row(n, bits, error / squares, encoding.medianSeconds(), decoding.medianSeconds(), speed, cpuSpeed);
            series.put(contender.name(), table);
            context.say(String.format(
                    "%s: %.4f bits, error %.5f, %.1f + %.1f ns per number, %.0f MB/s, %.0f by processor time",
                    contender.name(),
                    bits,
                    error / squares,
                    1e9 * encoding.medianSeconds() / n,
                    1e9 * decoding.medianSeconds() / n,
                    speed,
                    cpuSpeed));
            if (contender.name().equals(NAMED)) {
                boolean named = n >= NAMED_LENGTH;
                claims.add(Claim.atLeast("megabytes-per-second-demanded", DEMANDED, cpuSpeed, named));
                claims.add(Claim.atLeast("megabytes-per-second-aimed-at", AIM, cpuSpeed, false));
                claims.add(Claim.atMost("vnmse-at-one-bit", 0.56, error / squares, named));
                claims.add(Claim.atMost("real-bits-at-one-bit", 1.005, bits, named));
            }
        }
        return new Findings(claims, series, List.of());
    }

    private static List<Contender> chosen(List<String> names) {
        List<Contender> all = Contender.all();
        List<String> known = all.stream().map(Contender::name).toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new UnfitException("codes must be among " + known + ": '" + name + "'");
            }
        }
        return all.stream()
                .filter(contender -> names.isEmpty() || names.contains(contender.name()))
                .toList();
    }
}
