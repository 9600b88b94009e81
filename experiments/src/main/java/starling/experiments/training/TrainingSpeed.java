package starling.experiments.training;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Experiment;
import starling.experiments.findings.Figure;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Parameter;
import starling.experiments.findings.Series;
import starling.experiments.folder.TemporaryFolder;

/**
 * What a step of learning costs: a batch forwards, backwards and the update (SGD with momentum), by Starling and by PyTorch, from
 * the same first weights on the same batches of MNIST, each in a process of its own, in blocks that take turns. Both must
 * have the same loss after the first steps, or they do not do the same work. Where there is no PyTorch only Starling is measured
 * and nothing is claimed of the other.
 *
 * <p>Then FC-300-100 by samples of ten on one thread as a device would: the process, with the heap of the agent's service, is held to a quarter
 * of one core by a control group of the kernel. Where none can be made, four times the unlimited time is given, as an estimate.
 */
public final class TrainingSpeed implements Experiment {
    private static final Parameter<String> PYTHON = new Parameter<>(
            "python",
            "interpreter that has PyTorch",
            "/usr/bin/python3",
            "/usr/bin/python3",
            "who runs PyTorch",
            text -> {
                if (text.isBlank()) {
                    throw new IllegalArgumentException("no name");
                }
                return text;
            });
    private static final Parameter<Integer> THREADS =
            Parameter.integer("threads", 2, 2, 1, 1024, "threads of LeNet's steps on either side");
    private static final Parameter<Integer> BLOCKS =
            Parameter.integer("blocks", 12, 2, 1, 10_000, "blocks of steps of either side, which take turns");
    private static final Parameter<Integer> STEPS = Parameter.integer(
            "steps", 15, 2, 1, 10_000, "steps of a block of LeNet; the smaller network takes ten times as many");
    private static final Parameter<Integer> DEADLINE =
            Parameter.integer("deadline", 300, 300, 1, 100_000, "seconds that a process may take for an answer");

    /** "LeNet batch 64 step at most 1.5 times PyTorch's". */
    private static final double MOST_RATIO = 1.5;

    private static final double LENET_PARAMETERS = 1_663_370;
    /** Rounding in another order; the losses themselves are about 2. */
    private static final double SAME_LOSS = 1e-3;

    private static final int SMALL_STEPS = 10;
    private static final double SHARE = 0.25;
    private static final List<String> DEVICE = List.of("-Xmx256m");

    @Override
    public String name() {
        return "training-speed";
    }

    @Override
    public String description() {
        return "A step of learning by Starling and by PyTorch side by side, and on a quarter of one core.";
    }

    @Override
    public List<Parameter<?>> parameters() {
        return List.of(PYTHON, THREADS, BLOCKS, STEPS, DEADLINE);
    }

    @Override
    public Findings run(Context context) {
        String python = Stepper.hasPytorch(context.get(PYTHON), context.get(DEADLINE)) ? context.get(PYTHON) : null;
        if (python == null) {
            context.say("skipped: '" + context.get(PYTHON) + "' has no PyTorch (set python=), so nothing is compared");
        }
        List<Claim> claims = new ArrayList<>();
        Map<String, Series> series = new LinkedHashMap<>();
        List<Figure> figures = new ArrayList<>();
        int steps = context.get(STEPS);
        Workload lenet = new Workload("lenet", 64, context.get(THREADS), context.seed());
        try (TemporaryFolder folder = TemporaryFolder.create()) {
            for (Workload workload : List.of(
                    lenet,
                    new Workload("fc-300-100", 64, 1, context.seed()),
                    new Workload("fc-300-100", 10, 1, context.seed()))) {
                boolean large = workload.equals(lenet);
                SideBySide.Result result = new SideBySide(
                                workload,
                                context.get(BLOCKS),
                                large ? steps : SMALL_STEPS * steps,
                                context.get(DEADLINE))
                        .run(python, folder.path());
                String title = workload.network() + "-" + workload.batch();
                series.put(title, table(workload, result));
                series.put(title + "-blocks", result.medians());
                claims.addAll(claims(title, large, result));
                figures.add(figure(title, result));
                tell(context, title, workload, result);
            }
            Device device = device(context, folder);
            series.put("device", device.table());
            figures.add(device.figure());
            Series skipped = new Series("pytorch", "quarterCore");
            skipped.row(python == null ? 1 : 0, device.quarter() == null ? 1 : 0);
            series.put("skipped", skipped);
        }
        return new Findings(claims, series, figures);
    }

    private static List<Claim> claims(String title, boolean large, SideBySide.Result result) {
        List<Claim> claims = new ArrayList<>();
        if (large) {
            claims.add(Claim.near(title + "-parameters", LENET_PARAMETERS, (double) result.parameters(), 0, true));
        }
        SideBySide.Side pytorch = result.pytorch();
        if (pytorch != null) {
            claims.add(Claim.near(
                    title + "-loss-after-" + SideBySide.COMPARED_STEPS + "-steps-as-pytorch",
                    pytorch.loss(),
                    result.starling().loss(),
                    SAME_LOSS,
                    true));
            claims.add(Claim.atMost(title + "-median-step-to-pytorch", MOST_RATIO, result.ratio(), large));
        }
        return claims;
    }

    private static Series table(Workload workload, SideBySide.Result result) {
        Series table = new Series(
                "pytorch", "threads", "fastestMillis", "medianMillis", "p95Millis", "samplesPerSecond", "memoryBytes");
        row(table, 0, workload, result.starling());
        SideBySide.Side pytorch = result.pytorch();
        if (pytorch != null) {
            row(table, 1, workload, pytorch);
        }
        return table;
    }

