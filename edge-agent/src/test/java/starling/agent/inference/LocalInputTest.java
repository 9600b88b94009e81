package starling.agent.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static starling.agent.inference.VirtualFleet.MS;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import starling.agent.inference.VirtualFleet.Answer;
import starling.agent.source.LocalSource;
import starling.agent.source.SourceRecord;
import starling.models.plan.Bundle;
import starling.models.plan.fixture.TinyBundles;
import starling.models.plan.fixture.TinyBundles.Kind;

/** Inferences that take their inputs from where the workers stand. */
class LocalInputTest {
    /** A source that is filled by the test. */
    private static final class Tray implements LocalSource {
        private final ArrayDeque<SourceRecord> records = new ArrayDeque<>();

        @Override
        public @Nullable SourceRecord poll() {
            return records.poll();
        }

        @Override
        public void onRecord(Runnable wake) {}

        @Override
        public void close() {}
    }

    @TempDir
    Path folder;

    private final Tray zero = new Tray();
    private final Tray one = new Tray();
    private @Nullable Bundle written;

    @BeforeEach
    void write() {
        written = TinyBundles.write(folder.resolve("b"), 2, Kind.ACTIVATIONS, 3);
    }

    private Bundle bundle() {
        if (written == null) {
            throw new IllegalStateException("not written yet");
        }
        return written;
    }

    private VirtualFleet fleet() {
        return new VirtualFleet(bundle(), Policy.ZERO, 50, 16, Map.of(0, zero, 1, one));
    }

    private float[] fill(long seed) {
        float[] sample = TinyBundles.samples(bundle().plan(), 1, seed);
        zero.records.add(new SourceRecord.Values(Arrays.copyOfRange(sample, 0, 6)));
        one.records.add(new SourceRecord.Values(Arrays.copyOfRange(sample, 6, 12)));
        return sample;
    }

    private void assertAnswered(VirtualFleet fleet, long inference, float[] sample) {
        assertTrue(fleet.isComplete(inference), "inference " + inference);
        float[] expected = TinyBundles.original(bundle(), sample, 1).get("logits");
        assertTrue(TinyBundles.relativeDifference(expected, fleet.outputs(inference)) <= 1e-5);
    }

    private static String error(VirtualFleet fleet, long inference, int worker) {
        Answer answer = fleet.answer(inference, worker);
        return answer == null ? "no answer" : answer.account();
    }

    @Test
    void eachInferenceTakesTheNextRecord() {
        float[] first = fill(1);
        float[] second = fill(2);
        try (VirtualFleet fleet = fleet()) {
            fleet.askLocal(1);
            fleet.askLocal(2);
            fleet.run();
            assertAnswered(fleet, 1, first);
            assertAnswered(fleet, 2, second);
        }
    }

    @Test
    void anInputThatIsSentWins() {
        float[] local = fill(1);
        float[] sent = TinyBundles.samples(bundle().plan(), 1, 9);
        try (VirtualFleet fleet = fleet()) {
            fleet.ask(1, sent);
            fleet.askLocal(2);
            fleet.run();
            assertAnswered(fleet, 1, sent);
            assertAnswered(fleet, 2, local);
        }
    }

    @Test
    void recordsThatComeLaterAreWaitedFor() {
        try (VirtualFleet fleet = fleet()) {
            fleet.askLocal(1);
            fleet.askLocal(2);
            float[][] samples = new float[2][];
            fleet.at(20 * MS, () -> {
                samples[0] = fill(1);
                samples[1] = fill(2);
                fleet.loops.forEach(InferenceLoop::sourceReady);
            });
            fleet.run();
            assertAnswered(fleet, 1, samples[0]);
            assertAnswered(fleet, 2, samples[1]);
        }
    }

    @Test
    void aSourceThatGivesNothingFailsTheInferenceAtTheDeadline() {
        try (VirtualFleet fleet = fleet()) {
            fill(1);
            one.records.clear();
            long begun = fleet.now;
            fleet.askLocal(1);
            fleet.run();
            assertTrue(error(fleet, 1, 1).contains("must have a record within 50 ms: it had none"));
            assertTrue(error(fleet, 1, 0).contains("worker 1 failed: ")
                    || error(fleet, 1, 0).contains("\"missing\":[1]"));
            assertTrue(fleet.now - begun <= 4 * 50 * MS);
        }
    }

    @Test
    void whatIsUnfitInASourceFailsOneInference() {
        try (VirtualFleet fleet = fleet()) {
            zero.records.add(new SourceRecord.Values(new float[6]));
            one.records.add(new SourceRecord.Unfit("line 1 of the local source must be better"));
            float[] next = fill(2);
            fleet.askLocal(1);
            fleet.askLocal(2);
            fleet.run();
            assertTrue(error(fleet, 1, 1).contains("\"error\":\"line 1 of the local source must be better\""));
            assertEquals(
                    true, error(fleet, 1, 0).contains("worker 1 failed: line 1 of the local source must be better"));
            assertAnswered(fleet, 2, next);
        }
    }

    @Test
    void sourcesStayInStepWhenAnInferenceFailsBeforeItsRecordCame() {
        try (VirtualFleet fleet = fleet()) {
            zero.records.add(new SourceRecord.Unfit("line 1 of the local source must be better"));
            float[] second = TinyBundles.samples(bundle().plan(), 1, 2);
            zero.records.add(new SourceRecord.Values(Arrays.copyOfRange(second, 0, 6)));
            fleet.askLocal(1);
            fleet.askLocal(2);
            fleet.at(10 * MS, () -> {
                one.records.add(new SourceRecord.Values(new float[6]));
                one.records.add(new SourceRecord.Values(Arrays.copyOfRange(second, 6, 12)));
                fleet.loops.get(1).sourceReady();
            });
            fleet.run();
            assertTrue(error(fleet, 1, 1).contains("worker 0 failed: line 1"), error(fleet, 1, 1));
            assertAnswered(fleet, 2, second);
        }
    }

    @Test
    void sourcesStayInStepWhenAnInferenceIsRefused() {
        try (VirtualFleet fleet = new VirtualFleet(bundle(), Policy.ZERO, 50, 1, Map.of(0, zero, 1, one))) {
            float[] first = fill(1);
            fill(2);
            float[] third = fill(3);
            fleet.askLocal(1);
            fleet.askLocal(2);
            fleet.run();
            assertAnswered(fleet, 1, first);
            assertTrue(error(fleet, 2, 0).contains("at most 1 inferences may be in flight"));
            fleet.askLocal(3);
            fleet.run();
            assertAnswered(fleet, 3, third);
        }
    }
}
