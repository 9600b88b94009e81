package starling.models.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import starling.models.UnfitException;
import starling.models.plan.fixture.TinyBundles;
import starling.models.plan.fixture.TinyBundles.Kind;
import starling.models.run.BatchRule;

class LocalFleetTest {
    private static final double EQUAL = 1e-5;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(Kind.class)
    void theFleetComputesWhatTheOriginalComputes(Kind kind) {
        for (int workers = 1; workers <= 5; workers++) {
            Bundle bundle = TinyBundles.write(folder.resolve("p" + workers), workers, kind, 70 + workers);
            try (LocalFleet fleet = new LocalFleet(bundle, 1)) {
                for (int batch : new int[] {1, 7, 64}) {
                    float[] samples = TinyBundles.samples(bundle.plan(), batch, batch);
                    Map<String, float[]> expected = TinyBundles.original(bundle, samples, batch);
                    Map<String, float[]> actual = fleet.run(samples, batch);
                    assertEquals(List.of("logits", "probabilities"), List.copyOf(actual.keySet()));
                    for (String output : actual.keySet()) {
                        float[] values = expected.get(output);
                        double apart = TinyBundles.relativeDifference(values, actual.get(output));
                        assertTrue(apart <= EQUAL, workers + " workers, batch " + batch + ", " + output + ": " + apart);
                    }
                }
            }
        }
    }

    @Test
    void oneWorkerNeedsNoRound() {
        Bundle bundle = TinyBundles.write(folder.resolve("one"), 1, Kind.ACTIVATIONS, 3);
        assertEquals(0, bundle.plan().rounds());
        assertEquals(0, bundle.plan().account().values());
    }

    @Test
    void aSilentLayerCostsNoRound() {
        assertEquals(
                2,
                TinyBundles.write(folder.resolve("silent"), 3, Kind.SILENT_LAYER, 3)
                        .plan()
                        .rounds());
        assertEquals(
                3,
                TinyBundles.write(folder.resolve("all"), 3, Kind.ACTIVATIONS, 3)
                        .plan()
                        .rounds());
    }

    @Test
    void inABatchEachSampleIsItsOwn() {
        Bundle bundle = TinyBundles.write(folder.resolve("b"), 3, Kind.PARTIAL_SUMS, 5);
        float[] samples = TinyBundles.samples(bundle.plan(), 4, 9);
        try (LocalFleet fleet = new LocalFleet(bundle, 1)) {
            float[] together = fleet.run(samples, 4).get("logits");
            for (int i = 0; i < 4; i++) {
                float[] alone = fleet.run(Arrays.copyOfRange(samples, 12 * i, 12 * i + 12), 1)
                        .get("logits");
                assertTrue(
                        TinyBundles.relativeDifference(alone, Arrays.copyOfRange(together, 4 * i, 4 * i + 4)) <= EQUAL);
            }
            assertArrayEquals(together, fleet.run(samples, 4).get("logits"), "buffers are reused without a trace");
        }
    }

    @Test
    void manySamplesAreRunInBatchesOfOneSizeAtATime() {
        Bundle bundle = TinyBundles.write(folder.resolve("c"), 3, Kind.PARTIAL_SUMS, 5);
        float[] samples = TinyBundles.samples(bundle.plan(), 1000, 9);
        Map<String, float[]> expected = TinyBundles.original(bundle, samples, 1000);
        try (LocalFleet fleet = new LocalFleet(bundle, 1);
                LocalFleet small = new LocalFleet(bundle, 1, worker -> new WorkerRunner(bundle, worker, 1), 7)) {
            for (String output : expected.keySet()) {
                float[] whole = expected.get(output);
                assertTrue(TinyBundles.relativeDifference(
                                whole, fleet.run(samples, 1000).get(output))
                        <= EQUAL);
                assertTrue(TinyBundles.relativeDifference(
                                whole, small.run(samples, 1000).get(output))
                        <= EQUAL);
            }
            assertEquals(BatchRule.MOST_SAMPLES, fleet.held());
            assertEquals(1000 % 7, small.held());
            fleet.run(samples, 3);
            assertEquals(3, fleet.held());
        }
    }

    @Test
    void aWorkerThatCannotBeOpenedLeavesNoneOpen() {
        Bundle bundle = TinyBundles.write(folder.resolve("d"), 3, Kind.ACTIVATIONS, 5);
        List<WorkerRunner> opened = new ArrayList<>();
        assertThrows(
                UnfitException.class,
                () -> new LocalFleet(
                        bundle,
                        1,
                        worker -> {
                            if (worker == 2) {
                                throw new UnfitException("worker 2 must be there: it is not");
                            }
                            WorkerRunner runner = new WorkerRunner(bundle, worker, 1);
                            opened.add(runner);
                            return runner;
                        },
                        1));
        assertEquals(2, opened.size());
        opened.forEach(runner -> assertEquals(0, runner.stages(), "its sessions are closed"));
    }

    @Test
    void framesAreFilledByOneStageAndReadByTheNext() {
        Bundle bundle = TinyBundles.write(folder.resolve("w"), 2, Kind.ACTIVATIONS, 5);
        try (WorkerRunner worker = new WorkerRunner(bundle, 1, 1);
                WorkerRunner.Slot slot = worker.newSlot(2)) {
            assertEquals(4, worker.stages());
            assertEquals(2, slot.batch());
            float[] part = TinyBundles.samples(bundle.plan(), 1, 1);
            slot.input().put(part);
            slot.run(0);
            float[] frame = new float[12];
            slot.to(1, 0).get(frame);
            assertArrayEquals(part, frame, "exchange 1 carries worker 1's six inputs of both samples");
            assertEquals(12, slot.from(1, 0).remaining());
            assertEquals(4, slot.output().remaining());
        }
    }
}