    private static void row(Series table, int pytorch, Workload workload, SideBySide.Side side) {
        StepTimes times = side.times();
        table.row(
                pytorch,
                workload.threads(),
                times.fastest(),
                times.median(),
                times.percentile(95),
                1000 * workload.batch() / times.median(),
                side.memory());
    }

    private static void tell(Context context, String title, Workload workload, SideBySide.Result result) {
        SideBySide.Side pytorch = result.pytorch();
        context.say(title + ", threads " + workload.threads() + ": Starling " + words(workload, result.starling())
                + (pytorch == null
                        ? ""
                        : "; PyTorch " + words(workload, pytorch)
                                + String.format(Locale.ROOT, "; ratio of medians %.2f", result.ratio())));
    }

    private static String words(Workload workload, SideBySide.Side side) {
        StepTimes times = side.times();
        return String.format(
                Locale.ROOT,
                "fastest %.2f ms, median %.2f ms, %.0f samples/s, %.0f MB",
                times.fastest(),
                times.median(),
                1000 * workload.batch() / times.median(),
                side.memory() / 1e6);
    }

    private static Figure figure(String title, SideBySide.Result result) {
        XYChart chart = chart("A step of " + title.replaceAll("-(\\d+)$", ", batch $1"));
        result.starling().times().draw(chart, "Starling");
        SideBySide.Side pytorch = result.pytorch();
        if (pytorch != null) {
            pytorch.times().draw(chart, "PyTorch");
        }
        return Figure.png(title, chart);
    }

    private static XYChart chart(String title) {
        XYChart chart = new XYChartBuilder()
                .width(900)
                .height(600)
                .title(title)
                .xAxisTitle("milliseconds")
                .yAxisTitle("% of the steps that take at most this long")
                .build();
        chart.getStyler().setXAxisLogarithmic(true);
        chart.getStyler().setYAxisMin(0.0);
        chart.getStyler().setYAxisMax(100.0);
        chart.getStyler().setYAxisDecimalPattern("0");
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideSE);
        return chart;
    }

    /**
     * Steps on a device.
     *
     * @param whole on a whole core
     * @param quarter on a quarter of it, null where that cannot be had
     * @param share of a core that was really used under the limit, while measuring
     * @param memory the most the process ever had, in bytes
     */
    private record Device(StepTimes whole, @Nullable StepTimes quarter, double share, double memory) {
        Series table() {
            Series table = new Series(
                    "coreShare",
                    "estimate",
                    "fastestMillis",
                    "medianMillis",
                    "meanMillis",
                    "p95Millis",
                    "usedShare",
                    "memoryBytes");
            table.row(1, 0, whole.fastest(), whole.median(), whole.mean(), whole.percentile(95), Double.NaN, memory);
            StepTimes limited = quarter;
            if (limited == null) {
                table.row(
                        SHARE,
                        1,
                        whole.fastest() / SHARE,
                        whole.median() / SHARE,
                        whole.mean() / SHARE,
                        Double.NaN,
                        Double.NaN,
                        Double.NaN);
            } else {
                table.row(
                        SHARE,
                        0,
                        limited.fastest(),
                        limited.median(),
                        limited.mean(),
                        limited.percentile(95),
                        share,
                        memory);
            }
            return table;
        }

        Figure figure() {
            XYChart chart = chart("A step of fc-300-100, batch 10, on a device");
            whole.draw(chart, "a whole core");
            StepTimes limited = quarter;
            if (limited != null) {
                limited.draw(chart, "a quarter of a core");
            }
            return Figure.png("device", chart);
        }
    }

    private static Device device(Context context, TemporaryFolder folder) {
        Workload workload = new Workload("fc-300-100", 10, 1, context.seed());
        int steps = SMALL_STEPS * context.get(STEPS);
        Optional<CpuShare> limit = Optional.empty();
        try {
            try (Stepper stepper = Stepper.starling(workload, folder.path(), context.get(DEADLINE), DEVICE)) {
                List<Long> whole = new ArrayList<>();
                List<Long> quarter = new ArrayList<>();
                stepper.take(steps);
                for (int block = 0; block < context.get(BLOCKS); block++) {
                    whole.addAll(stepper.take(steps).nanos());
                }
                StepTimes unlimited = StepTimes.ofNanos(whole);
                limit = CpuShare.of(stepper.handle(), SHARE);
                if (limit.isEmpty()) {
                    context.say(String.format(
                            Locale.ROOT,
                            "skipped: no control group can be made here, so a quarter of a core is not measured; four times"
                                    + " the time of a whole one is %.2f ms, an estimate",
                            unlimited.median() / SHARE));
                    return new Device(unlimited, null, Double.NaN, stepper.mostMemory());
                }
                long used = cpuNanos(stepper.handle());
                long began = System.nanoTime();
                for (int block = 0; block < context.get(BLOCKS); block++) {
                    quarter.addAll(stepper.take(steps).nanos());
                }
                double share = (cpuNanos(stepper.handle()) - used) / (double) (System.nanoTime() - began);
                StepTimes limited = StepTimes.ofNanos(quarter);
                double memory = stepper.mostMemory();
                context.say(String.format(
                        Locale.ROOT,
                        "device: a whole core median %.2f ms; a quarter of one (%.3f used) fastest %.2f ms, median %.2f ms,"
                                + " p95 %.2f ms, mean %.2f ms; %.0f MB",
                        unlimited.median(),
                        share,
                        limited.fastest(),
                        limited.median(),
                        limited.percentile(95),
                        limited.mean(),
                        memory / 1e6));
                return new Device(unlimited, limited, share, memory);
            }
        } finally {
            limit.ifPresent(CpuShare::close);
        }
    }

    private static long cpuNanos(ProcessHandle process) {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }
}
