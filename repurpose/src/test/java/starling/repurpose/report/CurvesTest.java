package starling.repurpose.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.models.data.DataSpec;
import starling.models.data.Dataset;
import starling.models.data.Split;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.repurpose.evaluate.Evaluation;
import starling.repurpose.fixture.Cli;
import starling.repurpose.fixture.Html;
import starling.repurpose.fixture.SmallFiles;
import starling.repurpose.partition.BundleNetwork;
import starling.repurpose.space.SplitNetwork;
import starling.repurpose.values.Calibration;

/** Every point of every curve is what {@code partition} makes with the same options. */
class CurvesTest {
    @TempDir
    Path folder;

    private Bundle partitioned(Path model, Object... more) {
        List<Object> arguments =
                new ArrayList<>(List.of("partition", model, "--out", folder.resolve("bundle"), "--force"));
        arguments.addAll(Arrays.asList(more));
        if (!arguments.contains("--workers")) {
            arguments.addAll(List.of("--workers", 2));
        }
        Cli run = Cli.run(arguments.toArray());
        assertEquals(0, run.exit(), run.err());
        return Bundle.open(folder.resolve("bundle"));
    }

    @Test
    void pointsAreWhatPartitionMakes() {
        Path model = SmallFiles.dense(folder);
        String data = "csv:" + SmallFiles.table(folder, 90, SmallFiles.FEATURES, SmallFiles.CLASSES) + ",split=all";
        Dataset judged = DataSpec.parse(data).open(Split.ALL, 1);
        SplitNetwork network = BundleNetwork.of(partitioned(model));
        Curves.Sweep sweep = Curves.of(network, judged, Calibration.of(judged, 90), 1, Duration.ofMinutes(5), null);
        assertFalse(sweep.cut());
        assertEquals(90, sweep.samples());
        assertEquals(90, sweep.calibration());
        int compared = 0;
        for (Curves.Curve curve : sweep.curves()) {
            assertTrue(!curve.points().isEmpty(), curve.variant());
            for (Curves.Point point : curve.points()) {
                List<Object> options = new ArrayList<>(
                        switch (curve.variant()) {
                            case "repurpose" -> List.of("--objective", "edges");
                            case "sparse" -> List.of("--baseline", "sparse");
                            case "late-fusion" -> List.of("--baseline", "late-fusion", "--calibrate", data);
                            default -> List.of("--calibrate", data);
                        });
                if (point.eta2() != null) {
                    options.addAll(List.of("--eta2", String.valueOf(point.eta2())));
                }
                if (point.budget() != null) {
                    options.addAll(List.of("--max-values", String.valueOf(point.budget())));
                }
                Bundle bundle = partitioned(model, options.toArray());
                Plan.Account account = bundle.plan().account();
                String what = curve.variant() + " " + point;
                assertEquals(account.values(), point.values(), what);
                assertEquals(account.keptEdges(), point.keptEdges(), what);
                assertEquals(Evaluation.of(bundle, judged).plan(), point.accuracy(), 1e-12, what);
                compared++;
            }
        }
        assertTrue(compared >= 20, compared + " points");
    }

    @Test
    void curvesRunFromNearlyAllToNearlyNothing() {
        Path model = SmallFiles.dense(folder);
        Dataset judged = DataSpec.parse(
                        "csv:" + SmallFiles.table(folder, 30, SmallFiles.FEATURES, SmallFiles.CLASSES) + ",split=all")
                .open(Split.ALL, 1);
        SplitNetwork network = BundleNetwork.of(partitioned(model));
        Curves.Sweep sweep = Curves.of(network, judged, null, 1, Duration.ofMinutes(5), null);
        assertEquals(0, sweep.calibration());
        for (String variant : List.of("repurpose", "sparse", "values", "budget")) {
            List<Curves.Point> points = sweep.points(variant);
            Curves.Point first = points.get(0);
            Curves.Point last = points.get(points.size() - 1);
            assertTrue(first.keptEdges() > last.keptEdges(), variant + " from " + first + " to " + last);
            assertTrue(first.values() >= 2 * last.values(), variant + " from " + first + " to " + last);
            for (int i = 1; i < points.size(); i++) {
                assertTrue(points.get(i).values() <= points.get(i - 1).values(), variant + " " + points);
            }
        }
    }

    @Test
    void timeThatIsOverIsSaid() throws IOException {
        Path data = SmallFiles.table(folder, 30, SmallFiles.FEATURES, SmallFiles.CLASSES);
        Dataset judged = DataSpec.parse("csv:" + data + ",split=all").open(Split.ALL, 1);
        Bundle bundle = partitioned(SmallFiles.dense(folder));
        Thread.currentThread().interrupt();
        Curves.Sweep sweep = Curves.of(BundleNetwork.of(bundle), judged, null, 1, Duration.ofMinutes(5), null);
        assertTrue(sweep.cut(), "an interrupted thread has no time");
        assertFalse(Thread.currentThread().isInterrupted(), "and can write its report");
        Findings whole =
                Findings.of(bundle, new Findings.Wishes(judged, null, null, 1, Duration.ofMinutes(5), false, null));
        Findings cut = new Findings(
                whole.bundle(),
                whole.verification(),
                whole.network(),
                whole.unrestored(),
                whole.certificates(),
                whole.data(),
                whole.evaluation(),
                whole.bound(),
                whole.unbounded(),
                sweep,
                null,
                whole.sweepNote());
        assertTrue(Html.parse(Page.of(cut)).text().contains("made in time"));
        assertFalse(Html.parse(Page.of(whole)).text().contains("made in time"));
    }

    @Test
    void nothingToPrune() {
        SplitNetwork alone = BundleNetwork.of(partitioned(SmallFiles.dense(folder), "--workers", 1));
        assertFalse(Curves.apply(alone));
        Dataset judged = DataSpec.parse(
                        "csv:" + SmallFiles.table(folder, 30, SmallFiles.FEATURES, SmallFiles.CLASSES) + ",split=all")
                .open(Split.ALL, 1);
        assertThrows(
                IllegalArgumentException.class, () -> Curves.of(alone, judged, null, 1, Duration.ofMinutes(5), null));
    }

    @Test
    void coarseFirstIsAnOrderOfAll() {
        for (int count = 0; count < 40; count++) {
            int[] places = Curves.coarseFirst(count);
            assertEquals(
                    IntStream.range(0, count).boxed().toList(),
                    Arrays.stream(places).sorted().boxed().toList());
            for (int done = 2; done <= count; done++) {
                int widest = 0;
                int last = 0;
                for (int i = 0; i < count; i++) {
                    if (places[i] < done) {
                        widest = Math.max(widest, i - last);
                        last = i;
                    }
                }
                assertTrue(widest <= 4.0 * count / done, "gap " + widest + " after " + done + " of " + count);
            }
        }
    }
}
