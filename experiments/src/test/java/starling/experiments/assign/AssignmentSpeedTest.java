package starling.experiments.assign;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Settings;
import starling.experiments.machine.Timing;
import starling.models.UnfitException;
import starling.repurpose.assign.AssignmentProblem;

class AssignmentSpeedTest {
    @Test
    void threeSolversFindOneCost() throws IOException {
        AssignmentSpeed experiment = new AssignmentSpeed();
        Map<String, String> small = Map.of(
                "transport", "200x2,150x32", "munkres", "90x6", "jgrapht", "40x6", "inputs", "24", "repeats", "2");
        StringWriter log = new StringWriter();
        Findings findings =
                experiment.run(new Context(Settings.of(experiment.parameters(), small, true), 7, new PrintWriter(log)));
        assertTrue(findings.succeeded());
        List<String> ids = findings.claims().stream().map(Claim::id).toList();
        for (String shape : List.of("40x6", "90x6", "150x32", "200x2")) {
            assertTrue(ids.contains("proven-gap-" + shape), () -> "of " + ids);
        }
        assertTrue(ids.contains("cost-of-jgrapht-40x6"));
        assertTrue(ids.contains("cost-of-munkres-40x6"));
        assertTrue(ids.contains("cost-of-munkres-90x6"));
        for (Claim claim : findings.claims()) {
            assertEquals(!claim.id().startsWith("times-faster"), claim.required(), claim.id());
        }
        assertArrayEquals(new double[] {40, 90, 150, 200}, column(findings, "transport", "units"));
        assertArrayEquals(
                column(findings, "munkres", "cost"),
                new double[] {column(findings, "transport", "cost")[0], column(findings, "transport", "cost")[1]},
                1e-9);
        assertNotNull(
                ImageIO.read(new ByteArrayInputStream(findings.figures().get(0).content())));
        assertTrue(log.toString().contains("90x6 munkres: "), log::toString);
    }

    @Test
    void refusesToMeasureNothing() {
        AssignmentSpeed experiment = new AssignmentSpeed();
        Map<String, String> nothing = Map.of("transport", "", "munkres", "", "jgrapht", "");
        Context context = new Context(
                Settings.of(experiment.parameters(), nothing, true), 1, new PrintWriter(new StringWriter()));
        assertEquals(
                "there must be a size to measure: transport, munkres and jgrapht are all empty",
                assertThrows(UnfitException.class, () -> experiment.run(context))
                        .getMessage());
    }

    private static double[] column(Findings findings, String solver, String column) {
        return Objects.requireNonNull(findings.series().get(solver)).column(column);
    }

    /** The formula as the thesis prints it, on weights drawn once more. */
    @Test
    void costsAreThoseOfTheThesis() {
        Shape shape = new Shape(9, 3);
        ThesisCosts costs = new ThesisCosts(7, 0.3, 0.8);
        AssignmentProblem problem = costs.draw(shape, 11);
        SplittableRandom random = ThesisCosts.randomOf(shape, 11);
        int[] owner = {0, 0, 0, 1, 1, 2, 2};
        for (int i = 0; i < 9; i++) {
            double[] expected = new double[3];
            for (int n = 0; n < 7; n++) {
                double w = random.nextGaussian();
                for (int j = 0; j < 3; j++) {
                    double price = owner[n] == j ? 0.3 : 0.3 + 0.8;
                    expected[j] += Math.min(w * w, price);
                }
            }
            for (int j = 0; j < 3; j++) {
                assertEquals(expected[j], problem.cost(j, i), 1e-12);
            }
        }
        assertEquals(3, problem.most(0));
    }

    @Test
    void shapesAreReadStrictly() {
        assertEquals(new Shape(5000, 6), Shape.parse("5000x6"));
        assertEquals("5000x6", new Shape(5000, 6).toString());
        for (String wrong : List.of("5000", "x6", "5000x", "0x6", "6x0", "1e3x6", "2000000x2")) {
            assertThrows(RuntimeException.class, () -> Shape.parse(wrong), wrong);
        }
    }

    @Test
    void timingRunsAtLeastOnceAndAtMostAsOftenAsAllowed() {
        AtomicInteger runs = new AtomicInteger();
        Timing hurried = Timing.of(runs::incrementAndGet, 50, 0);
        assertEquals(1, hurried.repeats());
        assertEquals(1, runs.get());
        Timing patient = Timing.of(runs::incrementAndGet, 10, 3600);
        assertEquals(10, patient.repeats());
        assertEquals(1 + 3 + 10, runs.get());
        assertEquals(14, patient.result());
        assertTrue(patient.fastestSeconds() <= patient.medianSeconds());
    }

    /** Without this list JMH finds nothing in the runnable jar. */
    @Test
    void benchmarksAreListedForJmh() throws IOException {
        try (InputStream list = AssignmentBenchmark.class.getResourceAsStream("/META-INF/BenchmarkList")) {
            assertNotNull(list);
            String text = new String(list.readAllBytes(), UTF_8);
            assertTrue(text.contains(AssignmentBenchmark.class.getName()), text);
            for (String method : List.of("transport", "transportLarge", "munkres", "jgrapht")) {
                assertTrue(text.contains(method), text);
            }
        }
    }
}
