package starling.router.inference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import starling.link.frame.ElementType;
import starling.link.frame.Frame;
import starling.link.frame.FrameHeader;
import starling.link.frame.FrameKind;
import starling.link.frame.PlanHash;
import starling.link.frame.WorkerReport;
import starling.link.memory.FaultPlan;
import starling.link.topic.Role;
import starling.models.plan.LocalFleet;
import starling.models.plan.fixture.TinyBundles;
import starling.router.fixture.Await;
import starling.router.fixture.SimulatedWorker;
import starling.router.fixture.TestFleet;
import starling.router.fixture.TestFleet.Options;

class DispatcherTest {
    @TempDir
    Path folder;

    private static final SimulatedWorker.Tampering MUTE = (header, values, annex, out) -> {};

    private static SimulatedWorker.Tampering header(UnaryOperator<FrameHeader> change) {
        return (header, values, annex, out) -> out.accept(Frame.encode(change.apply(header), values, annex));
    }

    private static SimulatedWorker.Tampering failing(String why) {
        return (header, values, annex, out) -> out.accept(Frame.encode(
                header.withFlags(false, true, false),
                new float[0],
                new WorkerReport(0, 0, 0, 0, 0, 0, List.of(1), why).write()));
    }

    private static void assertEqualOutputs(TestFleet fleet, float[] input, Outcome.Answer answer, double tolerance) {
        Map<String, float[]> expected = TinyBundles.original(fleet.bundle, input, 1);
        assertEquals(
                List.copyOf(expected.keySet()), List.copyOf(answer.outputs().keySet()));
        expected.forEach((name, values) -> assertTrue(
                TinyBundles.relativeDifference(values, answer.outputs().get(name)) <= tolerance, name));
    }

    private static long dropped(TestFleet fleet, Drop why) {
        String line = "starling_frames_dropped_total{reason=\"" + why.word() + "\"} ";
        return metric(fleet, line);
    }

    private static long metric(TestFleet fleet, String line) {
        String text = new String(fleet.metrics.text(), StandardCharsets.UTF_8);
        int at = text.indexOf("\n" + line) + 1;
        assertTrue(at > 0, line + " in " + text);
        return (long) Double.parseDouble(text.substring(at + line.length(), text.indexOf('\n', at)));
    }

    @ParameterizedTest
    @EnumSource(TinyBundles.Kind.class)
    void answersAreTheOriginalsAndCostWhatThePlanSays(TinyBundles.Kind kind) {
        try (TestFleet fleet = new TestFleet(folder, Options.of(3).kind(kind)).start()) {
            for (int i = 0; i < 5; i++) {
                float[] input = fleet.sample(i);
                Outcome.Answer answer = fleet.answer(input);
                assertEqualOutputs(fleet, input, answer, 1e-5);
                assertTrue(answer.complete());
                assertEquals(List.of(), answer.missing());
                assertEquals(
                        new Cost(
                                fleet.bundle.plan().account().values(),
                                fleet.bundle.plan().account().bytes(),
                                fleet.bundle.plan().rounds()),
                        answer.cost());
                assertEquals(3, answer.reports().size());
                assertEquals(12, Objects.requireNonNull(answer.reports().get(2)).computeMicros());
            }
            assertEquals(5, fleet.metrics.answers("complete"));
            assertEquals(5L * fleet.bundle.plan().rounds(), metric(fleet, "starling_rounds_total "));
        }
    }

