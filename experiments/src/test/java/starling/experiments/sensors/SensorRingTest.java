package starling.experiments.sensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Series;
import starling.experiments.findings.Settings;
import starling.models.UnfitException;

class SensorRingTest {
    private static double[] column(Findings findings, String series, String column) {
        Series table = Objects.requireNonNull(findings.series().get(series), series);
        return table.column(column);
    }

    @TempDir
    private Path folder;

    private static Findings run(Map<String, String> set) {
        SensorRing experiment = new SensorRing();
        return experiment.run(
                new Context(Settings.of(experiment.parameters(), set, true), 5, new PrintWriter(new StringWriter())));
    }

    @Test
    void dataThatAreMissingOrDoNotFitAreRefusedBeforeAnythingIsLearned() throws IOException {
        String missing = "csv:" + folder.resolve("missing.csv");
        UnfitException none = assertThrows(UnfitException.class, () -> run(Map.of("data", missing)));
        String sentence = String.valueOf(none.getMessage());
        assertTrue(sentence.endsWith("'--set data=DATA' names other data, DATA of 24 readings and one of four turns"));
        assertTrue(sentence.contains("missing.csv"), sentence);
        Path narrow = Files.writeString(folder.resolve("narrow.csv"), "1,2,a\n3,4,b\n".repeat(40));
        UnfitException misfit = assertThrows(UnfitException.class, () -> run(Map.of("data", "csv:" + narrow)));
        String both = String.valueOf(misfit.getMessage());
        assertTrue(both.contains("(2 elements)") && both.contains("(24 elements)"), both);
    }

    @Test
    void plansKeepTheirBudgetsAndStandBesideTheirRivals() {
        Path readings = Path.of(System.getProperty("starling.data", "none"), "sensor", "robot_wall_24us.csv");
        Assumptions.assumeTrue(Files.isReadable(readings), "skipped: there is no " + readings);
        SensorRing experiment = new SensorRing();
        Map<String, String> small = Map.of("data", "csv:" + readings, "epochs", "10", "tuning", "1", "budgets", "20");
        Findings findings = experiment.run(
                new Context(Settings.of(experiment.parameters(), small, true), 5, new PrintWriter(new StringWriter())));
        assertTrue(findings.succeeded(), findings.claims().toString());
        double original = column(findings, "original", "accuracy")[0];
        double majority = column(findings, "original", "majority")[0];
        assertTrue(original > majority + 0.2, original + " against " + majority);
        for (int workers : new int[] {2, 4}) {
            String of = "workers-" + workers + "-";
            assertEquals(
                    4.0 * (workers - 1), column(findings, of + "late-fusion-tuned", "values")[0], "outputs x (P-1)");
            assertEquals(original, column(findings, of + "nothing-dropped", "accuracy")[0]);
            double[] budgets = column(findings, of + "tuned", "budget");
            double[] values = column(findings, of + "tuned", "values");
            double[] sparse = column(findings, of + "sparse-tuned", "values");
            assertEquals(4.0 * (workers - 1), budgets[1], "late fusion's values are a budget too");
            assertEquals(20, budgets[0]);
            for (int i = 0; i < budgets.length; i++) {
                assertTrue(values[i] <= budgets[i], values[i] + " values of " + budgets[i]);
                assertTrue(sparse[i] <= values[i], sparse[i] + " values of a rival against " + values[i]);
            }
            double[] tuned = column(findings, of + "tuned", "accuracy");
            double fused = column(findings, of + "late-fusion-tuned", "accuracy")[0];
            double[] gains = column(findings, of + "gain-over-late-fusion-tuned", "gain");
            double[] ends = column(findings, of + "gain-over-late-fusion-tuned", "high");
            for (int i = 0; i < gains.length; i++) {
                assertEquals(tuned[i] - fused, gains[i], 1e-12);
                String id = "paired-upper-end-of-gain-over-late-fusion-tuned-within-" + (long) budgets[i]
                        + "-values-with-" + workers + "-workers";
                Claim beside = findings.claims().stream()
                        .filter(claim -> claim.id().equals(id))
                        .findFirst()
                        .orElseThrow();
                assertEquals(ends[i], beside.measured());
                assertEquals(ends[i] >= 0, beside.holds());
            }
        }
        assertEquals(2, findings.figures().size());
    }
}
