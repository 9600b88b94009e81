package starling.experiments.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import starling.experiments.findings.Claim;
import starling.experiments.findings.Context;
import starling.experiments.findings.Findings;
import starling.experiments.findings.Series;
import starling.experiments.findings.Settings;
import starling.models.UnfitException;

/** What is measured and said; never how long it took. */
class TrainingSpeedTest {
    private static final String PYTHON = "/usr/bin/python3";

    @TempDir
    private Path folder;

    private final StringWriter log = new StringWriter();

    private Findings run(String python) {
        TrainingSpeed experiment = new TrainingSpeed();
        Map<String, String> small = Map.of("blocks", "1", "steps", "1", "python", python);
        return experiment.run(new Context(Settings.of(experiment.parameters(), small, true), 7, new PrintWriter(log)));
    }

    private static Series table(Findings findings, String name) {
        return Objects.requireNonNull(findings.series().get(name));
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void bothSidesDoTheSameWork() {
        Assumptions.assumeTrue(Stepper.hasPytorch(PYTHON, 60), "skipped: " + PYTHON + " has no PyTorch");
        Findings findings = run(PYTHON);
        for (Claim claim : findings.claims()) {
            if (claim.id().contains("-loss-")) {
                assertTrue(claim.holds() && claim.required(), claim.toString());
                assertTrue(claim.paper() > 0.5 && claim.paper() < 3, claim.toString());
            }
        }
        Claim ratio = findings.claims().stream()
                .filter(claim -> claim.id().equals("lenet-64-median-step-to-pytorch"))
                .findFirst()
                .orElseThrow();
        assertTrue(ratio.required());
        assertEquals(1.5, ratio.paper());
        double[] medians = table(findings, "lenet-64").column("medianMillis");
        assertEquals(medians[0] / medians[1], ratio.measured(), 1e-9);
        for (double memory : table(findings, "fc-300-100-10").column("memoryBytes")) {
            assertTrue(memory > 20e6, "memory " + memory);
        }
        assertEquals(0, table(findings, "skipped").column("pytorch")[0]);
    }

    @Test
    @Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void withoutPytorchNothingIsClaimedOfIt() {
        Findings findings = run("/bin/false");
        assertEquals(
                List.of("lenet-64-parameters"),
                findings.claims().stream().map(Claim::id).toList());
        assertTrue(findings.succeeded());
        assertEquals(1, table(findings, "skipped").column("pytorch")[0]);
        assertEquals(1, table(findings, "lenet-64").size());
        assertTrue(log.toString().contains("skipped: '/bin/false' has no PyTorch"), log.toString());
        assertEquals(4, findings.figures().size());
    }

    @Test
    void processThatEndsIsNamedWithItsLastWord() {
        Workload unknown = new Workload("no-such-network", 64, 1, 1);
        UnfitException thrown =
                assertThrows(UnfitException.class, () -> Stepper.starling(unknown, folder, 60, List.of("-Xmx64m")));
        String said = Objects.requireNonNull(thrown.getMessage());
        assertTrue(said.startsWith("Starling must answer within 60 s: it ended"), said);
    }

    @Test
    void lateAnswerEndsTheProcess() throws Exception {
        Workload workload = new Workload("fc-300-100", 10, 1, 1);
        ProcessHandle handle;
        try (Stepper stepper = Stepper.starling(workload, folder, 20, List.of())) {
            handle = stepper.handle();
            assertThrows(UnfitException.class, () -> stepper.take(10_000_000));
            assertFalse(handle.isAlive());
        }
        handle.onExit().get(10, TimeUnit.SECONDS);
    }

    @Test
    void percentilesAreTimesThatWereMeasured() {
        StepTimes times = StepTimes.ofNanos(List.of(4_000_000L, 1_000_000L, 3_000_000L, 2_000_000L));
        assertEquals(1, times.fastest());
        assertEquals(2, times.median());
        assertEquals(2.5, times.mean());
        assertEquals(4, times.percentile(95));
    }
}