    @Test
    void workersWithoutOutputsAreNotWaitedFor() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(6)).start()) {
            assertEquals(0, fleet.bundle.plan().parts().get(5).outputValues());
            fleet.workers.get(5).tamper(MUTE);
            float[] input = fleet.sample(1);
            Outcome.Answer answer = fleet.answer(input);
            assertEqualOutputs(fleet, input, answer, 1e-5);
            assertTrue(answer.complete());
            assertNull(answer.cost(), "not all workers have reported");
        }
    }

    @Test
    void halfPrecisionHalvesTheBytesAndNotTheValues() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2).elements(ElementType.FLOAT16)).start()) {
            float[] input = fleet.sample(1);
            Outcome.Answer answer = fleet.answer(input);
            assertEqualOutputs(fleet, input, answer, 5e-3);
            Cost cost = Objects.requireNonNull(answer.cost());
            long values = fleet.bundle.plan().account().values();
            assertEquals(values, cost.values());
            assertEquals(fleet.bundle.plan().account().bytes() - 2 * values, cost.bytes());
        }
    }

    @Test
    void manyInFlightAreNotMixedUp() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(3).inFlight(200)).start()) {
            fleet.answer(fleet.sample(0));
            // Answers of one worker come in the reverse order, in batches of ten.
            List<Runnable> held = new ArrayList<>();
            fleet.workers.get(1).tamper((header, values, annex, out) -> {
                held.add(0, () -> out.accept(Frame.encode(header, values, annex)));
                if (held.size() == 10) {
                    held.forEach(Runnable::run);
                    held.clear();
                }
            });
            List<CompletableFuture<Outcome>> asked = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                asked.add(fleet.dispatcher.submit(fleet.sample(i)));
            }
            for (int i = 0; i < 200; i++) {
                Outcome.Answer answer =
                        assertInstanceOf(Outcome.Answer.class, asked.get(i).join());
                assertEqualOutputs(fleet, fleet.sample(i), answer, 1e-5);
            }
            assertEquals(0, fleet.dispatcher.inFlight());
        }
    }

    @Test
    void doubledAndOvertakingMessagesChangeNothing() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(3)).start()) {
            fleet.broker.setFaults(FaultPlan.seeded(4, 0, 0.5, 0.3, Duration.ofMillis(2)));
            for (int i = 0; i < 50; i++) {
                float[] input = fleet.sample(i);
                Outcome.Answer answer = fleet.answer(input);
                assertTrue(answer.complete());
                assertEqualOutputs(fleet, input, answer, 1e-5);
            }
            assertTrue(dropped(fleet, Drop.REPEATED) > 10);
        }
    }

    @Test
    void noMoreThanAllowedAreTakenOn() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2).inFlight(2).deadline(600_000)).start()) {
            var held = new ConcurrentLinkedQueue<Runnable>();
            fleet.workers
                    .get(0)
                    .tamper((header, values, annex, out) ->
                            held.add(() -> out.accept(Frame.encode(header, values, annex))));
            CompletableFuture<Outcome> first = fleet.dispatcher.submit(fleet.sample(1));
            CompletableFuture<Outcome> second = fleet.dispatcher.submit(fleet.sample(2));
            Outcome.Refusal refusal = assertInstanceOf(Outcome.Refusal.class, fleet.ask(fleet.sample(3)));
            assertEquals(Outcome.Why.BUSY, refusal.why());
            Await.until("both are computed", () -> held.size() == 2);
            held.forEach(Runnable::run);
            assertInstanceOf(Outcome.Answer.class, first.join());
            assertInstanceOf(Outcome.Answer.class, second.join());
            fleet.workers.get(0).tamper(SimulatedWorker.HONEST);
            assertTrue(fleet.answer(fleet.sample(3)).complete());
        }
    }

    /** What the final steps make of the parts when worker 1's is replaced. */
    private static Map<String, float[]> withPart1(TestFleet fleet, float[] input, float[] replacement) {
        Map<String, float[]> whole = TinyBundles.original(fleet.bundle, input, 1);
        float[] logits = Objects.requireNonNull(whole.get("logits")).clone();
        int from = fleet.bundle.plan().parts().get(0).outputValues();
        System.arraycopy(replacement, 0, logits, from, replacement.length);
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit);
        }
        float[] probabilities = new float[logits.length];
        for (int i = 0; i < logits.length; i++) {
            probabilities[i] = (float) (Math.exp(logits[i]) / sum);
        }
        return Map.of("logits", logits, "probabilities", probabilities);
    }

    private static float[] part1(TestFleet fleet, float[] input) {
        Map<String, float[]> whole = TinyBundles.original(fleet.bundle, input, 1);
        int from = fleet.bundle.plan().parts().get(0).outputValues();
        return Arrays.copyOfRange(
                Objects.requireNonNull(whole.get("logits")),
                from,
                from + fleet.bundle.plan().parts().get(1).outputValues());
    }

    private static void assertOutputs(Map<String, float[]> expected, Outcome.Answer answer) {
        expected.forEach(
                (name, values) -> assertArrayEquals(values, answer.outputs().get(name), 1e-4f, name));
    }

    @Test
    void zerosStandForWhatIsMissingAtTheDeadline() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2).deadline(3_000)).start()) {
            fleet.answer(fleet.sample(0));
            fleet.workers.get(1).tamper(MUTE);
            float[] input = fleet.sample(1);
            Outcome.Answer answer = fleet.answer(input);
            assertFalse(answer.complete());
            assertEquals(List.of(1), answer.missing());
            assertTrue(answer.latencyNanos() >= 3_000_000_000L);
            assertOutputs(withPart1(fleet, input, new float[part1(fleet, input).length]), answer);
            assertEquals(1, fleet.metrics.answers("incomplete"));

            fleet.workers.get(1).tamper(SimulatedWorker.HONEST);
            assertTrue(fleet.answer(input).complete());
        }
    }

    @Test
    void theLastCompletePartStandsForWhatIsMissing() {
        Options options = Options.of(2).policy(FillPolicy.LAST).deadline(3_000);
        try (TestFleet fleet = new TestFleet(folder, options).start()) {
            fleet.workers.get(1).tamper(MUTE);
            float[] input = fleet.sample(1);
            assertOutputs(withPart1(fleet, input, new float[part1(fleet, input).length]), fleet.answer(input));

            fleet.workers.get(1).tamper(SimulatedWorker.HONEST);
            float[] whole = fleet.sample(2);
            fleet.answer(whole);
            fleet.workers.get(1).tamper(header(header -> header.withFlags(false, false, false)));
            assertFalse(fleet.answer(fleet.sample(3)).complete());

            fleet.workers.get(1).tamper(MUTE);
            Outcome.Answer answer = fleet.answer(input);
            assertFalse(answer.complete());
            assertOutputs(withPart1(fleet, input, part1(fleet, whole)), answer);
        }
    }

    @Test
    void underThePolicyFailWhatIsMissingFailsTheInference() {
        Options options = Options.of(2).policy(FillPolicy.FAIL).deadline(3_000);
        try (TestFleet fleet = new TestFleet(folder, options).start()) {
            fleet.workers.get(1).tamper(MUTE);
            Outcome.Failure failure = assertInstanceOf(Outcome.Failure.class, fleet.ask(fleet.sample(1)));
            assertEquals("worker 1 did not answer within 3000 ms", failure.sentence());
            assertEquals(List.of(1), failure.missing());
            assertEquals(1, fleet.metrics.answers("failed"));
        }
    }

    @Test
    void aFailedWorkerIsFilledOrFailsTheInferenceAtOnce() {
        Options options = Options.of(2).deadline(600_000);
        try (TestFleet fleet = new TestFleet(folder.resolve("zero"), options).start()) {
            fleet.workers.get(1).tamper(failing("no more input"));
            Outcome.Answer answer = fleet.answer(fleet.sample(1));
            assertFalse(answer.complete());
            assertEquals(List.of(1), answer.missing());
        }
        try (TestFleet fleet = new TestFleet(folder.resolve("fail"), options.policy(FillPolicy.FAIL)).start()) {
            fleet.workers.get(0).tamper(MUTE);
            fleet.workers.get(1).tamper(failing("no more input"));
            Outcome.Failure failure = assertInstanceOf(Outcome.Failure.class, fleet.ask(fleet.sample(1)));
            assertEquals("worker 1 failed: no more input", failure.sentence());
        }
    }

    @Test
    void anAnswerOfFillingsAloneIsNone() {
        Options options = Options.of(2).deadline(600_000).policy(FillPolicy.LAST);
        try (TestFleet fleet = new TestFleet(folder, options).start()) {
            fleet.answer(fleet.sample(0));
            fleet.workers.forEach(worker -> worker.tamper(failing("the source has ended")));
            Outcome.Failure failure = assertInstanceOf(Outcome.Failure.class, fleet.ask(fleet.sample(1)));
            assertTrue(failure.sentence().contains("the source has ended"), failure.sentence());
            assertEquals(List.of(0, 1), failure.missing());
        }
    }

    @Test
    void incompleteFramesMakeTheAnswerIncomplete() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2)).start()) {
            fleet.workers
                    .get(0)
                    .tamper((header, values, annex, out) -> out.accept(Frame.encode(
                            header.withFlags(false, false, false),
                            values,
                            annex.replace("\"missing\":[]", "\"missing\":[1]"))));
            float[] input = fleet.sample(1);
            Outcome.Answer answer = fleet.answer(input);
            assertFalse(answer.complete());
            assertEquals(List.of(1), answer.missing());
            assertEqualOutputs(fleet, input, answer, 1e-5);
        }
    }

    @Test
    void lateAnswersAreDroppedAndCounted() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2).deadline(3_000)).start()) {
            fleet.answer(fleet.sample(0));
            Queue<Runnable> held = new ConcurrentLinkedQueue<>();
            fleet.workers
                    .get(1)
                    .tamper((header, values, annex, out) ->
                            held.add(() -> out.accept(Frame.encode(header, values, annex))));
            assertFalse(fleet.answer(fleet.sample(1)).complete());
            Await.until("the late answer is there", () -> held.size() == 1);
            long sent = metric(fleet, "starling_worker_sent_frames_total{worker=\"1\"} ");
            held.forEach(Runnable::run);
            Await.until("the late answer is counted", () -> dropped(fleet, Drop.LATE) == 1);
            assertTrue(
                    metric(fleet, "starling_worker_sent_frames_total{worker=\"1\"} ") > sent,
                    "what it cost counts all the same");
        }
    }

    @Test
    void whatDoesNotBelongIsDroppedAndCounted() {
        Map<Drop, SimulatedWorker.Tampering> wrong = new HashMap<>();
        wrong.put(Drop.MALFORMED, (header, values, annex, out) -> out.accept(new byte[] {1, 2, 3}));
        wrong.put(
                Drop.PLAN,
                header(h -> FrameHeader.of(
                        h.kind(),
                        new PlanHash(1, 2),
                        h.epoch(),
                        h.inference(),
                        0,
                        h.source(),
                        h.receiver(),
                        h.sequence())));
        wrong.put(
                Drop.EPOCH,
                header(h -> FrameHeader.of(
                        h.kind(), h.plan(), h.epoch() - 1, h.inference(), 0, h.source(), h.receiver(), h.sequence())));
        wrong.put(
                Drop.ADDRESS,
                header(h -> FrameHeader.of(
                        h.kind(), h.plan(), h.epoch(), h.inference(), 0, 0, h.receiver(), h.sequence())));
        wrong.put(
                Drop.UNKNOWN,
                header(h -> FrameHeader.of(
                        h.kind(), h.plan(), h.epoch(), 1_000_000, 0, h.source(), h.receiver(), h.sequence())));
        wrong.put(
                Drop.MISFIT,
                (header, values, annex, out) -> out.accept(Frame.encode(header, new float[values.length + 1], annex)));
        try (TestFleet fleet = new TestFleet(folder, Options.of(2)).start()) {
            fleet.answer(fleet.sample(0));
            AtomicLong ahead = new AtomicLong();
            wrong.forEach((why, tampering) -> {
                fleet.workers.get(1).tamper((header, values, annex, out) -> {
                    tampering.answer(header, values, annex, out);
                    FrameHeader next = FrameHeader.of(
                            header.kind(),
                            header.plan(),
                            header.epoch(),
                            header.inference(),
                            0,
                            header.source(),
                            header.receiver(),
                            header.sequence() + ahead.addAndGet(100));
                    out.accept(Frame.encode(next, values, annex));
                });
                float[] input = fleet.sample(ahead.get());
                Outcome.Answer answer = fleet.answer(input);
                assertTrue(answer.complete(), why.word());
                assertEqualOutputs(fleet, input, answer, 1e-5);
                assertEquals(1, dropped(fleet, why), why.word());
            });
        }
    }

    @Test
    void anotherKindOfFrameOnTheTopicOfAnswersIsDropped() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2).deadline(3_000)).start()) {
            fleet.workers
                    .get(1)
                    .tamper(header(h -> FrameHeader.of(
                            FrameKind.EXCHANGE, h.plan(), h.epoch(), h.inference(), 1, h.source(), 0, h.sequence())));
            assertFalse(fleet.answer(fleet.sample(1)).complete());
            Await.until("the frame is counted", () -> dropped(fleet, Drop.KIND) == 1);
        }
    }

    @Test
    void aReportThatCannotBeIsNoReport() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2)).start()) {
            for (String annex : List.of(
                    "",
                    "nonsense",
                    "[]",
                    "{\"sentBytes\":1}",
                    new WorkerReport(0, 0, 0, 0, 0, 0, List.of(2), null).write())) {
                fleet.workers
                        .get(1)
                        .tamper((header, values, honest, out) -> out.accept(Frame.encode(header, values, annex)));
                Outcome.Answer answer = fleet.answer(fleet.sample(1));
                assertTrue(answer.complete());
                assertNull(answer.cost(), annex);
                assertNull(answer.reports().get(1), annex);
            }
        }
    }

    @Test
    void aWorkerThatLeavesIsNotWaitedFor() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2).deadline(600_000)).start()) {
            fleet.workers.get(1).tamper(MUTE);
            CompletableFuture<Outcome> asked = fleet.dispatcher.submit(fleet.sample(1));
            Await.until(
                    "the other has answered",
                    () -> metric(fleet, "starling_worker_sent_frames_total{worker=\"0\"} ") > 0);
            fleet.workers.get(1).close();
            Outcome.Answer answer = assertInstanceOf(Outcome.Answer.class, asked.join());
            assertFalse(answer.complete());
            assertEquals(List.of(1), answer.missing());

            fleet.workers.set(1, fleet.newWorker(1, 2).start());
            fleet.awaitReady();
            assertTrue(fleet.answer(fleet.sample(2)).complete(), "complete again when it is back");
        }
    }

    @Test
    void lostAnswersAreSeenByTheirNumbers() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2).deadline(2_000)).start()) {
            fleet.answer(fleet.sample(0));
            fleet.broker.setFaults(
                    (from, to, topic) -> topic.endsWith("1/answer") ? List.of() : List.of(Duration.ZERO));
            CompletableFuture<Outcome> one = fleet.dispatcher.submit(fleet.sample(1));
            CompletableFuture<Outcome> two = fleet.dispatcher.submit(fleet.sample(2));
            CompletableFuture.allOf(one, two).join();
            fleet.broker.setFaults(FaultPlan.NONE);
            assertTrue(fleet.answer(fleet.sample(3)).complete());
            assertEquals(2, metric(fleet, "starling_worker_lost_answers_total{worker=\"1\"} "));
        }
    }

    @Test
    void badInputIsRefusedWithTheRule() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2)).start()) {
            Outcome.Refusal shortInput = assertInstanceOf(Outcome.Refusal.class, fleet.ask(new float[11]));
            assertEquals(Outcome.Why.UNFIT, shortInput.why());
            assertEquals("the input must have 12 numbers (x 12): it has 11", shortInput.sentence());
            for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
                float[] input = fleet.sample(1);
                input[7] = bad;
                Outcome.Refusal refusal = assertInstanceOf(Outcome.Refusal.class, fleet.ask(input));
                assertEquals("the input must be finite float32 numbers: number 7 is " + bad, refusal.sentence());
            }
        }
    }

    @Test
    void stoppingFailsWhatIsInFlightAndRefusesWhatComes() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2).deadline(600_000)).start()) {
            fleet.workers.get(1).tamper(MUTE);
            CompletableFuture<Outcome> asked = fleet.dispatcher.submit(fleet.sample(1));
            fleet.dispatcher.close();
            Outcome.Failure failure = assertInstanceOf(Outcome.Failure.class, asked.join());
            assertEquals("the router is stopping", failure.sentence());
            Outcome.Refusal refusal = assertInstanceOf(Outcome.Refusal.class, fleet.ask(fleet.sample(1)));
            assertEquals(Outcome.Why.STOPPING, refusal.why());
        }
    }

    @Test
    void underThePolicyFailAnInputThatCannotBeSentFailsTheInferenceAtOnce() throws Exception {
        Options options = Options.of(2).policy(FillPolicy.FAIL).deadline(600_000);
        try (TestFleet fleet = new TestFleet(folder, options).start()) {
            String input = fleet.topics.input(new Role.Worker(1));
            fleet.unsendable = input::equals;
            Outcome outcome = fleet.dispatcher.submit(fleet.sample(1)).get(60, TimeUnit.SECONDS);
            Outcome.Failure failure = assertInstanceOf(Outcome.Failure.class, outcome);
            assertEquals("worker 1 could not be sent its input: no way there", failure.sentence());
            assertTrue(failure.missing().contains(1), failure.toString());
            fleet.unsendable = topic -> false;
            assertTrue(fleet.answer(fleet.sample(2)).complete(), "its place is free again");
        }
    }

    @Test
    void whatCannotBeSentIsNotWaitedFor() throws Exception {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2).deadline(600_000)).start()) {
            fleet.unsendable = topic -> topic.contains("/input/");
            Outcome outcome = fleet.dispatcher.submit(fleet.sample(1)).get(60, TimeUnit.SECONDS);
            Outcome.Failure failure = assertInstanceOf(Outcome.Failure.class, outcome);
            assertEquals("worker 0 could not be sent its input: no way there", failure.sentence());
        }
    }

    @Test
    void aRouterWithoutALinkRefuses() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(2).quorum(1)).start()) {
            fleet.transport.close();
            Outcome.Refusal refusal = assertInstanceOf(Outcome.Refusal.class, fleet.ask(fleet.sample(1)));
            assertEquals(Outcome.Why.NOT_READY, refusal.why());
            assertNotNull(refusal.sentence());
        }
    }

    @Test
    void theLocalFleetAgrees() {
        try (TestFleet fleet = new TestFleet(folder, Options.of(4).kind(TinyBundles.Kind.CHAIN)).start();
                LocalFleet local = new LocalFleet(fleet.bundle, 1)) {
            float[] input = fleet.sample(8);
            Map<String, float[]> expected = local.run(input, 1);
            Outcome.Answer answer = fleet.answer(input);
            expected.forEach(
                    (name, values) -> assertArrayEquals(values, answer.outputs().get(name), name));
        }
    }
}
